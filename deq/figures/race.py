"""The race: residuals over evaluations or seconds, all solvers at once, and their paths in a plane.

A frame moves heads and a curtain in the page's colour that hides what is still to come; the curves
themselves are sent once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from deq.figures.caption import caption, said
from deq.figures.film import Film
from deq.figures.frame import axis, base_layout, plain
from deq.figures.palette import Palette, mixed, palette, translucent
from deq.figures.player import player
from deq.figures.race_labels import finish_labels
from deq.figures.stepper import stepper

if TYPE_CHECKING:  # figures do not import torch
    from deq.race import Landscape, Lap

Array = npt.NDArray[np.float64]
_FRAMES = 48
_CURTAIN = 0.8
_FLOOR = 1e-5  # of the tolerance: lower residuals are drawn there
_TOP = 1e3  # times the first residual: who runs away leaves the picture there
_ALONE = (0.0, 1.0, 0.0, 1.0)
_BESIDE = ((0.0, 0.56, 0.0, 1.0), (0.64, 1.0, 0.0, 1.0))
_STACKED = ((0.0, 1.0, 0.52, 1.0), (0.0, 1.0, 0.0, 0.4))
Panel = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class _Line:
    """A solver's curve: where it is at which place on the axis."""

    lap: Lap
    x: Array  # (T,) evaluations or seconds
    y: Array  # (T,) residuals, none lower than the picture shows
    exact: Array  # (T,)
    colour: str
    dash: str


