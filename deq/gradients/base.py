"""What every kind of gradient has in common: the problem it gets, the answer it gives.

A layer states its problem, its gradient settles it: implicit (``deq.gradients.implicit``), phantom
(``deq.gradients.phantom``) and unrolled (``deq.gradients.unrolled``) differ in nothing else.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic

import torch
from torch import Tensor

from deq.bookkeeping.autocast import recast
from deq.bookkeeping.layout import Layout, S, packed, parts, require_state
from deq.gradients.failure import OnFailure
from deq.solution import Solution
from deq.solve import find
from deq.solvers.base import FlatMap, Solver
from deq.status import Status


@dataclass(frozen=True, slots=True)
class Report:
    """Statistics of one solve, without the state: tensors with one entry for each sample.

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
    def of(cls, solution: Solution[Any]) -> Report:
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
        The adjoint solve of an implicit gradient, once a backward pass has happened.
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
class Problem(Generic[S]):
    """What a layer asks: the equilibrium z = f(z) for its input.

    Attributes
    ----------
    f : callable
        The cell with its input: takes and returns the whole state.
    z0 : Tensor, shape (B, …), or tuple of such
        The start.
    solver, atol, rtol, max_evals, batch_dims, record
        As for ``deq.solve``.
    on_failure : "warn", "raise" or "ignore"
        What happens when the adjoint is not found, in the backward pass.
    depends : bool
        Whether f is known to use something that requires grad; False when that is to be found out.
    """

    f: Callable[[S], S]
    z0: S
    solver: Solver
    atol: float
    rtol: float
    max_evals: int
    batch_dims: int = 1
    record: bool = False
    on_failure: OnFailure = "warn"
    depends: bool = False

    def solve(self, solver: Solver | None = None) -> Solution[S]:
        """Solve it without a graph, by its own solver unless another one is given."""
        require_state("z0", self.z0, self.batch_dims)
        return find(
            self.f,
            self.z0,
            solver or self.solver,
            atol=self.atol,
            rtol=self.rtol,
            max_evals=self.max_evals,
            batch_dims=self.batch_dims,
            record=self.record,
        )


@dataclass(frozen=True, slots=True)
class Settled(Generic[S]):
    """The answer to a ``Problem``.

    Attributes
    ----------
    z : Tensor, shape (B, …), or tuple of such
        The equilibrium, with its gradient attached; plain when gradients are off, or when nothing
        that f uses requires grad.
    statistics : Statistics
        What happened.
    path : sequence of states
        With ``record=True`` every state on the way, the start first, without gradients.
    """

    z: S
    statistics: Statistics
    path: Sequence[S] = ()

    @classmethod
    def of(cls, solution: Solution[S]) -> Settled[S]:
        """A solve's answer, with no gradient yet."""
        path: Sequence[S] = ()
        if solution.trajectory is not None:
            states = solution.trajectory.z
            each = zip(*(part.unbind() for part in parts(states)), strict=True)
            path = [packed(tensors, states) for tensors in each]
        return cls(solution.z, Statistics(Report.of(solution)), path)


class Gradient(ABC):
    """How the output of a layer is differentiated: small frozen dataclasses that hold options."""

    __slots__ = ()

    def settle(self, problem: Problem[S]) -> Settled[S]:
        """Find the equilibrium; attach its gradient if gradients are on."""
        settled = Settled.of(problem.solve())
        if not torch.is_grad_enabled():
            return settled
        return replace(settled, z=self.attach(problem, settled.z, settled.statistics))

    @abstractmethod
    def attach(self, problem: Problem[S], z: S, statistics: Statistics) -> S:
        """Return ``z`` (B, …) with its gradient; a backward pass is noted in ``statistics``."""


def on_flat(f: Callable[[S], S], layout: Layout[S]) -> FlatMap:
    """``f`` as a map of flat states (B, D), with a graph; checked to keep its state's kind."""
    f = recast(f)

    def evaluate(z: Tensor) -> Tensor:
        version = None if z.is_inference() else z._version
        out = f(layout.shaped(z))
        if version is not None and version != z._version:
            raise ValueError(
                "f must not change its argument in place; return a new tensor each time."
            )
        layout.check(out)
        return layout.flat(out)

    return evaluate


def valued(tracked: S, value: S) -> S:
    """A state with the value of ``value`` (B, …) and the gradient of ``tracked`` (B, …)."""
    out = tuple(
        _Valued.apply(t, v) if t.requires_grad else v  # type: ignore[no-untyped-call]
        for t, v in zip(parts(tracked), parts(value), strict=True)
    )
    return packed(out, value)


class _Valued(torch.autograd.Function):
    """Straight through; unlike ``value + tracked − tracked.detach()`` exact, and safe with NaN."""

    @staticmethod
    def forward(ctx: Any, tracked: Tensor, value: Tensor) -> Tensor:
        return value.clone()  # what follows may change it in place

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor, None]:
        return g, None
