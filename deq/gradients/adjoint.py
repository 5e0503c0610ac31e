"""The adjoint system of an equilibrium, w = g + Jᵀ w, and what is said of its solution."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import compress
from typing import Any

import torch
from torch import Tensor

from deq.bookkeeping.concrete import require_concrete
from deq.bookkeeping.layout import Layout, layout_of, packed, parts
from deq.gradients.base import Report, Statistics
from deq.gradients.failure import OnFailure, backward_failed, coarsest
from deq.solution import Solution
from deq.solve import find
from deq.solvers.base import Solver
from deq.status import Status

# An adjoint whose residual is a larger part of the incoming gradient is not to be relied on.
_SMALL = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjoint:
    """Solves ``w = g + Jᵀ w`` for the gradients g that come in, with J = ∂fz/∂z_in.

    Attributes
    ----------
    z_in, fz : tuple of Tensors, shapes (B, …)
        An equilibrium, and the one tracked evaluation of f there.
    statistics : Statistics
        Where the solve is reported.
    solver, atol, rtol, max_evals
        As for ``Implicit``; atol is in units of ‖g‖₂.
    batch_dims : int
        As for ``deq.solve``.
    on_failure : "warn", "raise" or "ignore"
        What happens when the adjoint is not found.
    autocast : bool
        Whether f was evaluated under ``torch.autocast``.
    """

    z_in: tuple[Tensor, ...]
    fz: tuple[Tensor, ...]
    statistics: Statistics
    solver: Solver
    atol: float
    rtol: float
    max_evals: int
    batch_dims: int
    on_failure: OnFailure
    autocast: bool

    def solve(self, g: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Return w (B, …), for one state or several.

        A sample whose gradient g is not finite gets the adjoint NaN, whatever the solver.
        """
        for part in g:
            require_concrete(part)
        state: Any = g if len(g) > 1 else g[0]
        layout = layout_of(state, self.batch_dims)
        lost = None  # (B,) samples without a finite gradient
        flat = layout.flat(state)  # (B, D)
        largest = _largest(flat)
        if not math.isfinite(largest):
            lost = ~flat.isfinite().all(dim=1)
            flat = flat.masked_fill(lost[:, None], 0.0)
            largest = _largest(flat)
        # Squares of gradients as small as a loss over millions of elements makes them vanish in
        # float32. One scale for the batch, as a cell may mix samples; 2ᵏ, to lose no digit.
        scale = 2.0 ** (math.frexp(largest)[1] - 1) if largest else 1.0
        flat = flat / scale
        unit = _units(flat)  # (B,)
        solution = self._solve(layout, layout.shaped(flat), unit)
        w = layout.flat(solution.z) * scale  # (B, D)
        residual, status = solution.residual.flatten(), solution.status.flatten()  # (B,)
        # Rounding may hide half a unit of w's last place: so large an adjoint shows no residual.
        size = torch.linalg.vector_norm(layout.flat(solution.z), dim=1)  # (B,)
        large = residual.maximum(size * torch.finfo(size.dtype).eps / 2) > _SMALL * unit
        failed = large | ((status != int(Status.CONVERGED)) & (status != int(Status.STALLED)))
        if lost is not None:  # their NaN is loud enough
            w = w.masked_fill(lost[:, None], math.nan)
            failed, large = failed & ~lost, large & ~lost
            residual = residual.masked_fill(lost, math.inf)
            status = status.masked_fill(lost, int(Status.NON_FINITE))
        solution = replace(
            solution,
            z=layout.shaped(w),
            residual=(residual * scale).view(layout.batch_shape),
            status=status.view(layout.batch_shape),
        )
        self.statistics.backward = Report.of(solution)
        if self.on_failure != "ignore" and failed.any():
            dtype = coarsest(self.fz, w.dtype)
            backward_failed(solution, failed, large, dtype, self.on_failure)
        return parts(solution.z)

    def _solve(self, layout: Layout[Any], g: Any, unit: Tensor) -> Solution[Any]:
        """Solve for scaled gradients g (B, …) of lengths ``unit`` (B,), as far as rounding lets."""
        smooth = [part.requires_grad for part in self.fz]
        outputs = tuple(compress(self.fz, smooth))

        def pull(w: Any) -> Any:
            """Return g + Jᵀ w."""
            v = tuple(compress(parts(w), smooth))
            jw = torch.autograd.grad(outputs, self.z_in, v, retain_graph=True, allow_unused=True)
            sums = (a if b is None else a + b for a, b in zip(parts(g), jw, strict=True))
            return packed(tuple(sums), g)

        floor = 0.0
        if self.autocast:  # products with fewer digits than w reach no smaller tolerance
            dtype = coarsest(self.fz, unit.dtype)
            floor = torch.finfo(dtype).eps if dtype != unit.dtype else 0.0
        solution: Solution[Any] = find(
            pull,
            g,
            self.solver,
            atol=max(self.atol, floor),
            rtol=max(self.rtol, floor),
            max_evals=self.max_evals,
            batch_dims=self.batch_dims,
            unit=unit,
        )
        if not floor:
            return solution
        size = torch.linalg.vector_norm(layout.flat(solution.z), dim=1)  # (B,)
        asked = (self.atol * unit + self.rtol * size).view(layout.batch_shape)
        stalled = solution.converged & (solution.residual > asked)
        return replace(solution, status=solution.status.masked_fill(stalled, int(Status.STALLED)))


def _largest(g: Tensor) -> float:
    """The largest absolute value, NaN if there is one."""
    return float(g.abs().max()) if g.numel() else 0.0


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
