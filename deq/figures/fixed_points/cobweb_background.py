"""What does not move in a linked cobweb: curve, diagonal, fixed points, contraction, labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from deq.figures.shared.layout import band, minus, note
from deq.figures.shared.palette import Palette, translucent
from deq.figures.shared.traces import Array, dots, line, rounded

if TYPE_CHECKING:  # figures do not import torch
    from deq.scalar import FixedPoint

# Of more fixed points than this none has a label, and of still more not all have a level line.
_MOST_LABELS, _MOST_LEVELS = 4, 12
_SYMBOLS = {"stable": "diamond", "unstable": "diamond-open", "neutral": "diamond-cross-open"}


def point_colours(points: Sequence[FixedPoint], colours: Palette) -> list[str]:
    """One colour a fixed point: the equilibrium's, and others where several attract."""
    attracting = (colours.accent, *(colours.digits[k] for k in (0, 1, 4, 3, 8)))
    hues, used = [], 0
    for point in points:
        attracts = point.kind != "unstable"
        hues.append(attracting[used % len(attracting)] if attracts else colours.accent)
        used += attracts
    return hues


def background(
    web: Array, x: npt.ArrayLike, y: npt.ArrayLike, view: tuple[float, float], colours: Palette
) -> list[dict[str, Any]]:
    """Diagonal, curve, and the whole path faintly, in both panels."""
    span, faint = rounded(view), translucent(colours.ink, 0.22)
    steps, iterates = list(range((len(web) + 1) // 2)), rounded(web[::2, 0])
    return [
        line(span, span, colours.muted, 1.5, dash="dot", name="diagonal"),
        line(rounded(x), rounded(y), colours.solver("ode"), 3, name="g",
             hover="g(%{x:.3f}) = %{y:.3f}"),
        line(rounded(web[:, 0]), rounded(web[:, 1]), faint, 1.2, name="web"),
        line(steps, iterates, faint, 1.2, name="iterates", panel=2),
    ]  # fmt: skip


def crossings(
    points: Sequence[FixedPoint], hues: Sequence[str], last: int, colours: Palette
) -> list[dict[str, Any]]:
    """The fixed points on the diagonal, and as level lines beside the iterates."""
    if not points:
        return []
    stable = [point.kind == "stable" for point in points]
    places = rounded([point.x for point in points], 6)
    edges = [colours.page if inside else hue for inside, hue in zip(stable, hues, strict=True)]
    levels = [
        line([0, last], [x, x], hue, 2 if attracts else 1, dash="dash" if attracts else "dot",
             name="level", panel=2)
        for x, hue, attracts in zip(places, hues, stable, strict=True)
    ]  # fmt: skip
    return [
        dots(places, places, list(hues), 20, symbol=[_SYMBOLS[point.kind] for point in points],
             edge=(edges, 2.5), name="fixed points", text=[_described(point) for point in points],
             hover="%{text}"),
        *levels[:_MOST_LEVELS],
    ]  # fmt: skip


def _described(point: FixedPoint) -> str:
    slope = f", g′ = {point.slope:.3f}" if np.isfinite(point.slope) else ""
    return minus(f"x* = {point.x:.6g}, {point.kind}{slope}")


def contraction_bands(
    contraction: Sequence[tuple[float, float]], colours: Palette
) -> list[dict[str, Any]]:
    """Where |g′| < 1, as layout shapes."""
    shade = translucent(colours.solver("ode"), 0.1)
    return [
        band(round(low, 4), round(high, 4), shade, xref="x", yref="y domain")
        for low, high in contraction
    ]


def contraction_label(
    contraction: Sequence[tuple[float, float]], view: tuple[float, float], colours: Palette
) -> list[dict[str, Any]]:
    """What the shade means, written above the widest band."""
    if not contraction:
        return []
    low, high = max(contraction, key=lambda band: band[1] - band[0])
    middle = (max(low, view[0]) + min(high, view[1])) / 2
    wide = high - low > 0.3 * (view[1] - view[0])
    text = "shaded: |g′| < 1, a contraction" if wide else "|g′| < 1"
    colour = colours.solver("ode")
    return [note(middle, 1, text, colour, size=13, yref="y domain", yanchor="bottom")]


def point_labels(
    points: Sequence[FixedPoint], view: tuple[float, float], colours: Palette
) -> list[dict[str, Any]]:
    """Position and kind of each, if they are few; in ink, as not every colour is dark enough."""
    if len(points) > _MOST_LABELS:
        return []
    # Below the point, where the web is thin; above it where there is no room.
    floor = view[0] + 0.15 * (view[1] - view[0])
    return [
        note(
            p.x,
            p.x,
            minus(f"<b>{p.x:.3g}</b> {p.kind}"),
            colours.ink,
            size=14,
            halo=colours.page,
            yshift=-34 if p.x > floor else 30,
            xanchor="left" if p.x < floor else "center",
        )
        for p in points
    ]