def race_figure(
    laps: Sequence[Lap],
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
    laps : sequence of Lap
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
    lines = [_line(lap, colours, tol, seconds=seconds) for lap in laps]
    two = _STACKED if stacked else _BESIDE
    left = two[0] if land is not None else _ALONE
    first = min(float(line.x[0]) for line in lines)
    last = max(float(line.x[-1]) for line in lines)
    places = np.geomspace(first, max(last, 1.2 * first), _FRAMES)  # (F,)
    places[-1] *= 1.001
    reach = [math.log10(first) - 0.05, math.log10(places[-1]) + 0.12]
    span = (math.log10(_lowest(lines, tol)), math.log10(_highest(lines, tol)) + 0.3)
    wide = 480 if land is not None else 900
    labels, room = finish_labels(lines, reach, span, 280 if stacked else wide)
    low, high = span[0] - room, span[1]
    data = [_goal(tol, reach, colours), *map(_curve, lines)]
    walks = [_walk(line) for line in lines] if land is not None else []
    data += [_ground(land, colours)] * (land is not None) + walks
    moving = range(len(data), len(data) + (4 if land is not None else 3))
    looks = _looks(lines, colours, paths=land is not None)

    def moment(place: float) -> list[dict[str, Any]]:
        parts = [_curtain(place, reach, (low, high)), _heads(lines, place)]
        if land is not None:
            parts.append(_walkers(lines, place))
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
        layout |= _plane(land, two[1], colours)
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


def _line(lap: Lap, colours: Palette, tol: float, *, seconds: bool) -> _Line:
    evals = np.asarray(lap.evals, dtype=np.float64)  # (T,)
    residuals = np.asarray(lap.residuals, dtype=np.float64)
    fine = np.isfinite(residuals)
    if not fine.any():  # never anything but NaN: it stands at its start, high up
        fine, residuals = np.ones_like(fine), np.ones_like(residuals)
    each = lap.seconds / max(lap.nfe, 1) if seconds else 1.0
    word = lap.name.lower()
    family = {"damped": "picard", "gmres": "newton", "pseudotransient": "transient"}
    name = family.get(word, word.partition(" ")[0])
    dotted = word == "damped" or (word.startswith("ode") and word != "ode dopri5")
    return _Line(
        lap,
        evals[fine] * each,
        residuals[fine].clip(_FLOOR * tol),
        residuals[fine],
        colours.solver(name),
        "dot" if dotted else "solid",
    )


def _lowest(lines: Sequence[_Line], tol: float) -> float:
    return 0.7 * min(tol, *(float(line.y.min()) for line in lines))


def _highest(lines: Sequence[_Line], tol: float) -> float:
    first = max(float(line.y[0]) for line in lines)
    return max(10 * tol, min(_TOP * first, max(float(line.y.max()) for line in lines)))


def _goal(tol: float, reach: list[float], colours: Palette) -> dict[str, Any]:
    line = {"color": colours.accent, "width": 2, "dash": "dash"}
    return {"type": "scatter", "mode": "lines", "x": [10**r for r in reach], "y": [tol, tol],
            "line": line, "name": "tolerance", "hoverinfo": "skip"}  # fmt: skip


def _curve(line: _Line) -> dict[str, Any]:
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


def _at(line: _Line, place: float) -> float:
    """The residual there, along the straight line on the logarithmic axis."""
    return float(10 ** np.interp(place, line.x, np.log10(line.y)))


def _looks(lines: Sequence[_Line], colours: Palette, *, paths: bool) -> list[dict[str, Any]]:
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


def _heads(lines: Sequence[_Line], place: float) -> dict[str, Any]:
    x = [min(place, float(line.x[-1])) for line in lines]
    return {
        "type": "scatter",
        "x": [float(f"{value:.4g}") for value in x],
        "y": [
            float(f"{_at(line, value):.3g}") if value >= line.x[0] else None
            for line, value in zip(lines, x, strict=True)
        ],
    }


def _walk(line: _Line) -> dict[str, Any]:
    path = np.asarray(line.lap.path, dtype=np.float64)  # (T, 2)
    return {
        "type": "scatter",
        "mode": "lines+markers" if len(path) < 40 else "lines",
        "name": line.lap.name,
        "x": plain(path[:, 0].clip(-1e3, 1e3), 3),
        "y": plain(path[:, 1].clip(-1e3, 1e3), 3),
        "xaxis": "x2",
        "yaxis": "y2",
        "line": {"color": line.colour, "width": 2, "dash": line.dash, "simplify": False},
        "marker": {"size": 4, "color": line.colour},
        "hovertemplate": f"{line.lap.name}: (%{{x:.3f}}, %{{y:.3f}})<extra></extra>",
    }


def _walkers(lines: Sequence[_Line], place: float) -> dict[str, Any]:
    """Where everybody is on the plane, between two accepted states on the straight way."""
    ends: list[list[Any]] = []
    for line in lines:
        path = np.asarray(line.lap.path, dtype=np.float64).clip(-1e3, 1e3)  # (T, 2)
        evals = np.asarray(line.lap.evals, dtype=np.float64)
        each = line.x[-1] / evals[-1] if evals[-1] else 1.0
        here = [float(np.interp(place, evals * each, path[:, k])) for k in (0, 1)]
        ends.append(plain(here, 3))
    return {"type": "scatter", "x": [x for x, _ in ends], "y": [y for _, y in ends]}


def _ground(land: Landscape | None, colours: Palette) -> dict[str, Any]:
    if land is None:
        return {}
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


def _plane(land: Landscape, panel: Panel, colours: Palette) -> dict[str, Any]:
    ends = [[float(part[0]), float(part[-1])] for part in (land.x, land.y)]
    return {
        "xaxis2": axis(colours, title="z₁", range=ends[0], domain=list(panel[:2]), anchor="y2",
                       automargin=False, showgrid=False),
        "yaxis2": axis(colours, title="z₂", range=ends[1], domain=list(panel[2:]), anchor="x2",
                       automargin=False, showgrid=False),
    }  # fmt: skip


def _told(lines: Sequence[_Line], place: float, *, seconds: bool) -> str:
    in_goal = [line.lap.name for line in lines if line.lap.settled and line.x[-1] <= place]
    spent = f"{1000 * place:.2g} ms" if seconds else f"{place:.0f} evaluations"
    if not in_goal:
        return f"{spent}: nobody has settled yet"
    return f"{spent}: {len(in_goal)} of {len(lines)} have settled"
