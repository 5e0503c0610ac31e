"""Cobweb and iterates side by side, played half step by half step in the browser.

A frame changes five traces: in each panel the path so far and its head, and the sentence. Both
panels have one vertical axis, so the height on the curve is the height of the next iterate.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy.typing as npt
import plotly.graph_objects as go

from deq.figures.fixed_points.basin_strip import basin_strip, strip_labels
from deq.figures.fixed_points.cobweb_background import (
    background,
    contraction_bands,
    contraction_label,
    crossings,
    point_colours,
    point_labels,
)
from deq.figures.shared.animation import stepped
from deq.figures.shared.controls import thin
from deq.figures.shared.layout import axes, base_layout, coloured, heading, upright
from deq.figures.shared.palette import Palette, palette, translucent
from deq.figures.shared.traces import dots, line, marker, moved, rounded, within

if TYPE_CHECKING:  # figures do not import torch
    from deq.scalar import FixedPoint

# Corners behind the head that a frame draws: all of a short path, and a bounded payload.
_TAIL = 80
# Half steps that all get a frame, and how many the rest of a long path gets.
_ALL, _REST = 40, 40
# Cobweb, iterates, and the lower and upper edge of the strip.
_BESIDE = ((0.0, 0.5, 0.115, 1.0), (0.575, 1.0, 0.115, 1.0), (0.0, 0.06))
_STACKED = ((0.0, 1.0, 0.5, 1.0), (0.0, 1.0, 0.0, 0.32), (0.43, 0.465))


def linked_cobweb(
    corners: npt.ArrayLike,
    sentences: Sequence[str],
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    view: tuple[float, float],
    points: Sequence[FixedPoint] = (),
    contraction: Sequence[tuple[float, float]] = (),
    basins: npt.ArrayLike = (),
    plain_iteration: bool = True,
    second: npt.ArrayLike = (),
    apart: int | None = None,
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
    second : array (m + 1,)
        Iterates from a second start, drawn beside the first over their steps.
    apart : int, optional
        The first step at which the two are 0.1 apart: an upright line.
    stacked : bool
        One panel above the other, for narrow screens.
    theme : {"light", "dark"}
        Which colours to use.

    Returns
    -------
    plotly.graph_objects.Figure
        The last five traces move: path and head of the cobweb, of the iterates, and the sentence.
    """
    colours = palette(theme)
    web = within(corners, view, 50).reshape(-1, 2)  # (2n + 1, 2)
    if len(web) != len(sentences) or len(web) % 2 == 0:
        raise ValueError("corners must be an odd number, with a sentence each")
    last = max(len(web) // 2, 1)
    hues = point_colours(points, colours)
    left, right, strip = _STACKED if stacked else _BESIDE
    room = 0.03 * (view[1] - view[0])
    span = rounded([view[0] - room, view[1] + room])
    options = (
        ({"title": "xₙ", "range": span, "anchor": "free", "position": strip[0]},
         {"title": "xₙ₊₁ = g(xₙ)", "range": span}),
        ({"title": "step n", "range": [-0.03 * last, 1.04 * last], "tickformat": "d",
          **({"dtick": 1} if last <= 8 else {"nticks": 8})},
         {"title": "xₙ", "matches": "y"}),
    )  # fmt: skip
    method = "" if plain_iteration else "Picard: "
    layout = {
        **base_layout(colours),
        **axes(colours, (left, right), options),
        "margin": {"l": 56, "r": 12, "t": 24},
        "shapes": [
            *contraction_bands(contraction, colours),
            *basin_strip(basins, view, strip, hues, colours),
        ],
        "annotations": [
            *point_labels(points, view, colours),
            *contraction_label(contraction, view, colours),
            *strip_labels(basins, view, points, strip, colours, method=method),
        ],
    }
    other = rounded(within(second, view, 50)[: last + 1])
    if other:
        layout["annotations"] += _second_labels(right, apart, colours)
        layout["shapes"] += [] if apart is None else [
            {**upright(apart, colours.muted, yref="y2 domain"), "xref": "x2"}
        ]  # fmt: skip
    x_web, y_web = rounded(web[:, 0]), rounded(web[:, 1])
    shown = half_steps_shown(len(web))
    return stepped(
        [*background(web, x, y, view, colours), *crossings(points, hues, last, colours)],
        [*_second_look(other, colours), *_looks(x_web, y_web, colours)],
        [[*_second_moment(other, k), *_moment(x_web, y_web, k, plain_iteration)] for k in shown],
        [sentences[k] for k in shown],
        layout,
        colours,
        names=[str(k) for k in shown],
        narrow=stacked,
    )


def half_steps_shown(count: int) -> list[int]:
    """Which of `count` corners get a frame: the first ones all, of the rest every few, the last.

    Examples
    --------
    >>> half_steps_shown(3), len(half_steps_shown(401)), half_steps_shown(401)[-1]
    ([0, 1, 2], 80, 400)
    """
    if count <= _ALL + _REST:
        return list(range(count))
    return [*range(_ALL), *(_ALL + k for k in thin(count - _ALL, _REST))]


def _looks(x: list[Any], y: list[Any], colours: Palette) -> list[dict[str, Any]]:
    """How the moving traces look; those of paths show the whole of it in the still picture."""
    dense = len(x) - 1 > _TAIL
    ink = translucent(colours.ink, 0.6) if dense else colours.ink
    head = dots(None, None, colours.ink, 11, edge=(colours.page, 1.5))
    return [
        line(x, y, ink, 1.2 if dense else 2, name="path"),
        {**head, "name": "head"},
        line(
            list(range(len(x) // 2 + 1)),
            x[::2],
            ink,
            1.2 if dense else 1.5,
            mode="lines+markers",
            marker=marker(colours.ink, 6),
            name="steps",
            panel=2,
            hover="x<sub>%{x}</sub> = %{y:.4f}",
        ),
        {**head, "name": "step", "xaxis": "x2", "yaxis": "y2"},
    ]


def _second_look(other: list[Any], colours: Palette) -> list[dict[str, Any]]:
    """How the iterates from a second start look; nothing if there are none."""
    hue = colours.digits[4]
    dot = marker(hue, 6, symbol="square")
    look = line(list(range(len(other))), other, hue, 1.5, mode="lines+markers", dash="dot",
                marker=dot, name="second", panel=2,
                hover="second start: x<sub>%{x}</sub> = %{y:.4f}")  # fmt: skip
    return [look] if other else []


def _second_moment(other: list[Any], k: int) -> list[dict[str, Any]]:
    n = k // 2
    return [moved(list(range(n + 1))[: len(other)], other[: n + 1])] if other else []


def _second_labels(
    panel: tuple[float, float, float, float], apart: int | None, colours: Palette
) -> list[dict[str, Any]]:
    """Which line is which, above the iterates, and where they part."""
    legend = f"{coloured('● x₀', colours.ink)}   {coloured('■ x₀ + 0.001', colours.digits[4])}"
    if apart is not None:
        legend += f"   ┊ apart at step {apart}"
    return [heading(panel[0], panel[3], legend, colours.ink)]


def _moment(x: list[Any], y: list[Any], k: int, plain_iteration: bool) -> list[dict[str, Any]]:
    """What changes in the moving traces at corner k: even on the diagonal, odd on the curve."""
    begin = max(0, k - _TAIL)
    n, half = divmod(k, 2)
    first = begin // 2
    ahead = bool(half) and plain_iteration  # the height of the next iterate has just been read
    step = (n + 1, y[k]) if ahead else (n, x[k])
    symbol = "circle-open" if ahead else "circle"
    return [
        moved(x[begin : k + 1], y[begin : k + 1]),
        moved([x[k]], [y[k]]),
        moved(list(range(first, n + 1)), x[2 * first : k + 1 : 2]),
        moved([step[0]], [step[1]], marker={"symbol": symbol}),
    ]
