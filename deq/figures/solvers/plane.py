"""States of two numbers: the residual as contours, and the path of every solver on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from deq.figures.shared.palette import Palette, mixed
from deq.figures.shared.traces import line, marker, moved, rounded
from deq.figures.solvers.lines import Line

if TYPE_CHECKING:  # figures do not import torch
    from deq.race import Landscape

_FAR = 1e3  # a path is drawn no further away


def whole_path(solver: Line) -> dict[str, Any]:
    """All accepted states of one solver."""
    path = np.asarray(solver.run.path, dtype=np.float64).clip(-_FAR, _FAR)  # (T, 2)
    x, y = rounded(path.T, 3)
    return line(
        x,
        y,
        solver.colour,
        dash=solver.look.dash,
        mode=solver.mode,
        name=solver.run.name,
        panel=2,
        marker=marker(solver.colour, 6, symbol=solver.look.symbol),
        hover=f"{solver.run.name}: (%{{x:.3f}}, %{{y:.3f}})",
    )


def heads_at(lines: Sequence[Line], place: float) -> dict[str, Any]:
    """Where each solver is then; on the straight way between two accepted states."""
    heads = []
    for solver in lines:
        path = np.asarray(solver.run.path, dtype=np.float64).clip(-_FAR, _FAR)  # (T, 2)
        evals = np.asarray(solver.run.evals, dtype=np.float64)
        each = solver.x[-1] / evals[-1] if evals[-1] else 1.0
        heads.append([float(np.interp(place, evals * each, path[:, k])) for k in (0, 1)])
    return moved(*rounded(np.transpose(heads), 3))


def contours(land: Landscape, colours: Palette) -> dict[str, Any]:
    """The residual, deep where it is small."""
    shades = [
        [0, mixed(colours.page, colours.accent, 0.5)],
        [0.45, mixed(colours.page, colours.accent, 0.12)],
        [1, mixed(colours.page, colours.muted, 0.14)],
    ]
    return {
        "type": "contour",
        "x": rounded(land.x, 3),
        "y": rounded(land.y, 3),
        "z": rounded(land.height.clip(-2.2, None), 2),
        "xaxis": "x2",
        "yaxis": "y2",
        "colorscale": shades,
        "showscale": False,
        "ncontours": 14,
        "line": {"width": 0.6, "color": colours.grid},
        "hovertemplate": "residual 10^%{z:.1f} at (%{x:.2f}, %{y:.2f})<extra></extra>",
    }
