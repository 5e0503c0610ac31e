"""The plane of the race: the residual as a landscape, and everybody's path on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from deq.figures.shared.frame import axis, plain
from deq.figures.shared.palette import Palette, mixed
from deq.figures.solvers.lines import Line

if TYPE_CHECKING:  # figures do not import torch
    from deq.race import Landscape

_FAR = 1e3  # a path is drawn no further away


def walk(line: Line) -> dict[str, Any]:
    """The whole path of one solver, all accepted states of two numbers."""
    path = np.asarray(line.lap.path, dtype=np.float64)  # (T, 2)
    return {
        "type": "scatter",
        "mode": "lines+markers" if len(path) < 40 else "lines",
        "name": line.lap.name,
        "x": plain(path[:, 0].clip(-_FAR, _FAR), 3),
        "y": plain(path[:, 1].clip(-_FAR, _FAR), 3),
        "xaxis": "x2",
        "yaxis": "y2",
        "line": {"color": line.colour, "width": 2, "dash": line.dash, "simplify": False},
        "marker": {"size": 4, "color": line.colour},
        "hovertemplate": f"{line.lap.name}: (%{{x:.3f}}, %{{y:.3f}})<extra></extra>",
    }


def walkers_at(lines: Sequence[Line], place: float) -> dict[str, Any]:
    """Where everybody is on the plane, between two accepted states on the straight way."""
    ends: list[list[Any]] = []
    for line in lines:
        path = np.asarray(line.lap.path, dtype=np.float64).clip(-_FAR, _FAR)  # (T, 2)
        evals = np.asarray(line.lap.evals, dtype=np.float64)
        each = line.x[-1] / evals[-1] if evals[-1] else 1.0
        here = [float(np.interp(place, evals * each, path[:, k])) for k in (0, 1)]
        ends.append(plain(here, 3))
    return {"type": "scatter", "x": [x for x, _ in ends], "y": [y for _, y in ends]}


def ground(land: Landscape, colours: Palette) -> dict[str, Any]:
    """The residual as contours, deep where it is small."""
    shades = [
        [0, mixed(colours.page, colours.accent, 0.5)],
        [0.45, mixed(colours.page, colours.accent, 0.12)],
        [1, mixed(colours.page, colours.muted, 0.14)],
    ]
    return {
        "type": "contour",
        "x": plain(land.x, 3),
        "y": plain(land.y, 3),
        "z": plain(land.height.clip(-2.2, None), 2),
        "xaxis": "x2",
        "yaxis": "y2",
        "colorscale": shades,
        "showscale": False,
        "ncontours": 14,
        "line": {"width": 0.6, "color": colours.grid},
        "hovertemplate": "residual 10^%{z:.1f} at (%{x:.2f}, %{y:.2f})<extra></extra>",
    }


def plane(land: Landscape, panel: Sequence[float], colours: Palette) -> dict[str, Any]:
    """The axes, in a part of the figure given as (x from, x to, y from, y to)."""
    ends = [[float(part[0]), float(part[-1])] for part in (land.x, land.y)]
    return {
        "xaxis2": axis(colours, title="z₁", range=ends[0], domain=list(panel[:2]), anchor="y2",
                       automargin=False, showgrid=False),
        "yaxis2": axis(colours, title="z₂", range=ends[1], domain=list(panel[2:]), anchor="x2",
                       automargin=False, showgrid=False),
    }  # fmt: skip
