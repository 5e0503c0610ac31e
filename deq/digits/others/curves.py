"""Curves of which drawings are made, and the hand that draws them.

Strokes are (N, 2) arrays, x and y in pixels of a 280×280 pad, y down. A sketch may have any unit:
`by_hand` gives it a hand's size, place and wobble.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt

from deq.digits.strokes import PAD, Stroke, Strokes, at, lengths

Family = Callable[[np.random.Generator], Strokes]

_STEP = 9.0  # a hand's points are at most so many pixels apart


def smooth(points: npt.ArrayLike, count: int = 12) -> Stroke:
    """Catmull–Rom curve through points (N, 2) → (≈ N·count, 2)."""
    knots = np.asarray(points, dtype=np.float64)
    padded = np.concatenate([knots[:1], knots, knots[-1:]])
    t = np.linspace(0, 1, count, endpoint=False)[:, None]  # (count, 1)
    curve = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        cubic = (3 * (b - c) + d - a) * t**3 + (2 * a - 5 * b + 4 * c - d) * t**2
        curve.append(0.5 * (2 * b + (c - a) * t + cubic))
    return np.concatenate([*curve, knots[-1:]])


def line(*points: npt.ArrayLike) -> Stroke:
    """Straight lines from point to point."""
    return np.array(points, dtype=np.float64)


def closed(*points: npt.ArrayLike) -> Stroke:
    """Straight lines from point to point and back to the first."""
    return line(*points, points[0])


def arc(
    x: float, y: float, rx: float, ry: float | None = None, start: float = 0, end: float = 360
) -> Stroke:
    """Part of an ellipse about (x, y), by default all; degrees from the right, clockwise."""
    angles = np.radians(np.linspace(start, end, max(6, round(abs(end - start) / 15))))
    return np.stack([x + rx * np.cos(angles), y + (ry or rx) * np.sin(angles)], 1)


def regular(corners: int, start: float = -90, inner: float | None = None) -> Stroke:
    """Regular polygon of radius 1, closed; with `inner`, a star with inner corners at it."""
    angles = np.radians(start + np.linspace(0, 360, (2 if inner else 1) * corners + 1))
    radius = np.ones(len(angles))
    if inner:
        radius[1::2] = inner
    points: Stroke = radius[:, None] * np.stack([np.cos(angles), np.sin(angles)], 1)
    return points


def turn(points: Stroke, angle: float) -> Stroke:
    """Rotate points (N, 2) about the middle of the pad."""
    cos, sin = np.cos(angle), np.sin(angle)
    turned: Stroke = (points - PAD / 2) @ np.array([[cos, sin], [-sin, cos]]) + PAD / 2
    return turned


def spun(strokes: Iterable[Stroke], degrees: float) -> Strokes:
    """Turn a sketch about (0, 0), clockwise."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return [stroke @ np.array([[cos, sin], [-sin, cos]]) for stroke in strokes]


def either_way(strokes: Iterable[Stroke], rng: np.random.Generator) -> Strokes:
    """A sketch as it is or in a mirror."""
    way = np.array([rng.choice([-1, 1]), 1])
    return [stroke * way for stroke in strokes]


def upright(top: float, bottom: float, half: float) -> Stroke:
    """A box about the column x = 0."""
    return closed((-half, top), (half, top), (half, bottom), (-half, bottom))


def box(strokes: Iterable[Stroke]) -> tuple[Stroke, Stroke]:
    """The corners (2,), (2,) of the strokes' bounding box."""
    points = np.concatenate(list(strokes))
    return points.min(0), points.max(0)


