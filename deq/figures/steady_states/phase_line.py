"""What a flow of one number looks like at rest: field of slopes, equilibria, and the phase line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from deq.figures.shared.frame import plain
from deq.figures.shared.palette import Palette, translucent

Array = npt.NDArray[np.float64]
# Segments of the slope field, and their length as a share of a cell.
_ACROSS, _SHARE = 18, 0.6
# Width over height of the main panel, for slopes that look as steep as they are.
_ASPECT = 1.9
_DASH = {"stable": "solid", "unstable": "dash", "neutral": "dot"}
_SYMBOL = {"stable": "circle", "unstable": "circle-open", "neutral": "circle-cross-open"}


class Fixed(Protocol):
    """What `deq.scalar.FixedPoint` offers; figures do not import torch."""

    @property
    def x(self) -> float:
        """Where."""

    @property
    def kind(self) -> str:
        """Stable, unstable or neutral, for iteration."""

    @property
    def slope(self) -> float:
        """g′ there."""


def stays(point: Fixed) -> str:
    """Whether the flow settles at a fixed point: "stable" where g′ < 1, however negative.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> stays(SimpleNamespace(x=1.0, kind="unstable", slope=-5.0))
    'stable'
    """
    if not np.isfinite(point.slope):
        return point.kind
    if abs(point.slope - 1) < 1e-6:
        return "neutral"
    return "stable" if point.slope < 1 else "unstable"


def field_of_slopes(
    x: Array, speed: Array, end: float, view: tuple[float, float], colours: Palette
) -> dict[str, Any]:
    """The slope field as a trace."""
    across, up = segments(x, speed, end, view)
    line = {"color": translucent(colours.muted, 0.5), "width": 1.4, "simplify": False}
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "slopes",
        "x": across,
        "y": up,
        "line": line,
        "hoverinfo": "skip",
    }


def segments(
    x: Array, speed: Array, end: float, view: tuple[float, float]
) -> tuple[list[Any], list[Any]]:
    """The slope field as one broken line: short pieces along (1, dx/dt), of equal length."""
    across = np.linspace(0, end, _ACROSS + 1)[:-1] + end / _ACROSS / 2
    rows = max(2, round(_ACROSS / _ASPECT))
    up = np.linspace(view[0], view[1], rows + 1)[:-1] + (view[1] - view[0]) / rows / 2
    known = np.isfinite(speed)
    if known.sum() < 2:
        return [], []
    rise = np.interp(up, x[known], speed[known])
    # In units of the panel's height, where both directions count alike.
    dt, dx = np.full(rows, _ASPECT / end), rise / (view[1] - view[0])
    size = np.hypot(dt, dx)
    half = _SHARE / 2 / rows
    du, dv = half * dt / size * end / _ASPECT, half * dx / size * (view[1] - view[0])
    horizontal, vertical = [], []
    for a in across:
        for k in range(rows):
            horizontal += [round(a - du[k], 3), round(a + du[k], 3), None]
            vertical += [round(up[k] - dv[k], 4), round(up[k] + dv[k], 4), None]
    return horizontal, vertical


def level(point: Fixed, kind: str, end: float, colours: Palette) -> dict[str, Any]:
    """An equilibrium as a level line over time."""
    told = f"x* = {point.x:.6g}: the flow {'settles here' if kind == 'stable' else 'leaves'}"
    return {
        "type": "scatter",
        "mode": "lines",
        "name": f"{kind} equilibrium",
        "x": [0, round(end, 3)],
        "y": plain([point.x, point.x], 6),
        "line": {"color": colours.accent, "width": 2, "dash": _DASH[kind]},
        "hovertemplate": told.replace("-", "−") + "<extra></extra>",
    }


def phase_line(
    x: Array,
    speed: Array,
    points: Sequence[Fixed],
    kinds: Sequence[str],
    view: tuple[float, float],
    colours: Palette,
) -> list[dict[str, Any]]:
    """dx/dt lying on its side, arrows that way, and a dot where it is zero."""
    aside = {"type": "scatter", "xaxis": "x2", "yaxis": "y2"}
    inside = (x >= view[0]) & (x <= view[1]) & np.isfinite(speed)
    arrows = np.linspace(0, max(int(inside.sum()) - 1, 0), 13).round().astype(int)[1:-1]
    arrows = arrows if inside.any() else arrows[:0]
    at, rate = x[inside][arrows], speed[inside][arrows]
    clear = [
        bool(abs(r) > 1e-9) and all(abs(a - p.x) > 0.035 * (view[1] - view[0]) for p in points)
        for a, r in zip(at.tolist(), rate.tolist(), strict=True)
    ]
    return [
        {
            **aside,
            "mode": "lines",
            "name": "speed",
            "x": plain(speed),
            "y": plain(x),
            "line": {"color": colours.solver("ode"), "width": 2, "simplify": False},
            "hovertemplate": "dx/dt = %{x:.3f} at x = %{y:.3f}<extra></extra>",
        },
        {
            **aside,
            "mode": "markers",
            "name": "arrows",
            "x": [0] * int(sum(clear)),
            "y": plain(at[clear]),
            "marker": {
                "symbol": ["triangle-up" if r > 0 else "triangle-down" for r in rate[clear]],
                "size": 11,
                "color": colours.ink,
            },
            "hoverinfo": "skip",
        },
        {
            **aside,
            "mode": "markers",
            "name": "equilibria",
            "x": [0] * len(points),
            "y": plain([p.x for p in points], 6),
            "marker": {
                "symbol": [_SYMBOL[kind] for kind in kinds],
                "size": 14,
                "color": colours.accent,
                "line": {"width": 2.5, "color": colours.accent},
            },
            "hovertemplate": "x* = %{y:.6f}<extra></extra>",
        },
    ]
