"""The race: residuals over evaluations or seconds, all solvers at once, and their paths in a plane.

A frame moves heads and a curtain in the page's colour that hides what is still to come; the curves
themselves are sent once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from deq.figures.shared.caption import caption, said
from deq.figures.shared.film import Film
from deq.figures.shared.frame import axis, base_layout
from deq.figures.shared.palette import Palette, palette, translucent
from deq.figures.shared.player import player
from deq.figures.shared.stepper import stepper
from deq.figures.solvers.labels import finish_labels
from deq.figures.solvers.lines import Line, highest, line_of, lowest, residual_at
from deq.figures.solvers.plane import ground, plane, walk, walkers_at

if TYPE_CHECKING:  # figures do not import torch
    from deq.race import Landscape, SolverRun

_FRAMES = 48
_CURTAIN = 0.8
_ALONE = (0.0, 1.0, 0.0, 1.0)
_BESIDE = ((0.0, 0.56, 0.0, 1.0), (0.64, 1.0, 0.0, 1.0))
_STACKED = ((0.0, 1.0, 0.52, 1.0), (0.0, 1.0, 0.0, 0.4))


def race_figure(
    laps: Sequence[SolverRun],
    tol: float,
    *,
    seconds: bool = False,
    land: Landscape | None = None,
    unit: str = "evaluations of f",
    stacked: bool = False,
    theme: str | None = "light",
) -> Film:
    """Residual ‖f(z) − z‖/(1 + ‖z‖) of each solver, on logarithmic axes, played together.

    Parameters
    ----------
    laps : sequence of SolverRun
        From `deq.race.race`.
    tol : float
        The line at which a solver has settled.
    seconds : bool
        Over time, spread evenly over the evaluations, instead of over evaluations.
    land : Landscape, optional
        For states of two numbers: their paths are drawn on it.
    unit : str
        What an evaluation is called.
    stacked : bool
        For narrow screens.
    theme : {"light", "dark"}
        Which colours to use.

    Returns
    -------
    plotly.graph_objects.Figure
        Played from the start; the still picture is the end.
    """
    colours = palette(theme)
    lines = [line_of(lap, colours, tol, seconds=seconds) for lap in laps]
    two = _STACKED if stacked else _BESIDE
    left = two[0] if land is not None else _ALONE
    first = min(float(line.x[0]) for line in lines)
    last = max(float(line.x[-1]) for line in lines)
    places = np.geomspace(first, max(last, 1.2 * first), _FRAMES)  # (F,)
    places[-1] *= 1.001
    reach = [math.log10(first) - 0.05, math.log10(places[-1]) + 0.12]
    span = (math.log10(lowest(lines, tol)), math.log10(highest(lines, tol)) + 0.3)
    wide = 480 if land is not None else 900
    labels, room = finish_labels(lines, reach, span, 280 if stacked else wide)
    low, high = span[0] - room, span[1]
    data = [_goal(tol, reach, colours), *map(_curve, lines)]
    if land is not None:
        data += [ground(land, colours), *map(walk, lines)]
    moving = range(len(data), len(data) + (4 if land is not None else 3))
    looks = _looks(lines, colours, paths=land is not None)

    def moment(place: float) -> list[dict[str, Any]]:
        parts = [_curtain(place, reach, (low, high)), _heads(lines, place)]
        if land is not None:
            parts.append(walkers_at(lines, place))
        return parts

    def told(place: float) -> str:
        return _told(lines, place, seconds=seconds)

    end = places[-1]
    still = [{**look, **part} for look, part in zip(looks, moment(end), strict=True)]
    data += [*still, caption(told(end), colours, narrow=stacked)]
    layout: dict[str, Any] = {
        **base_layout(colours),
        "margin": {"l": 62, "r": 14, "t": 12, "b": 142 if stacked else 112},
        "annotations": labels,
        "xaxis": axis(
            colours,
            title=f"{'seconds' if seconds else unit} (log scale)",
            type="log",
            range=reach,
            domain=list(left[:2]),
            anchor="y",
            automargin=False,
            tickformat="~s" if seconds else "",
            dtick="D2" if reach[1] - reach[0] < 2.2 else 1,
            ticksuffix="s" if seconds else "",
        ),
        "yaxis": axis(
            colours,
            title="residual ‖f(z) − z‖ / (1 + ‖z‖)",
            type="log",
            range=[low, high],
            domain=list(left[2:]),
            anchor="x",
            automargin=False,
            exponentformat="power",
            dtick=max(1, round((high - low) / 7)),
        ),
    }
    if land is not None:
        layout |= plane(land, two[1], colours)
    frames = [
        {
            "name": str(k),
            "traces": list(moving),
            "data": [*moment(place), said(told(place), narrow=stacked)],
        }
        for k, place in enumerate(places)
    ]
    frames.append({**frames[0], "name": "start"})  # see stepper
    names = [str(k) for k in range(_FRAMES)]
    layout |= player(names, ["start", *names], redraw=False, colours=colours)
    layout["meta"] = {"last": names[-1]}
    stepper(layout, names, narrow=stacked)
    return Film(data, layout, frames)


def _goal(tol: float, reach: list[float], colours: Palette) -> dict[str, Any]:
    line = {"color": colours.accent, "width": 2, "dash": "dash"}
    return {"type": "scatter", "mode": "lines", "x": [10**r for r in reach], "y": [tol, tol],
            "line": line, "name": "tolerance", "hoverinfo": "skip"}  # fmt: skip


def _curve(line: Line) -> dict[str, Any]:
    name = line.lap.name
    return {
        "type": "scatter",
        "mode": "lines+markers" if len(line.x) < 40 else "lines",
        "name": name,
        "x": [float(f"{x:.4g}") for x in line.x],
        "y": [float(f"{y:.3g}") for y in line.y],
        "line": {"color": line.colour, "width": 2.2, "dash": line.dash, "simplify": False},
        "marker": {"size": 4, "color": line.colour},
        "customdata": [float(f"{y:.2g}") for y in line.exact],
        "hovertemplate": f"{name}: %{{customdata}} after %{{x:.3g}}<extra></extra>",
    }


def _looks(lines: Sequence[Line], colours: Palette, *, paths: bool) -> list[dict[str, Any]]:
    marker = {
        "size": 13,
        "color": [line.colour for line in lines],
        "line": {"color": colours.page, "width": 1.5},
    }
    shade = translucent(colours.page, _CURTAIN)
    looks: list[dict[str, Any]] = [
        {"mode": "lines", "fill": "toself", "fillcolor": shade, "line": {"width": 0},
         "hoverinfo": "skip", "name": "curtain"},
        {"mode": "markers", "marker": marker, "hoverinfo": "skip", "name": "heads"},
    ]  # fmt: skip
    if paths:
        looks.append({**looks[1], "xaxis": "x2", "yaxis": "y2", "name": "walkers"})
    return looks


def _curtain(place: float, reach: list[float], height: tuple[float, float]) -> dict[str, Any]:
    near, far = float(f"{place:.4g}"), 10 ** reach[1]
    low, high = 10 ** height[0], 10 ** height[1]
    return {"type": "scatter", "x": [near, far, far, near, near],
            "y": [low, low, high, high, low]}  # fmt: skip


def _heads(lines: Sequence[Line], place: float) -> dict[str, Any]:
    x = [min(place, float(line.x[-1])) for line in lines]
    return {
        "type": "scatter",
        "x": [float(f"{value:.4g}") for value in x],
        "y": [
            float(f"{residual_at(line, value):.3g}") if value >= line.x[0] else None
            for line, value in zip(lines, x, strict=True)
        ],
    }


def _told(lines: Sequence[Line], place: float, *, seconds: bool) -> str:
    in_goal = [line.lap.name for line in lines if line.lap.converged and line.x[-1] <= place]
    spent = f"{1000 * place:.2g} ms" if seconds else f"{place:.0f} evaluations"
    if not in_goal:
        return f"{spent}: nobody has settled yet"
    return f"{spent}: {len(in_goal)} of {len(lines)} have settled"
