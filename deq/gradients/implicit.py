"""Exact gradients through an equilibrium, by the implicit function theorem."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, field, replace
from itertools import compress
from typing import Any

import torch
from torch import Tensor

from deq.bookkeeping.concrete import require_concrete
from deq.bookkeeping.layout import S, layout_of, packed, parts
from deq.gradients.base import Gradient, Problem, Report, Statistics
from deq.solution import Solution
from deq.solve import find
from deq.solvers.anderson import Anderson
from deq.solvers.base import Solver, require_count, tolerances
from deq.status import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Implicit(Gradient):
    """The exact gradient of an equilibrium.

    At z* = f(z*, θ) the implicit function theorem gives, for a loss with gradient g at z*::

        w = g + Jᵀ w,     dL/dθ = (∂f/∂θ)ᵀ w,      J = ∂f/∂z at z*

    The adjoint w is itself an equilibrium and is found by a solver, with vector–Jacobian products
    of one tracked evaluation of f: memory does not depend on the number of steps.

    Parameters
    ----------
    solver : Picard, Anderson, ODE, …
        Solver of the adjoint system, ``Anderson()`` unless given.
    tol, atol, rtol : float
        A sample's adjoint has converged when ‖g + Jᵀw − w‖₂ ≤ atol·‖g‖₂ + rtol·‖w‖₂: relative to
        the gradient that comes in, however small the loss is scaled. ``tol`` stands in for what is
        not given.
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
    atol: float | None = None
    rtol: float | None = None
    max_evals: int = 100

    def __post_init__(self) -> None:
        if not isinstance(self.solver, Solver):
            raise TypeError(f"solver must be a solver such as deq.Anderson(), not {self.solver!r}.")
        tolerances(self.tol, self.atol, self.rtol)
        require_count("max_evals", self.max_evals)

    def attach(self, problem: Problem[S], z: S, statistics: Statistics) -> S:
        """Evaluate f once more, with a graph."""
        z_in = tuple(part.detach().requires_grad_() for part in parts(z))
        fz = parts(problem.f(packed(z_in, z)))  # the one tracked evaluation
        if not (problem.depends or _depends(fz, z_in)):
            return z
        tracked = _Tracked(self, z_in, fz, statistics, problem.batch_dims)
        out = _Equilibrium.apply(tracked, parts(z), *fz)  # type: ignore[no-untyped-call]
        return packed(out, z)

    def adjoint(
        self,
        z_in: tuple[Tensor, ...],
        fz: tuple[Tensor, ...],
        g: tuple[Tensor, ...],
        batch_dims: int,
    ) -> Solution[Any]:
        """Solve ``w = g + Jᵀ w`` (B, …) with J = ∂fz/∂z_in, for one state or several."""
        for part in g:
            require_concrete(part)
        scale = _scale(g)
        g = tuple(part / scale for part in g)  # (B, …)
        smooth = [part.requires_grad for part in fz]
        outputs = tuple(compress(fz, smooth))
        state: Any = g[0] if len(g) == 1 else g

        def pull(w: Any) -> Any:
            """Return g + Jᵀ w."""
            v = tuple(compress(parts(w), smooth))
            jw = torch.autograd.grad(outputs, z_in, v, retain_graph=True, allow_unused=True)
            return packed(
                tuple(a if b is None else a + b for a, b in zip(g, jw, strict=True)), state
            )

        atol, rtol = tolerances(self.tol, self.atol, self.rtol)
        solution: Solution[Any] = find(
            pull,
            state,
            self.solver,
            atol=atol,
            rtol=rtol,
            max_evals=self.max_evals,
            batch_dims=batch_dims,
            unit=_units(layout_of(state, batch_dims).flat(state)),
        )
        _warn(solution)
        w = tuple(part * scale for part in parts(solution.z))
        return replace(solution, z=packed(w, state), residual=solution.residual * scale)


def _scale(g: tuple[Tensor, ...]) -> float:
    """The power of two by which gradients g (B, …) are divided while their adjoint is solved.

    Squares of gradients as small as a loss over millions of elements makes them vanish in float32.
    One scale for the batch, since a cell may mix samples; a power of two, to lose no digit.
    """
    largest = max((float(part.abs().max()) for part in g if part.numel()), default=0.0)
    if largest == 0 or not math.isfinite(largest):
        return 1.0
    return 2.0 ** math.frexp(largest)[1]


