"""A penalty on the Jacobian of a cell, by Hutchinson's estimate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from deq.bookkeeping.layout import State
from deq.gradients.vjp import Pullback
from deq.solvers.base import require_count


def jacobian_penalty(
    f: Callable[..., Any],
    z: State,
    *args: Any,
    samples: int = 1,
    generator: torch.Generator | None = None,
) -> Tensor:
    """The penalty ‖J‖_F²/D on the Jacobian J = ∂f/∂z at z, for a training loss.

    Hutchinson's estimate with random signs ε, independent for each sample of the batch::

        ‖J‖_F²/D = E ‖Jᵀ ε‖₂²/D ≈ mean of ‖Jᵀ ε‖₂²/D over ``samples`` draws,  and over the batch

    ‖J‖_F²/D is at least the mean of |λ|² over the eigenvalues λ of J. So a smaller penalty tends to
    make equilibria stable and faster to find, but guarantees neither::

        z = layer(x)
        loss = error(z) + 0.5 * deq.jacobian_penalty(layer.cell, z, x)

    Parameters
    ----------
    f : callable
        ``f(z, *args)`` maps the whole batch to the same shape; its samples do not mix.
    z : Tensor, shape (B, …), or tuple of such
        Where, usually an equilibrium. It is detached: the gradient is that of J with respect to the
        parameters of f (and args) at a fixed z.
    *args
        Further arguments of f.
    samples : int
        Number of draws of ε. The cost is one evaluation of f, and one backward pass per draw.
    generator : torch.Generator or None
        Generator of the signs, on the CPU; torch's global one unless given.

    Returns
    -------
    Tensor ()
        The estimate. It is unbiased, and exact if J is diagonal. If gradients are enabled it can be
        differentiated, which needs second derivatives of f.

    Raises
    ------
    TypeError, ValueError
        If an argument is unusable; the sentence names it.

    References
    ----------
    Bai, Koltun & Kolter, "Stabilizing equilibrium models by Jacobian regularization", 2021.
    Hutchinson, "A stochastic estimator of the trace of the influence matrix for Laplacian smoothing
    splines", 1989 (for the signs, whose variance is smaller than that of Gaussian numbers).

    Examples
    --------
    >>> import torch
    >>> w = torch.tensor(3.0, requires_grad=True)
    >>> penalty = jacobian_penalty(lambda z: w * z, torch.zeros(2, 4))
    >>> penalty.backward()
    >>> penalty.item(), w.grad.item()  # w² and 2w
    (9.0, 6.0)
    """
    require_count("samples", samples)
    pull = Pullback(f, z, args)
    track = torch.is_grad_enabled()
    total = pull.z.new_zeros(())
    for _ in range(samples):
        signs = torch.randint(0, 2, (pull.batch, pull.dim), generator=generator, device="cpu")
        signs = (2 * signs - 1).to(pull.z)  # (B, D)
        total = total + pull(signs, create_graph=track).square().sum()
    return total / (samples * max(pull.batch * pull.dim, 1))
