"""What stands still in a linked cobweb: curve, diagonal, fixed points, contraction, labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from deq.figures.shared.cloud import halo
from deq.figures.shared.frame import note, plain
from deq.figures.shared.palette import Palette, translucent

Points = npt.NDArray[np.float64]
# More fixed points than this are told by hovering only.
_MOST_LABELS = 4


class Fixed(Protocol):
    """What `deq.scalar.FixedPoint` offers; figures do not import torch."""

    @property
    def x(self) -> float:
        """Where."""

    @property
    def slope(self) -> float:
        """g′ there."""

    @property
    def kind(self) -> str:
        """Stable, unstable or neutral."""


def point_colours(points: Sequence[Fixed], colours: Palette) -> list[str]:
    """One colour a fixed point: the equilibrium's, and others where several attract."""
    attracting = (colours.accent, *(colours.digits[k] for k in (0, 1, 4, 3, 8)))
    hues, used = [], 0
    for point in points:
        stays = point.kind != "unstable"
        hues.append(attracting[used % len(attracting)] if stays else colours.accent)
        used += stays
    return hues


def still(
    web: Points, x: npt.ArrayLike, y: npt.ArrayLike, view: tuple[float, float], colours: Palette
) -> list[dict[str, Any]]:
    """What stands: diagonal, curve, and the whole path faintly, in both panels."""
    faint = {"color": translucent(colours.ink, 0.22), "width": 1.2, "simplify": False}
    span = plain(view, 4)
    steps = list(range((len(web) + 1) // 2))
    shared = {"type": "scatter", "mode": "lines", "hoverinfo": "skip"}
    curve = {"color": colours.solver("ode"), "width": 3, "simplify": False}
    return [
        {**shared, "name": "diagonal", "x": span, "y": span, "line": _dotted(colours.muted)},
        {
            **shared,
            "name": "g",
            "x": plain(x),
            "y": plain(y),
            "line": curve,
            "hoverinfo": None,
            "hovertemplate": "g(%{x:.3f}) = %{y:.3f}<extra></extra>",
        },
        {**shared, "name": "web", **_xy(web), "line": faint},
        {
            **shared,
            "name": "iterates",
            "x": steps,
            "y": plain(web[::2, 0]),
            "line": faint,
            "xaxis": "x2",
            "yaxis": "y2",
        },
    ]


def crossings(
    points: Sequence[Fixed], hues: Sequence[str], last: int, colours: Palette
) -> list[dict[str, Any]]:
    """The fixed points on the diagonal, and as level lines beside the iterates."""
    if not points:
        return []
    symbols = {"stable": "diamond", "unstable": "diamond-open", "neutral": "diamond-cross-open"}
    marks = {
        "type": "scatter",
        "mode": "markers",
        "name": "fixed points",
        "x": plain([p.x for p in points], 6),
        "y": plain([p.x for p in points], 6),
        "marker": {
            "symbol": [symbols[p.kind] for p in points],
            "size": 20,
            "color": list(hues),
            "line": {
                "width": 2.5,
                "color": [
                    colours.page if p.kind == "stable" else hue
                    for p, hue in zip(points, hues, strict=True)
                ],
            },
        },
        "text": [_told(p) for p in points],
        "hovertemplate": "%{text}<extra></extra>",
    }
    levels = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": "level",
            "x": [0, last],
            "y": plain([p.x, p.x], 6),
            "xaxis": "x2",
            "yaxis": "y2",
            "line": {
                "color": hue,
                "width": 2 if p.kind == "stable" else 1,
                "dash": "dash" if p.kind == "stable" else "dot",
            },
            "hoverinfo": "skip",
        }
        for p, hue in list(zip(points, hues, strict=True))[:12]
    ]
    return [marks, *levels]


def _told(point: Fixed) -> str:
    slope = f", g′ = {point.slope:.3f}" if np.isfinite(point.slope) else ""
    return f"x* = {point.x:.6g}, {point.kind}{slope}".replace("-", "−")


def shade(low: float, high: float, colours: Palette) -> dict[str, Any]:
    """The band of a contraction interval."""
    return {
        "type": "rect",
        "xref": "x",
        "yref": "y domain",
        "x0": round(low, 4),
        "x1": round(high, 4),
        "y0": 0,
        "y1": 1,
        "layer": "below",
        "line": {"width": 0},
        "fillcolor": translucent(colours.solver("ode"), 0.1),
    }


def titles(
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


def labels(
    points: Sequence[Fixed], view: tuple[float, float], colours: Palette
) -> list[dict[str, Any]]:
    """Position and kind of each, if they are few; in ink, as not every colour carries text."""
    if not 0 < len(points) <= _MOST_LABELS:
        return []
    # Below the point, where the web is thin; above it where there is no room.
    floor = view[0] + 0.15 * (view[1] - view[0])
    return [
        note(
            p.x,
            p.x,
            f"<b>{p.x:.3g}</b> {p.kind}".replace("-", "−"),
            colours.ink,
            yshift=-34 if p.x > floor else 30,
            xanchor="left" if p.x < floor else "center",
            font={"size": 14, "color": colours.ink, **halo(colours, 2)},
        )
        for p in points
    ]


def _xy(points: Points) -> dict[str, list[Any]]:
    return {"x": plain(points[:, 0]), "y": plain(points[:, 1])}


def _dotted(colour: str) -> dict[str, Any]:
    return {"color": colour, "width": 1.5, "dash": "dot"}