def _depends(fz: tuple[Tensor, ...], z_in: tuple[Tensor, ...]) -> bool:
    """Whether the graph of ``fz`` has a leaf other than ``z_in``."""
    known = {id(part) for part in z_in}
    if any(part.is_leaf and part.requires_grad and id(part) not in known for part in fz):
        return True  # a leaf has no graph
    nodes = [part.grad_fn for part in fz if part.grad_fn is not None]
    seen = set(nodes)
    while nodes:
        node = nodes.pop()
        variable = getattr(node, "variable", None)  # of a leaf
        if variable is not None and id(variable) not in known:
            return True
        fresh = {n for n, _ in node.next_functions if n is not None} - seen
        seen |= fresh
        nodes.extend(fresh)
    return False


def _units(g: Tensor) -> Tensor:
    """The lengths (B,) by which the adjoints of gradients g (B, D) are measured: ‖g‖₂.

    A sample with no gradient of its own may still get one from its batch mates, through a cell that
    mixes samples: it is measured by the largest.
    """
    lengths: Tensor = torch.linalg.vector_norm(g, dim=1)  # (B,)
    if lengths.all() or not lengths.numel():
        return lengths
    largest = lengths.max()
    return torch.where(lengths > 0, lengths, torch.where(largest > 0, largest, 1.0))


@dataclass(frozen=True, slots=True)
class _Tracked:
    """The one tracked evaluation f(z_in) of an equilibrium, and what to do with it."""

    gradient: Implicit
    z_in: tuple[Tensor, ...]
    fz: tuple[Tensor, ...]
    statistics: Statistics
    batch_dims: int


class _Equilibrium(torch.autograd.Function):
    """Forward: the solver's z*. Backward: the adjoint, handed on to the tracked evaluation."""

    @staticmethod
    def forward(
        ctx: Any, tracked: _Tracked, z: tuple[Tensor, ...], *fz: Tensor
    ) -> tuple[Tensor, ...]:
        # It refers to inputs and leaves, never to the output: no reference cycle, so the graph and
        # its activations go as soon as the output goes.
        ctx.tracked = tracked
        # What follows may change the output in place; z_in must not notice.
        return tuple(part.clone() for part in z)

    @staticmethod
    def backward(ctx: Any, *g: Tensor) -> tuple[Tensor | None, ...]:
        tracked: _Tracked = ctx.tracked
        with torch.no_grad():
            solution = tracked.gradient.adjoint(tracked.z_in, tracked.fz, g, tracked.batch_dims)
        tracked.statistics.backward = Report.of(solution)
        w = parts(solution.z)
        if torch.is_grad_enabled():  # create_graph=True: a second derivative may be wanted
            w = _NoSecondDerivative.apply(w, *tracked.fz, *g)  # type: ignore[no-untyped-call]
        return None, None, *w


class _NoSecondDerivative(torch.autograd.Function):
    """The adjoint w, which refuses to be differentiated by anything that it depends on."""

    @staticmethod
    def forward(ctx: Any, w: tuple[Tensor, ...], *_: Tensor) -> tuple[Tensor, ...]:
        return tuple(part.view_as(part) for part in w)

    @staticmethod
    def backward(ctx: Any, *_: Tensor) -> Tensor:
        raise RuntimeError(
            "Second derivatives through a DEQ are not supported by deq.Implicit: its adjoint is "
            "solved without a graph. Differentiate once, or use deq.Unrolled()."
        )


def _warn(solution: Solution) -> None:
    """Warn when the adjoint of some sample is not what was asked for."""
    status = solution.status.flatten()
    failed = (status != int(Status.CONVERGED)) & (status != int(Status.STALLED))
    if failed.any():
        sample = int(failed.int().argmax())
        warnings.warn(
            f"The backward solve of a DEQ failed for {int(failed.sum())} of {len(status)} samples; "
            f"the gradient is approximate. {Status(int(status[sample]))}",
            RuntimeWarning,
            stacklevel=2,
        )
