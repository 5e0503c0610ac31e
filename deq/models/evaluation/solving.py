"""Equilibria and verdicts of many pictures, with the tolerance of the figures."""

from __future__ import annotations

import torch
from torch import Tensor

from deq.digits.corpus import Report
from deq.models.classifier import Classifier
from deq.models.verdict import Verdict, judge
from deq.solve import solve
from deq.solvers import Solver

# The stop test allows tol·(1 + ‖z‖): with this tol the residual is below 1e-3·‖z‖ where ‖z‖ > 1.
TOL = 5e-4
MAX_EVALS = 400


@torch.no_grad()
def solve_pictures(
    model: Classifier, images: Tensor, solver: Solver, name: str = "", report: Report | None = None
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Equilibria of pictures (N, 28, 28) uint8, with the tolerance of the figures.

    Returns
    -------
    tuple of Tensors
        Probabilities (N, 10 or 11), converged (N,), relative residuals (N,), evaluations (N,).
    """
    columns = []
    for done, some in enumerate(torch.split(images, 250)):
        if report is not None:
            report(f"settling by {name}", done * 250, len(images))
        x = model.encode(some.float() / 255)  # (b, C, 7, 7)
        solution = solve(
            lambda z, x=x: model.cell(z, x),  # type: ignore[misc]
            torch.zeros_like(x),
            solver=solver,
            tol=TOL,
            max_evals=MAX_EVALS,
        )
        columns.append(
            (
                model.probabilities(solution.z),
                solution.converged,
                solution.relative_residual,
                solution.nfe,
            )
        )
    probabilities, converged, relative, nfe = (torch.cat(c) for c in zip(*columns, strict=True))
    return probabilities, converged, relative, nfe


def verdicts_on(model: Classifier, probabilities: Tensor, converged: Tensor) -> list[Verdict]:
    """The verdict on each row of probabilities (N, 10 or 11)."""
    return [
        judge(p, model.thresholds, bool(c))[0]
        for p, c in zip(probabilities, converged, strict=True)
    ]
