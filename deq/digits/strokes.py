"""Geometry of strokes: even spacing, directions, arcs, and the curve that joins two ends."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Stroke = npt.NDArray[np.float64]  # (N, 2) points x, y, with y pointing down
Strokes = list[Stroke]

PAD = 280  # side of the drawing pad, in pixels

STEP = 0.03
"""Distance between neighbouring points, where the longest side of the digit is 1."""


def unit(strokes: Sequence[npt.NDArray[np.floating]], step: float = STEP) -> Strokes:
    """The same drawing around the origin, its longest side 1, with evenly spaced points."""
    points = np.concatenate(strokes)
    low, high = points.min(0), points.max(0)
    side = max(1e-9, float((high - low).max()))
    return [resampled((stroke - (low + high) / 2) / side, step) for stroke in strokes]


def lengths(stroke: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Length of the stroke up to each point, (N,)."""
    pieces = np.hypot(*np.diff(stroke, axis=0).T)  # (N - 1,)
    return np.concatenate([[0.0], np.cumsum(pieces)])


def at(stroke: npt.NDArray[np.floating], where: npt.NDArray[np.float64]) -> Stroke:
    """Points (M, 2) at the distances `where` (M,) from the stroke's start."""
    along = lengths(stroke)
    return np.stack([np.interp(where, along, axis) for axis in np.asarray(stroke).T], axis=-1)


def resampled(stroke: npt.NDArray[np.floating], step: float) -> Stroke:
    """The stroke with points about `step` apart; a dot stays a dot."""
    total = float(lengths(stroke)[-1])
    if total == 0:
        return np.asarray(stroke[:1], dtype=np.float64)
    return at(stroke, np.linspace(0, total, max(2, round(total / step) + 1)))


def part(stroke: Stroke, start: float, end: float) -> Stroke:
    """The stroke between two shares of its length, 0 to 1."""
    total = float(lengths(stroke)[-1])
    count = max(2, round((end - start) * len(stroke)))
    return at(stroke, np.linspace(start * total, end * total, count))


def heading(stroke: Stroke, reach: int = 3) -> float:
    """Angle in which the stroke ends, in radians (y points down)."""
    across, down = stroke[-1] - stroke[-1 - min(reach, len(stroke) - 1)]
    return float(np.arctan2(down, across))


def direction(angle: float) -> npt.NDArray[np.float64]:
    """Unit vector (2,) of an angle."""
    return np.array([np.cos(angle), np.sin(angle)])


def arc(start: Stroke, angle: float, turn: float, radius: float, shrink: float = 1.0) -> Stroke:
    """Points after `start` (2,) on a turn; the last radius is `shrink` times the first."""
    count = max(4, round(abs(turn) * radius / STEP) + 1)
    headings = angle + turn * (np.arange(count) + 0.5) / count  # (count,)
    steps = abs(turn) / count * radius * np.linspace(1, shrink, count)
    ways = np.stack([np.cos(headings), np.sin(headings)], axis=1)  # (count, 2)
    path: Stroke = start + np.cumsum(steps[:, None] * ways, axis=0)
    return path


def joined(before: Stroke, after: Stroke, swing: float = 0.4) -> Stroke:
    """Both strokes as one: a cubic curve leaves `before` and enters `after` in their directions."""
    gap = float(np.hypot(*(after[0] - before[-1])))
    leave = before[-1] + swing * gap * direction(heading(before))
    enter = after[0] + swing * gap * direction(heading(after[::-1]))
    t = np.linspace(0, 1, max(3, round(1.3 * gap / STEP)))[1:-1, None]  # (count, 1)
    s = 1 - t
    curve = s**3 * before[-1] + 3 * s**2 * t * leave + 3 * s * t**2 * enter + t**3 * after[0]
    return np.concatenate([before, curve, after])
