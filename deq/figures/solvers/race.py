"""The race: residuals over evaluations or seconds, all solvers at once, and their paths in a plane.

The curves are sent once. A frame moves their heads and a shade in the page's colour that hides what
comes later.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from deq.figures.shared.animation import stepped
from deq.figures.shared.layout import WHOLE, axes, base_layout
from deq.figures.shared.palette import palette, translucent
from deq.figures.shared.plain import PlainFigure
from deq.figures.shared.traces import dots, line, marker, moved, significant, trace
from deq.figures.solvers.labels import TALL, end_labels
from deq.figures.solvers.lines import Line, highest, line_of, lowest, residual_at
from deq.figures.solvers.plane import contours, heads_at, whole_path

if TYPE_CHECKING:  # figures do not import torch
    from deq.race import Landscape, SolverRun

_FRAMES = 48
_SHADE = 0.8
_BESIDE = ((0.0, 0.56, 0.0, 1.0), (0.64, 1.0, 0.0, 1.0))
_STACKED = ((0.0, 1.0, 0.52, 1.0), (0.0, 1.0, 0.0, 0.4))


def race_figure(
    runs: Sequence[SolverRun],
    tol: float,
    *,
    seconds: bool = False,
    land: Landscape | None = None,
    unit: str = "evaluations of f",
    stacked: bool = False,
    large: bool = False,
    theme: str | None = "light",
) -> PlainFigure:
    """Residual ‖f(z) − z‖/(1 + ‖z‖) of each solver, on logarithmic axes, played together.

    Parameters
    ----------
    runs : sequence of SolverRun
        From `deq.race.race`.
    tol : float
        The line below which a solver has converged.
    seconds : bool
        Over time, spread evenly over the evaluations, instead of over evaluations.
    land : Landscape, optional
        For states of two numbers: their paths are drawn on it.
    unit : str
        What an evaluation is called.
    stacked : bool
        For narrow screens.
    large : bool
        With room for names in large type.
    theme : {"light", "dark"}
        Which colours to use.

    Returns
    -------
    plotly.graph_objects.Figure
        Played from the start; the still picture is the end.
    """
    colours = palette(theme)
    lines = [line_of(run, colours, tol, seconds=seconds) for run in runs]
    first = min(float(solver.x[0]) for solver in lines)
    last = max(float(solver.x[-1]) for solver in lines)
    places = np.geomspace(first, max(last, 1.2 * first), _FRAMES)  # (F,)
    places[-1] *= 1.001
    reach = [math.log10(first) - 0.05, math.log10(places[-1]) + 0.12]
    span = (math.log10(lowest(lines, tol)), math.log10(highest(lines, tol)) + 0.3)
    wide = 280 if stacked else 900 if land is None else 480
    # Letters are a quarter larger, and a projector of 720 lines leaves less room for the panel.
    part = 1.5 if large else 1.0
    labels, room = end_labels(lines, reach, span, wide / part, TALL / part)
    low, high = span[0] - room, span[1]
    still = [
        line([10**r for r in reach], [tol, tol], colours.accent, dash="dash", name="tolerance"),
        *map(_curve, lines),
    ]
    symbols = [solver.look.symbol for solver in lines]
    heads = dots(None, None, [solver.colour for solver in lines], 13, symbol=symbols,
                 edge=(colours.page, 1.5))  # fmt: skip
    looks = [
        trace(mode="lines", fill="toself", fillcolor=translucent(colours.page, _SHADE),
              line={"width": 0}, name="shade"),
        {**heads, "name": "heads"},
    ]  # fmt: skip
    options: list[Any] = [
        ({"title": f"{'seconds' if seconds else unit} (log scale)", "type": "log", "range": reach,
          "tickformat": "~s" if seconds else "", "ticksuffix": "s" if seconds else "",
          "dtick": "D2" if reach[1] - reach[0] < 2.2 else 1},
         {"title": "residual ‖f(z) − z‖ / (1 + ‖z‖)", "type": "log", "range": [low, high],
          "exponentformat": "power", "dtick": max(1, round((high - low) / 7))})
    ]  # fmt: skip
    if land is not None:
        still += [contours(land, colours), *map(whole_path, lines)]
        looks.append({**heads, "xaxis": "x2", "yaxis": "y2", "name": "states"})
        options.append(
            [
                {"title": title, "range": [float(part[0]), float(part[-1])], "showgrid": False}
                for title, part in (("z₁", land.x), ("z₂", land.y))
            ]
        )
    panels = [WHOLE] if land is None else _STACKED if stacked else _BESIDE
    layout = {
        **base_layout(colours),
        **axes(colours, panels, options),
        "margin": {"l": 62, "r": 14, "t": 12, "b": 142 if stacked else 112},
        "annotations": labels,
    }

    def moment(place: float) -> list[dict[str, Any]]:
        (near,), far = significant([place], 4), 10 ** reach[1]
        shade = moved([near, far, far, near, near],
                      [10**low, 10**low, 10**high, 10**high, 10**low])  # fmt: skip
        parts = [shade, _heads(lines, place)]
        return parts if land is None else [*parts, heads_at(lines, place)]

    return stepped(
        still,
        looks,
        [moment(place) for place in places],
        [_sentence(lines, place, seconds=seconds) for place in places],
        layout,
        colours,
        narrow=stacked,
    )


def _curve(solver: Line) -> dict[str, Any]:
    return line(
        significant(solver.x, 4),
        significant(solver.y, 3),
        solver.colour,
        2.2,
        dash=solver.look.dash,
        mode=solver.mode,
        name=solver.run.name,
        marker=marker(solver.colour, 6, symbol=solver.look.symbol),
        customdata=significant(solver.exact, 2),
        hover=f"{solver.run.name}: %{{customdata}} after %{{x:.3g}}",
    )


def _heads(lines: Sequence[Line], place: float) -> dict[str, Any]:
    """Where each solver is on its curve; nowhere before its first state."""
    x = [min(place, float(solver.x[-1])) for solver in lines]
    y = [
        residual_at(solver, value) if value >= solver.x[0] else math.nan
        for solver, value in zip(lines, x, strict=True)
    ]
    return moved(significant(x, 4), significant(y, 3))


def _sentence(lines: Sequence[Line], place: float, *, seconds: bool) -> str:
    done = sum(solver.run.converged and solver.x[-1] <= place for solver in lines)
    spent = f"{1000 * place:.2g} ms" if seconds else f"{place:.0f} evaluations"
    if not done:
        return f"{spent}: no solver has converged yet"
    return f"{spent}: {done} of {len(lines)} have converged"
