"""Cobweb and iterates side by side, played half step by half step in the browser.

One payload: the still picture (the whole path) and a frame a half step. A frame rewrites five
traces: in each panel the path so far and its head, and the caption. Both panels share their
vertical axis, so that the height read off the curve is at once the height of the next iterate.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from deq.figures.fixed_points.basin_strip import basin_strip, strip_labels
from deq.figures.fixed_points.linked_cobweb_still import (
    Fixed,
    crossings,
    labels,
    point_colours,
    shade,
    still,
    titles,
)
from deq.figures.shared.caption import caption, said
from deq.figures.shared.film import Film
from deq.figures.shared.frame import axis, base_layout, plain
from deq.figures.shared.palette import Palette, palette, translucent
from deq.figures.shared.player import player
from deq.figures.shared.stepper import half_steps_shown, stepper

# Corners behind the head that a frame draws: all of a short path, and a bounded payload.
_TAIL = 80
# Widths of the view beyond which a path is drawn no farther.
_FAR = 50.0
# Parts of the figure: cobweb, strip and iterates as (x from, x to, y from, y to).
_BESIDE = ((0.0, 0.5, 0.115, 1.0), (0.0, 0.5, 0.0, 0.06), (0.575, 1.0, 0.115, 1.0))
_STACKED = ((0.0, 1.0, 0.5, 1.0), (0.0, 1.0, 0.43, 0.465), (0.0, 1.0, 0.0, 0.32))


def linked_cobweb(
    corners: npt.ArrayLike,
    sentences: Sequence[str],
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    view: tuple[float, float],
    points: Sequence[Fixed] = (),
    contraction: Sequence[tuple[float, float]] = (),
    basins: npt.ArrayLike = (),
    plain_iteration: bool = True,
    stacked: bool = False,
    theme: str | None = "light",
) -> go.Figure:
    """The path of a fixed-point method between curve and diagonal, and over its steps.

    Parameters
    ----------
    corners : array (2n + 1, 2)
        Of the cobweb: (x₀, x₀), (x₀, g(x₀)), (x₁, x₁), …
    sentences : sequence of str
        One a corner: what this half step does.
    x, y : array (N,)
        The curve y = g(x).
    view : (float, float)
        Both axes, from low to high.
    points : sequence of FixedPoint
        Filled where stable, hollow where not.
    contraction : sequence of (float, float)
        Where |g′| < 1: shaded.
    basins : array (S,)
        For starts spread evenly over the view the index of the point they end at, −1 for none.
    plain_iteration : bool
        Whether the next iterate is the height just read; then its dot appears with it.
    stacked : bool
        One panel above the other, for narrow screens.
    theme : {"light", "dark"}
        Which colours to use.

    Returns
    -------
    plotly.graph_objects.Figure
        The last five traces move: path and head of the cobweb, of the iterates, and the caption.
    """
    colours = palette(theme)
    web = np.asarray(corners, dtype=np.float64).reshape(-1, 2)  # (2n + 1, 2)
    far = _FAR * (view[1] - view[0])  # browsers draw no lines to 10¹⁷⁰
    web = web.clip(view[0] - far, view[1] + far)
    if len(web) != len(sentences) or len(web) % 2 == 0:
        raise ValueError("corners must be an odd number, with a sentence each")
    iterates = web[::2, 0]  # (n + 1,)
    last = len(iterates) - 1
    hues = point_colours(points, colours)
    data = [
        *still(web, x, y, view, colours),
        *crossings(points, hues, max(last, 1), colours),
    ]
    moving = [len(data) + k for k in range(5)]
    path = (plain(web[:, 0]), plain(web[:, 1]))
    data += _moment(path, len(web) - 1, plain_iteration, colours)
    data.append(caption(sentences[-1], colours, narrow=stacked))
    shown = half_steps_shown(len(web))
    frames = [
        {
            "name": str(k),
            "traces": moving,
            "data": [
                *_frame(path, k, plain_iteration, _TAIL),
                said(sentences[k], narrow=stacked),
            ],
        }
        for k in shown
    ]
    frames.append({**frames[0], "name": "start"})  # see stepper
    names = [str(k) for k in shown]
    strip = (_STACKED if stacked else _BESIDE)[1][2:]
    layout: dict[str, Any] = {
        **base_layout(colours),
        **_axes(view, max(last, 1), stacked, colours),
        "margin": {"l": 56, "r": 12, "t": 24, "b": 142 if stacked else 108},
        "shapes": [
            *(shade(low, high, colours) for low, high in contraction),
            *basin_strip(basins, view, strip, hues, colours),
        ],
        "annotations": [
            *labels(points, view, colours),
            *titles(contraction, view, colours),
            *strip_labels(
                basins, view, points, strip, colours, who="" if plain_iteration else "Picard: "
            ),
        ],
        **player(names, ["start", *names], redraw=False, colours=colours),
        "meta": {"last": names[-1]},
    }
    stepper(layout, names, narrow=stacked)
    return Film(data, layout, frames)


def _frame(
    path: tuple[list[Any], list[Any]], k: int, plain_iteration: bool, tail: int
) -> list[dict[str, Any]]:
    """What changes in the moving traces at corner k: even on the diagonal, odd on the curve."""
    x, y = path
    begin = max(0, k - tail)
    n, half = divmod(k, 2)
    first = begin // 2
    ahead = bool(half) and plain_iteration  # the height of the next iterate has just been read
    head = (n + 1, y[k]) if ahead else (n, x[k])
    symbol = "circle-open" if ahead else "circle"
    return [
        {"type": "scatter", "x": x[begin : k + 1], "y": y[begin : k + 1]},
        {"type": "scatter", "x": [x[k]], "y": [y[k]]},
        {"type": "scatter", "x": list(range(first, n + 1)), "y": x[2 * first : k + 1 : 2]},
        {"type": "scatter", "x": [head[0]], "y": [head[1]], "marker": {"symbol": symbol}},
    ]


def _moment(
    path: tuple[list[Any], list[Any]], k: int, plain_iteration: bool, colours: Palette
) -> list[dict[str, Any]]:
    """The four moving traces in full, with the whole path up to corner k."""
    dense = k > _TAIL
    ink = translucent(colours.ink, 0.6) if dense else colours.ink
    line = {"color": ink, "width": 1.2 if dense else 2, "simplify": False}
    ring = {"size": 11, "color": colours.ink, "line": {"color": colours.page, "width": 1.5}}
    right = {"xaxis": "x2", "yaxis": "y2"}
    looks: list[dict[str, Any]] = [
        {"name": "path", "mode": "lines", "line": line, "hoverinfo": "skip"},
        {"name": "head", "mode": "markers", "marker": ring, "hoverinfo": "skip"},
        {
            "name": "steps",
            **right,
            "mode": "lines+markers",
            "line": {**line, "width": 1.2 if dense else 1.5},
            "marker": {"size": 6, "color": colours.ink},
            "hovertemplate": "x<sub>%{x}</sub> = %{y:.4f}<extra></extra>",
        },
        {"name": "step", **right, "mode": "markers", "marker": ring, "hoverinfo": "skip"},
    ]
    places = _frame(path, k, plain_iteration, k)
    places[-1].pop("marker")
    return [{**look, **place} for look, place in zip(looks, places, strict=True)]


def _axes(view: tuple[float, float], last: int, stacked: bool, colours: Palette) -> dict[str, Any]:
    web, strip, steps = _STACKED if stacked else _BESIDE
    low, high = view
    room = 0.03 * (high - low)
    span = plain([low - room, high + room], 4)
    quiet = {"automargin": False}  # fitting the margins would double the time of drawing
    return {
        "xaxis": axis(
            colours,
            title="xₙ",
            range=span,
            domain=list(web[:2]),
            anchor="free",
            position=strip[2],
            **quiet,
        ),
        "yaxis": axis(colours, title="xₙ₊₁ = g(xₙ)", range=span, domain=list(web[2:]), **quiet),
        "xaxis2": axis(
            colours,
            title="step n",
            range=[-0.03 * last, 1.04 * last],
            domain=list(steps[:2]),
            anchor="y2",
            tickformat="d",
            **({"dtick": 1} if last <= 8 else {"nticks": 8}),
            **quiet,
        ),
        "yaxis2": axis(
            colours, title="xₙ", domain=list(steps[2:]), anchor="x2", matches="y", **quiet
        ),
    }
