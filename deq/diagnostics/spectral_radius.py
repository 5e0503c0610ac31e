"""The spectral radius of a Jacobian, from how fast its powers grow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from deq.bookkeeping.layout import State
from deq.gradients.vjp import Pullback
from deq.solvers.base import require_count


def spectral_radius(f: Callable[..., Any], z: State, *args: Any, steps: int = 100) -> Tensor:
    """Spectral radius ρ of the Jacobian J = ∂f/∂z at z: the largest |λ|, per sample.

    The growth rate of powers, ``ρ = lim ‖Jᵏ v‖^{1/k}``. With vₖ of length one along Jᵏ v, it is
    estimated by a weighted geometric mean over the last half of the steps::

        log ρ ≈ Σ wₖ log ‖J vₖ‖,     wₖ ∝ exp(−1/(t(1 − t))),  t from 0 to 1 over that half

    Unlike the Rayleigh quotient of the power method it needs no dominant eigenvector: under a
    complex pair vₖ turns for ever, ‖J vₖ‖ goes up and down, and the weights average that out.

    Parameters
    ----------
    f : callable
        ``f(z, *args)`` maps the whole batch to the same shape; its samples do not mix.
    z : Tensor, shape (B, …), or tuple of such
        Where to measure, usually an equilibrium.
    *args
        Handed to f after z: ``spectral_radius(layer.cell, z, x)``.
    steps : int
        Products with J. (In fact with Jᵀ, which has the same eigenvalues.)

    Returns
    -------
    Tensor, shape (B,)
        ρ. NaN where J is not finite; zero where J is zero or, with enough steps, nilpotent.

    Raises
    ------
    TypeError, ValueError
        If an argument is unusable; the sentence names it.

    Notes
    -----
    The start is random with a fixed seed, the same for every sample. Costs one evaluation and
    ``steps`` backward passes, and stores two states.

    *Error.* With |λ₁| the largest modulus and |λ₂| the next one, the relative error falls like
    (|λ₂|/|λ₁|)^{steps/2}: under 1e-6 at 100 steps for a ratio of 0.75. Where moduli nearly tie it
    falls like 1/steps only: at 100 steps 1.4 % for a double defective eigenvalue, and for dense
    Gaussian matrices of up to 200 rows 0.4 % or less in the median, 5 % at worst of hundreds. A
    pair that turns by a few degrees a step, so that half the steps are no full turn, is as hard.
    Powers of a nilpotent J that vanish only up to rounding leave a remnant. ``eigenvalues`` is
    exact for small states.

    References
    ----------
    Gelfand, "Normierte Ringe", 1941. The weights: Das, Sander & Yorke, "Super convergence of
    ergodic averages for quasiperiodic orbits", Nonlinearity 29, 2016.

    Examples
    --------
    Rotation by 90° and shrinking by 0.9: the eigenvalues are ±0.9i.

    >>> import torch
    >>> turn = torch.tensor([[0.0, -0.9], [0.9, 0.0]])
    >>> spectral_radius(lambda z: z @ turn.T, torch.zeros(1, 2))
    tensor([0.9000])
    """
    require_count("steps", steps)
    pull = Pullback(f, z, args)
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(pull.dim, generator=generator, dtype=torch.float64, device="cpu")
    v = noise.to(pull.z).expand(pull.batch, -1)  # (B, D)
    v = v / torch.linalg.vector_norm(v, dim=1, keepdim=True)
    lengths = []
    for _ in range(steps):
        v = pull(v)
        length = torch.linalg.vector_norm(v, dim=1, dtype=torch.float64)  # (B,)
        lengths.append(length)
        v = v / torch.where(length > 0, length, 1.0).to(v.dtype)[:, None]
    growth = torch.stack(lengths)  # (steps, B)
    late = growth[steps // 2 :].log()  # (n, B)
    t = (torch.arange(len(late), dtype=torch.float64, device=late.device) + 0.5) / len(late)
    weight = torch.softmax(-1 / (t * (1 - t)), dim=0)  # (n,)
    rate = (weight[:, None] * late).sum(0).exp()  # (B,)
    # A power that is zero stays zero, whatever the rounding of the steps before.
    return torch.where((growth == 0).any(0), 0.0, rate).to(pull.z.dtype)
