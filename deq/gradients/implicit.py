"""Exact gradients through an equilibrium, by the implicit function theorem."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from deq.bookkeeping.autocast import recast
from deq.bookkeeping.layout import S, packed, parts
from deq.gradients.adjoint import Adjoint
from deq.gradients.base import Gradient, Problem, Statistics
from deq.gradients.failure import graph_nodes
from deq.gradients.shield import without_checkpoint
from deq.solvers.anderson import Anderson
from deq.solvers.base import Solver, require_count, tolerances

# The tolerance of an adjoint when none is given is that of the layer, but at most this.
_LOOSEST = 1e-5


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
    tol, atol, rtol : float or None
        A sample's adjoint has converged when ‖g + Jᵀw − w‖₂ ≤ atol·‖g‖₂ + rtol·‖w‖₂: relative to
        the gradient that comes in, however small the loss is scaled. ``tol`` stands in for what is
        not given, and without it the layer's own atol and rtol do, with 1e-5 at the loosest.
    max_evals : int
        Cap on the vector–Jacobian products.

    Notes
    -----
    An adjoint that did not converge, or whose residual exceeds a tenth of ‖g‖₂, is reported in
    ``layer.last.backward`` and as the layer's ``on_failure`` says; the best w seen is used. One
    that merely stalled at the floating-point floor is as exact as the dtype allows. A sample whose
    incoming gradient has a NaN or an infinity gets the adjoint NaN, without a warning: that is what
    a gradient scaler looks for. Second derivatives are not supported and raise.

    Where equilibria depend on their start, as for z ← z P + x with a stochastic matrix P, I − J is
    singular and there is no adjoint: use ``Unrolled`` there.

    Around a layer ``torch.utils.checkpoint`` saves no memory of the tracked evaluation, whose
    activations the adjoint needs again and again.

    References
    ----------
    Bai, Kolter & Koltun, "Deep equilibrium models", 2019.
    """

    solver: Solver = field(default_factory=Anderson)
    tol: float | None = None
    atol: float | None = None
    rtol: float | None = None
    max_evals: int = 100

    def __post_init__(self) -> None:
        if not isinstance(self.solver, Solver):
            raise TypeError(f"solver must be a solver such as deq.Anderson(), not {self.solver!r}.")
        tolerances(_LOOSEST if self.tol is None else self.tol, self.atol, self.rtol)
        require_count("max_evals", self.max_evals)

    def attach(self, problem: Problem[S], z: S, statistics: Statistics) -> S:
        """Evaluate f once more, with a graph."""
        z_in = tuple(part.detach().requires_grad_() for part in parts(z))
        with without_checkpoint():
            fz = parts(recast(problem.f)(packed(z_in, z)))  # the one tracked evaluation
        if not (problem.depends or _depends(fz, z_in)):
            return z
        adjoint = Adjoint(
            z_in=z_in,
            fz=fz,
            statistics=statistics,
            solver=self.solver,
            atol=self._tolerance(self.atol, problem.atol),
            rtol=self._tolerance(self.rtol, problem.rtol),
            max_evals=self.max_evals,
            batch_dims=problem.batch_dims,
            on_failure=problem.on_failure,
            autocast=torch.is_autocast_enabled(z_in[0].device.type),
        )
        out = _Equilibrium.apply(adjoint, parts(z), *fz)  # type: ignore[no-untyped-call]
        return packed(out, z)

    def _tolerance(self, own: float | None, layers: float) -> float:
        """One tolerance: its own, or ``tol``, or that of the layer."""
        if own is not None:
            return own
        return min(layers, _LOOSEST) if self.tol is None else self.tol


def _depends(fz: tuple[Tensor, ...], z_in: tuple[Tensor, ...]) -> bool:
    """Whether the graph of ``fz`` has a leaf other than ``z_in``."""
    known = {id(part) for part in z_in}
    if any(part.is_leaf and part.requires_grad and id(part) not in known for part in fz):
        return True  # a leaf has no graph
    leaves = (getattr(node, "variable", None) for node in graph_nodes(fz))
    return any(leaf is not None and id(leaf) not in known for leaf in leaves)


class _Equilibrium(torch.autograd.Function):
    """Forward: the solver's z*. Backward: the adjoint, handed on to the tracked evaluation."""

    @staticmethod
    def forward(
        ctx: Any, adjoint: Adjoint, z: tuple[Tensor, ...], *fz: Tensor
    ) -> tuple[Tensor, ...]:
        # It refers to inputs and leaves, never to the output: no reference cycle, so the graph and
        # its activations go as soon as the output goes.
        ctx.adjoint = adjoint
        # What follows may change the output in place; z_in must not notice.
        return tuple(part.clone() for part in z)

    @staticmethod
    def backward(ctx: Any, *g: Tensor) -> tuple[Tensor | None, ...]:
        adjoint: Adjoint = ctx.adjoint
        with torch.no_grad():
            w = adjoint.solve(g)
        if torch.is_grad_enabled():  # create_graph=True: a second derivative may be wanted
            w = _NoSecondDerivative.apply(w, *adjoint.fz, *g)  # type: ignore[no-untyped-call]
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
