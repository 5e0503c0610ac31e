"""Where a branch turns back: the extremum of p between three of its points."""

from __future__ import annotations

from typing import Any

from deq.continuation.curve import Curve, Point

_ROUNDS = 20


def locate(curve: Curve[Any], a: Point, b: Point, c: Point) -> Point | None:
    """Find the fold between the points a and c, where the p of b lies above or below both.

    Successive parabolic interpolation: the parabola p(s) through three points has its vertex at s.
    The point of the curve there takes the place of an outer one. It ends when p has moved by less
    than a hundredth of the tolerance. None if a correction fails.
    """
    length = curve.length(c.y - a.y)
    normal = curve.scaled(c.y - a.y) / length
    origin, sign = b.y, 1.0 if 2 * b.p > a.p + c.p else -1.0

    def s(point: Point) -> float:
        """The position along the chord."""
        return (curve.scaled(point.y - origin) @ normal).item()

    for _ in range(_ROUNDS):
        left, right = s(a) - s(b), s(c) - s(b)
        if not left < 0 < right:  # below the rounding of s
            break
        fall_left, fall_right = (a.p - b.p) / left, (c.p - b.p) / right
        curvature = (fall_right - fall_left) / (right - left)
        if curvature == 0.0:  # three equal p
            break
        # Newton's form of the parabola through a, b, c: its vertex, and its point there.
        vertex = (left - fall_left / curvature) / 2
        d_left, d_right = (a.y - b.y) / left, (c.y - b.y) / right
        guess = b.y + vertex * (d_left + (vertex - left) * (d_right - d_left) / (right - left))
        new = curve.correct(guess, normal, length)
        if new is None:
            return None
        moved = abs(new.p - b.p)
        around = sorted((a, b, c, new), key=s)
        top = max((1, 2), key=lambda i: sign * around[i].p)
        a, b, c = around[top - 1 : top + 2]
        if moved <= 0.01 * curve.tol * curve.span:
            break
    return b
