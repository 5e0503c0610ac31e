"""What a flow of one number looks like at rest: field of slopes, equilibria, and the phase line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from deq.figures.shared.layout import minus
from deq.figures.shared.palette import Palette, translucent
from deq.figures.shared.traces import Array, dots, line, rounded

if TYPE_CHECKING:  # figures do not import torch
    from deq.scalar import FixedPoint

# Columns of the slope field, and the length of a segment as a share of a cell.
_ACROSS, _SHARE = 18, 0.6
# Width over height of the main panel, for slopes that look as steep as they are.
_ASPECT = 1.9
_DASH = {"stable": "solid", "unstable": "dash", "neutral": "dot"}
_SYMBOL = {"stable": "circle", "unstable": "circle-open", "neutral": "circle-cross-open"}


def flow_stability(point: FixedPoint) -> str:
    """Whether the flow settles at a fixed point: "stable" where g′ < 1, however negative.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> flow_stability(SimpleNamespace(x=1.0, kind="unstable", slope=-5.0))
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
    return line(across, up, translucent(colours.muted, 0.5), 1.4, name="slopes")


def segments(
    x: Array, speed: Array, end: float, view: tuple[float, float]
) -> tuple[list[Any], list[Any]]:
    """The slope field as one broken line: short segments along (1, dx/dt), of equal length."""
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


def level(point: FixedPoint, kind: str, end: float, colours: Palette) -> dict[str, Any]:
    """An equilibrium as a level line over time."""
    verb = "settles here" if kind == "stable" else "leaves"
    return line(
        [0, round(end, 3)],
        rounded([point.x, point.x], 6),
        colours.accent,
        dash=_DASH[kind],
        name=f"{kind} equilibrium",
        hover=minus(f"x* = {point.x:.6g}: the flow {verb}"),
    )


def phase_line(
    x: Array,
    speed: Array,
    points: Sequence[FixedPoint],
    kinds: Sequence[str],
    view: tuple[float, float],
    colours: Palette,
) -> list[dict[str, Any]]:
    """The curve of dx/dt turned on its side, arrows along the axis, a dot where dx/dt is zero."""
    inside = (x >= view[0]) & (x <= view[1]) & np.isfinite(speed)
    x_in, speed_in = x[inside], speed[inside]
    arrows = np.linspace(0, max(len(x_in) - 1, 0), 13).round().astype(int)[1:-1]
    arrows = arrows[: len(x_in)]
    at, rate = x_in[arrows], speed_in[arrows]
    near = 0.035 * (view[1] - view[0])
    clear = np.abs(rate) > 1e-9
    for point in points:
        clear &= np.abs(at - point.x) > near
    symbols = ["triangle-up" if r > 0 else "triangle-down" for r in rate[clear]]
    return [
        line(rounded(speed), rounded(x), colours.solver("ode"), name="speed", panel=2,
             hover="dx/dt = %{x:.3f} at x = %{y:.3f}"),
        dots([0] * len(symbols), rounded(at[clear]), colours.ink, 11, symbol=symbols,
             name="arrows", panel=2),
        dots([0] * len(points), rounded([p.x for p in points], 6), colours.accent, 14,
             symbol=[_SYMBOL[kind] for kind in kinds], edge=(colours.accent, 2.5),
             name="equilibria", panel=2, hover="x* = %{y:.6f}"),
    ]  # fmt: skip