def jitter(strokes: Strokes, rng: np.random.Generator, amount: float) -> Strokes:
    """Bend the whole drawing and shake each line, by about `amount` pixels each."""
    waves = rng.normal(0, 2 * np.pi / 200, (2, 3))  # (x and y, waves of some 200 pixels)
    phase, bend = rng.uniform(0, 2 * np.pi, 3), rng.normal(0, amount / 1.5, (3, 2))
    shaken = []
    for stroke in strokes:
        along = lengths(stroke)  # (N,) pixels
        rate = 2 * np.pi / rng.uniform(50, 160, (2, 1))
        shake = np.sin(rate * along + rng.uniform(0, 2 * np.pi, (2, 1)))  # (2, N)
        moved = rng.normal(0, 0.5 * amount, 2) + rng.normal(0, amount / 2, 2) * shake.T
        shaken.append(stroke + np.sin(stroke @ waves + phase) @ bend + moved)
    return shaken


def traced(stroke: Stroke, rng: np.random.Generator, loose: float) -> Stroke:
    """Points `_STEP` apart; the ends fall short or go too far, by about `loose` pixels.

    A closed stroke starts anywhere on it; it may stay a little open or overlap.
    """
    if len(stroke) < 2:
        return stroke
    along = lengths(stroke)
    length = float(along[-1])
    if length < 3:
        return stroke[:1]
    ends = np.clip(rng.normal(0, loose, 2), -0.1 * length, 0.1 * length)
    steps = np.linspace(0, length, max(2, int(np.ceil(length / _STEP)) + 1))
    # All corners stay, to within two pixels.
    where = np.unique(np.round(np.concatenate([steps, along]) / 4) * 4)
    points = at(stroke, where)
    if np.allclose(stroke[0], stroke[-1]):
        return _ends_moved(np.roll(points[:-1], int(rng.integers(len(where))), 0), ends, True)
    return _ends_moved(points, ends, False)


def _ends_moved(points: Stroke, ends: Stroke, ring: bool) -> Stroke:
    """Lengthen (> 0) or shorten both ends; a ring goes on along itself."""
    if ring:
        overlap = round(float(ends.sum()) / _STEP)
        again = points[: max(1, overlap + 1)]
        return np.concatenate([points[: len(points) + min(0, overlap)], again[: overlap + 1]])
    moved = points.copy()
    for end, inner, by in ((0, 1, ends[0]), (-1, -2, ends[1])):
        step = points[end] - points[inner]
        reach = np.hypot(*step)
        if reach > 0:
            moved[end] = points[end] + step / reach * max(by, -0.8 * reach)
    return moved


def placed(strokes: Strokes, rng: np.random.Generator, size: float, tilt: float = 0.15) -> Strokes:
    """Turn, slant and stretch a sketch a little, and put it, `size` pixels large, on the pad."""
    low, high = box(strokes)
    angle, slant = rng.normal(0, tilt / 1.5), rng.normal(0, tilt)
    cos, sin = np.cos(angle), np.sin(angle)
    stretch = np.diag(np.exp(rng.normal(0, 0.1, 2)))
    linear = np.array([[cos, -sin], [sin, cos]]) @ np.array([[1, slant], [0, 1]]) @ stretch
    sketch = [(stroke - (low + high) / 2) @ linear.T for stroke in strokes]
    low, high = box(sketch)
    scale = size / max(1e-6, float((high - low).max()))
    room = np.maximum(0, PAD - 20 - scale * (high - low)) / 2
    middle = PAD / 2 + room * rng.uniform(-1, 1, 2) * rng.uniform(0, 1)
    return [(stroke - (low + high) / 2) * scale + middle for stroke in sketch]


def drawn(
    strokes: Strokes, rng: np.random.Generator, size: tuple[float, float] = (90, 250)
) -> Strokes:
    """A sketch of any unit as a hand draws it: placed, traced and shaken."""
    extent = rng.uniform(*size)
    care = rng.uniform(0.4, 1.6) * extent / 100  # pixels
    on_pad = placed(strokes, rng, extent)
    return jitter([traced(stroke, rng, 1.3 * care) for stroke in on_pad], rng, care)


def by_hand(sketch: Family) -> Family:
    """Make a family of a sketch in any unit, y down."""

    @functools.wraps(sketch)
    def family(rng: np.random.Generator) -> Strokes:
        return drawn(sketch(rng), rng)

    return family
