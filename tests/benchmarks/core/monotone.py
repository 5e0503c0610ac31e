"""Evaluations that a monotone cell takes: by its own map, and by its two splittings."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

import deq
from deq.solvers import Solver
from deq.stability.monotone import MonotoneCell, MonotoneConvCell, PeacemanRachford
from tests.benchmarks.core.cells import Map
from tests.benchmarks.core.table import show

MARGIN, TOL, MAX_EVALS, BATCH = 0.1, 1e-4, 400, 16
HEADER = (
    "cell", "L", "Anderson", "ODE", "forward–backward",
    "Peaceman–Rachford", "with Anderson", "with α = 1/√(mL)",
)  # fmt: skip
NOTES = f"""\
Evaluations of the slowest of {BATCH} samples; where some did not converge in {MAX_EVALS}, the share
that did. Anderson and ODE solve the map of the cell; forward–backward is with Picard at its best
step, m/L²; Peaceman–Rachford is with Picard and α = 1, unless said. After the comma: its adjoint,
with the same solver. relu, m = {MARGIN:g}, tol {TOL:g}, float32. "×s": entries of A and B s times
as large as at the start. Linear: 64 numbers from 10. Convolution: 8 channels from 2, on 8 × 8."""


def run(quick: bool) -> None:
    """Count and print; nothing is timed, so ``quick`` changes nothing."""
    torch.set_num_threads(1)
    rows = []
    for size in (1, 2, 4):
        for name in ("linear", "convolution"):
            torch.manual_seed(0)
            cell: MonotoneCell | MonotoneConvCell
            if name == "linear":
                cell, x = MonotoneCell(10, 64, margin=MARGIN), torch.randn(BATCH, 10)
            else:
                cell, x = MonotoneConvCell(2, 8, margin=MARGIN), torch.randn(BATCH, 2, 8, 8)
            with torch.no_grad():
                cell.state.a.mul_(size)
                cell.state.b.mul_(size)
            rows.append([f"{name} ×{size}", *_counts(cell, x)])
    show("monotone", NOTES, HEADER, rows)


def _counts(cell: MonotoneCell | MonotoneConvCell, x: Tensor) -> list[str]:
    """The numbers of one row."""
    z0 = cell.start(x)
    with torch.no_grad():
        units = torch.eye(z0[0].numel()).reshape(-1, *z0.shape[1:])
        length = float(torch.linalg.matrix_norm((units - cell.state(units)).flatten(1), ord=2))
    step = MARGIN / length**2
    own = [
        _solve(lambda z: cell(z, x), z0, deq.Anderson()),
        _solve(lambda z: cell(z, x), z0, deq.ODE()),
        _solve(
            lambda z: F.relu((1 - step) * z + step * (cell.state(z) + cell.inject(x))),
            z0,
            deq.Picard(),
        ),
    ]
    splittings = []
    for alpha, solver in ((1.0, deq.Picard()), (1.0, deq.Anderson()), (None, deq.Picard())):
        layer = PeacemanRachford(
            cell,
            alpha=alpha or (MARGIN * length) ** -0.5,
            solver=solver,
            tol=TOL,
            max_evals=MAX_EVALS,
        )
        layer(x).square().sum().backward()
        assert layer.last is not None
        assert layer.last.backward is not None
        both = (layer.last.forward, layer.last.backward)
        splittings.append(", ".join(_shown(report.nfe, report.converged) for report in both))
    return [f"{length:.1f}", *own, *splittings]


def _solve(f: Map, z0: Tensor, solver: Solver) -> str:
    sol = deq.solve(f, z0, solver=solver, tol=TOL, max_evals=MAX_EVALS)
    return _shown(sol.nfe, sol.converged)


def _shown(nfe: Tensor, converged: Tensor) -> str:
    """The largest number of evaluations, or the share that converged."""
    return str(int(nfe.max())) if converged.all() else f"{100 * converged.double().mean():.0f} %"
