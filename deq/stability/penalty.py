"""A penalty on the Jacobian of a cell, estimated by random projections."""

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
    """Mean squared entry per row of the Jacobian J = ∂f/∂z at z, to be added to a training loss.

    Hutchinson's estimate with random signs ε, independent for each sample of the batch::

        ‖J‖_F²/D = E ‖Jᵀ ε‖₂²/D ≈ mean of ‖Jᵀ ε‖₂²/D over ``samples`` draws,  and over the batch

    ‖J‖_F²/D is at least the mean of |λ|² over the eigenvalues λ of J, so that pulling it down makes
    equilibria quicker to find and keeps them stable; it guarantees neither::

        z = layer(x)
        loss = error(z) + 0.5 * deq.jacobian_penalty(layer.cell, z, x)

    Parameters
    ----------
    f : callable
        ``f(z, *args)`` maps the whole batch to the same shape; its samples do not mix.
    z : Tensor, shape (B, …), or tuple of such
        Where, usually an equilibrium. It is detached: the gradient says how J changes with the
        parameters of f (and with args) at this z, not how z moves.
    *args
        Handed to f after z.
    samples : int
        Draws of ε: one evaluation of f, then one backward pass each.
    generator : torch.Generator or None
        Source of the signs, on the CPU; torch's global one unless given.

    Returns
    -------
    Tensor ()
        The estimate, unbiased; exact where J is diagonal. It carries a graph to whatever f's
        gradient by z depends on, when gradients are enabled: f must be twice differentiable there.

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
