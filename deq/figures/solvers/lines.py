"""The curves of the race: one a solver, over evaluations or seconds, with its colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from deq.figures.shared.palette import Palette, SolverLook
from deq.figures.shared.traces import Array

if TYPE_CHECKING:  # figures do not import torch
    from deq.race import SolverRun

_FLOOR = 1e-5  # of the tolerance: lower residuals are drawn there
_TOP = 1e3  # times the first residual: a curve that runs away leaves the picture there


@dataclass(frozen=True, eq=False)
class Line:
    """A solver's curve, and how it is drawn."""

    run: SolverRun
    x: Array  # (T,) evaluations or seconds
    y: Array  # (T,) residuals, none lower than the picture shows
    exact: Array  # (T,)
    look: SolverLook

    @property
    def colour(self) -> str:
        """Its colour."""
        return self.look.colour

    @property
    def mode(self) -> str:
        """Plotly's mode: many markers would hide the line."""
        return "lines+markers" if len(self.x) < 40 else "lines"


def line_of(run: SolverRun, colours: Palette, tol: float, *, seconds: bool) -> Line:
    """A run as a curve over evaluations, or over seconds, an evaluation taking the same each time.

    Residuals far below `tol` are drawn as low as the picture goes.
    """
    evals = np.asarray(run.evals, dtype=np.float64)  # (T,)
    residuals = np.asarray(run.residuals, dtype=np.float64)
    fine = np.isfinite(residuals)
    if not fine.any():  # only NaN: it stays at its start, high up
        fine, residuals = np.ones_like(fine), np.ones_like(residuals)
    each = run.seconds_per_eval if seconds else 1.0
    return Line(
        run,
        evals[fine] * each,
        residuals[fine].clip(_FLOOR * tol),
        residuals[fine],
        colours.look(run.name),
    )


def lowest(lines: Sequence[Line], tol: float) -> float:
    """The lowest residual that the picture shows, with some room."""
    return 0.7 * min(tol, *(float(line.y.min()) for line in lines))


def highest(lines: Sequence[Line], tol: float) -> float:
    """The highest one: curves that run away leave the picture there."""
    first = max(float(line.y[0]) for line in lines)
    return max(10 * tol, min(_TOP * first, max(float(line.y.max()) for line in lines)))


def residual_at(line: Line, place: float) -> float:
    """The residual there, along the straight line on the logarithmic axis."""
    return float(10 ** np.interp(place, line.x, np.log10(line.y)))
