"""fixed_point: an equilibrium as a differentiable function, without a layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypedDict

import torch
from torch import Tensor

from deq.bookkeeping.eager import eager
from deq.bookkeeping.layout import S
from deq.gradients.base import Gradient, Problem, Statistics
from deq.gradients.failure import OnFailure, Probe, forward_failed, require_choice
from deq.gradients.implicit import Implicit
from deq.solvers.anderson import Anderson
from deq.solvers.base import Solver, require_count, tolerances


class Budget(TypedDict, total=False):
    """What one call of a layer may set in place of the layer's own."""

    tol: float | None
    atol: float | None
    rtol: float | None
    max_evals: int | None


@eager
def fixed_point(
    f: Callable[[S], S],
    z0: S,
    *,
    solver: Solver | None = None,
    tol: float = 1e-4,
    atol: float | None = None,
    rtol: float | None = None,
    max_evals: int = 200,
    batch_dims: int = 1,
    gradient: Gradient | None = None,
    on_failure: OnFailure = "warn",
) -> tuple[S, Statistics]:
    """Find an equilibrium z = f(z), differentiable by all that f uses.

    ``z, stats = deq.fixed_point(f, z0)`` does what a ``DEQ`` layer does, for a map f(z) that takes
    its inputs and parameters from where it was written. Nothing is kept between calls, so threads
    may call it at the same time.

    Parameters
    ----------
    f : callable
        Maps the whole batch (B, …) to the same shape and dtype, without changing its argument.
        Gradients flow to every tensor that it uses and that requires grad.
    z0 : Tensor, shape (B, …), or tuple of such
        The start. No gradient flows into it, except by ``Unrolled``.
    solver, tol, atol, rtol, max_evals, batch_dims
        As for ``deq.solve``.
    gradient : Implicit, Phantom or Unrolled
        How gradients are found, as for ``DEQ``; exactly, by ``Implicit()``, unless given.
    on_failure : "warn", "raise" or "ignore"
        What happens when a forward or backward solve fails, as for ``DEQ``. To name the cause, each
        failure of a forward solve costs a few more evaluations of f.

    Returns
    -------
    z : Tensor, shape (B, …), or tuple of such
        The equilibrium, or the best state seen.
    stats : Statistics
        This call's own: ``residual``, ``nfe``, ``status`` and ``converged`` for each sample, and
        ``backward``, the adjoint solve, once a backward pass has run.

    Raises
    ------
    TypeError, ValueError
        If an argument is unusable, or f changes the shape or dtype of its state.
    NotImplementedError
        Inside of ``torch.func`` transforms, which hide the numbers.
    ConvergenceError
        With ``on_failure="raise"`` only.

    Examples
    --------
    z = z/2 + x has the equilibrium 2x, so the gradient is 2.

    >>> import torch, deq
    >>> x = torch.ones(1, 1, requires_grad=True)
    >>> z, stats = deq.fixed_point(lambda z: 0.5 * z + x, torch.zeros(1, 1), tol=1e-6)
    >>> z.backward()
    >>> round(x.grad.item(), 4), stats.converged, stats.backward.converged
    (2.0, tensor([True]), tensor([True]))
    """
    if not callable(f):
        raise TypeError(f"f must be callable, not {f!r}.")
    require_options(solver, gradient, max_evals, batch_dims)
    require_choice(on_failure)
    atol, rtol = tolerances(tol, atol, rtol)
    problem = Problem(
        f=f,
        z0=z0,
        solver=solver or Anderson(),
        atol=atol,
        rtol=rtol,
        max_evals=max_evals,
        batch_dims=batch_dims,
        on_failure=on_failure,
    )
    settled = (gradient or Implicit()).settle(problem)
    if on_failure != "ignore" and not settled.statistics.converged.all():
        forward_failed(settled, Probe.of(f, settled.z, batch_dims), on_failure, batch_dims)
    return settled.z, settled.statistics


def require_options(
    solver: Solver | None, gradient: Gradient | None, max_evals: int, batch_dims: int
) -> None:
    """Raise unless these are what their names say."""
    if solver is not None and not isinstance(solver, Solver):
        raise TypeError(f"solver must be a solver such as deq.Anderson(), not {solver!r}.")
    if gradient is not None and not isinstance(gradient, Gradient):
        raise TypeError(
            "gradient must be deq.Implicit(…), deq.Phantom(…) or deq.Unrolled(…), "
            f"not {gradient!r}."
        )
    require_count("max_evals", max_evals)
    require_count("batch_dims", batch_dims, low=0)


def from_zeros(
    f: Callable[[Any], Any], inputs: tuple[Any, ...]
) -> tuple[Callable[[Any], Any], Tensor]:
    """Return ``f`` with a word on its start, and that start: zeros like the first input.

    Raises
    ------
    TypeError
        If there are no such zeros.
    """
    x = inputs[0] if inputs else None
    if not (isinstance(x, Tensor) and x.is_floating_point()):
        kind = str(x.dtype) if isinstance(x, Tensor) else type(x).__name__
        raise TypeError(
            "The state starts at zeros like the first input, which must then be a tensor of "
            f"floating point numbers, not {kind}: give z0 or start."
        )
    given = f"{tuple(x.shape)}, zeros like the first input"

    def checked(z: Tensor) -> Any:
        try:
            out = f(z)
        except RuntimeError as error:
            error.add_note(f"The state was {given}. If it has another shape, give z0 or start.")
            raise
        shape = tuple(out.shape) if isinstance(out, Tensor) else type(out).__name__
        if shape != z.shape:
            raise ValueError(
                f"f must keep the shape of its state: it was given {given}, "
                f"and returned {shape}: give z0 or start."
            )
        return out

    return checked, torch.zeros_like(x)


def depends(inputs: object) -> bool:
    """Whether a tensor in ``inputs``, or in tuples and lists of them, requires grad."""
    if isinstance(inputs, tuple | list):
        return any(map(depends, inputs))
    return isinstance(inputs, Tensor) and inputs.requires_grad
