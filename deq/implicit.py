"""Exact gradients through an equilibrium, by the implicit function theorem."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from deq.solve import Solution, find
from deq.solvers.anderson import Anderson
from deq.solvers.base import Solver, require_count, require_number
from deq.status import Status


@dataclass(frozen=True, slots=True)
class Report:
    """Statistics of one solve, without the state: tensors of shape (B,).

    Attributes
    ----------
    residual, nfe, status, converged
        As in ``Solution``.
    """

    residual: Tensor
    nfe: Tensor
    status: Tensor

    @property
    def converged(self) -> Tensor:
        """Whether each sample met the stop test, (B,) bool."""
        return self.status == int(Status.CONVERGED)

    @classmethod
    def of(cls, solution: Solution) -> Report:
        """Keep the statistics of ``solution``, let go of its state."""
        return cls(residual=solution.residual, nfe=solution.nfe, status=solution.status)


@dataclass(slots=True)
class Statistics:
    """What happened in one pass through a ``DEQ``.

    Attributes
    ----------
    forward : Report
        The forward solve.
    backward : Report or None
        The adjoint solve, once a backward pass has happened.
    """

    forward: Report
    backward: Report | None = None

    @property
    def residual(self) -> Tensor:
        """Residuals of the forward solve, (B,)."""
        return self.forward.residual

    @property
    def nfe(self) -> Tensor:
        """Evaluations of the forward solve, (B,)."""
        return self.forward.nfe

    @property
    def status(self) -> Tensor:
        """Status codes of the forward solve, (B,)."""
        return self.forward.status

    @property
    def converged(self) -> Tensor:
        """Whether each sample of the forward solve met the stop test, (B,) bool."""
        return self.forward.converged


@dataclass(frozen=True, slots=True, kw_only=True)
class Implicit:
    """The exact gradient of an equilibrium.

    At z* = f(z*, θ) the implicit function theorem gives, for a loss with gradient g at z*::

        w = g + Jᵀ w,     dL/dθ = (∂f/∂θ)ᵀ w,      J = ∂f/∂z at z*

    The adjoint w is itself an equilibrium and is found by a solver, with vector–Jacobian products
    of one tracked evaluation of f: memory does not depend on the number of steps.

    Parameters
    ----------
    solver : Picard, Anderson, ODE, …
        Solver of the adjoint system, ``Anderson()`` unless given.
    tol : float
        A sample's adjoint has converged when ‖g + Jᵀw − w‖₂ ≤ tol·‖g‖₂ + tol·‖w‖₂: relative to
        the gradient that comes in, however small the loss is scaled.
    max_evals : int
        Cap on the vector–Jacobian products.

    Notes
    -----
    An adjoint that did not converge is reported in ``layer.last.backward`` and by a
    ``RuntimeWarning``; the best w seen is used. One that merely stalled at the floating-point floor
    is as exact as the dtype allows, and not warned about. Second derivatives are not supported and
    raise.

    References
    ----------
    Bai, Kolter & Koltun, "Deep equilibrium models", 2019.
    """

    solver: Solver = field(default_factory=Anderson)
    tol: float = 1e-5
    max_evals: int = 100

    def __post_init__(self) -> None:
        if not isinstance(self.solver, Solver):
            raise TypeError(f"solver must be a solver such as deq.Anderson(), not {self.solver!r}.")
        require_number("tol", self.tol, low=0.0)
        require_count("max_evals", self.max_evals)

    def attach(self, z: Tensor, z_in: Tensor, fz: Tensor, statistics: Statistics) -> Tensor:
        """Return ``z`` (B, …) with the implicit gradient attached.

        Parameters
        ----------
        z : Tensor, shape (B, …)
            The equilibrium.
        z_in : Tensor, shape (B, …)
            The leaf at which f was evaluated.
        fz : Tensor, shape (B, …)
            f(z_in), tracked by autograd.
        statistics : Statistics
            Where the backward pass reports.
        """
        tracked = _Tracked(self, z_in, fz, statistics)
        out: Tensor = _Equilibrium.apply(fz, z, tracked)  # type: ignore[no-untyped-call]
        return out

    def adjoint(self, z_in: Tensor, fz: Tensor, g: Tensor) -> Solution:
        """Solve ``w = g + Jᵀ w`` (B, …) with J = ∂fz/∂z_in."""

        def pull(w: Tensor) -> Tensor:
            (jw,) = torch.autograd.grad(fz, z_in, w, retain_graph=True, allow_unused=True)
            return g if jw is None else g + jw

        solution = find(
            pull, g, self.solver, atol=self.tol * _units(g), rtol=self.tol, max_evals=self.max_evals
        )
        _warn(solution)
        return solution


def _units(g: Tensor) -> Tensor:
    """‖g‖₂ of each sample of g (B, …): the length by which its adjoint is measured, (B,).

    A sample with no gradient of its own may still get one from its batch mates, through a cell that
    mixes samples: it is measured by the largest.
    """
    lengths = torch.linalg.vector_norm(g, dim=tuple(range(1, g.ndim))) if g.ndim > 1 else g.abs()
    lengths = lengths.reshape(-1)  # (B,)
    if lengths.all() or not lengths.numel():
        return lengths
    largest = lengths.max()
    return torch.where(lengths > 0, lengths, torch.where(largest > 0, largest, 1.0))


@dataclass(frozen=True, slots=True)
class _Tracked:
    """The one tracked evaluation f(z_in) of an equilibrium, and what to do with it."""

    gradient: Implicit
    z_in: Tensor
    fz: Tensor
    statistics: Statistics


class _Equilibrium(torch.autograd.Function):
    """Forward: the solver's z*. Backward: the adjoint, handed on to the tracked evaluation."""

    @staticmethod
    def forward(ctx: Any, fz: Tensor, z: Tensor, tracked: _Tracked) -> Tensor:
        # It refers to inputs and leaves, never to the output: no reference cycle, so the graph and
        # its activations go as soon as the output goes.
        ctx.tracked = tracked
        return z.clone()  # what follows may change it in place; z_in must not notice

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor, None, None]:
        tracked: _Tracked = ctx.tracked
        with torch.no_grad():
            solution = tracked.gradient.adjoint(tracked.z_in, tracked.fz, g)
        tracked.statistics.backward = Report.of(solution)
        w = solution.z
        if torch.is_grad_enabled():  # create_graph=True: somebody may want a second derivative
            w = _NoSecondDerivative.apply(w, tracked.fz, g)  # type: ignore[no-untyped-call]
        return w, None, None


class _NoSecondDerivative(torch.autograd.Function):
    """The adjoint w, which refuses to be differentiated by anything that it depends on."""

    @staticmethod
    def forward(ctx: Any, w: Tensor, fz: Tensor, g: Tensor) -> Tensor:
        return w.view_as(w)

    @staticmethod
    def backward(ctx: Any, *_: Tensor) -> Tensor:
        raise RuntimeError(
            "Second derivatives through a DEQ are not supported: the adjoint of an implicit "
            "gradient is solved without a graph. Differentiate once, or unroll the cell by hand."
        )


def _warn(solution: Solution) -> None:
    """Warn when the adjoint of some sample is not what was asked for."""
    status = solution.status
    failed = (status != int(Status.CONVERGED)) & (status != int(Status.STALLED))
    if failed.any():
        sample = int(failed.int().argmax())
        warnings.warn(
            f"The backward solve of a DEQ failed for {int(failed.sum())} of {len(status)} samples; "
            f"the gradient is approximate. {Status(int(status[sample]))}",
            RuntimeWarning,
            stacklevel=2,
        )
