"""Steps along the curve: to given parameters, or by its length."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from deq.continuation.branch import BranchStatus
from deq.continuation.curve import Curve, Point
from deq.continuation.fold import locate
from deq.continuation.record import Record
from deq.status import Status

# A step is given up below this part of the longest one.
_SHORTEST = 2.0**-12
# A step that comes so close to a parameter goes all the way.
_NEARLY = 0.999
# A step is at most twice as long as the one before, and no longer than it if that one's correction
# was more than this part of its length: the secant predicts nothing far away.
_EASY = 1 / 16


def natural(
    curve: Curve[Any], record: Record[Any], first: Point, values: Sequence[float]
) -> BranchStatus:
    """Keep the points at all ``values``, each predicted by the secant."""
    begun = _begin(curve, first, values[0])
    if begun is None:
        return _lost(curve)
    behind, here = begun
    h = abs(here.p - behind.p) * _growth(here)
    for value in values:
        gap = abs(value - here.p)
        while here.p != value:
            rest = value - here.p
            step = rest if h > _NEARLY * abs(rest) else math.copysign(h, rest)
            secant = here.y - behind.y
            guess = here.y + step / secant[-1] * secant
            guess = _moved(guess, value if step == rest else here.p + step)
            there = curve.correct(guess, None, curve.length(guess - here.y))
            if there is None:
                h = abs(step) / 2
                if h < _SHORTEST * gap or here.y.new_tensor(here.p + h) == here.p:
                    return _lost(curve)
                behind = _closer(curve, behind, here, h / curve.span, natural=True)
            else:
                h = abs(step) * _growth(there)
                behind, here = here, there
        record.keep(here)
    return BranchStatus.COMPLETE


def arclength(
    curve: Curve[Any],
    record: Record[Any],
    first: Point,
    stop: float,
    step: float,
    max_points: int,
) -> BranchStatus:
    """Follow the curve in both directions of p until it reaches ``stop`` or returns to the start.

    The first step goes to the parameter ``first.p ± step``. Every step is at most step/span long.
    """
    start = first.p
    target = stop if step >= abs(stop - start) else start + math.copysign(step, stop - start)
    begun = _begin(curve, first, target)
    if begun is None:
        return _lost(curve)
    for point in begun:
        record.keep(point)
    behind, here = begun
    tail = behind  # where the secant begins; closer to ``here`` after a step that failed
    longest = step / curve.span
    length = min(curve.length(here.y - behind.y) * _growth(here), longest)
    direction = stop - start  # of p; only its sign counts
    while here.p not in (start, stop):
        if len(record) >= max_points:
            return BranchStatus.MAX_POINTS
        there = _step(curve, tail, here, length, (start, stop))
        turned = there is not None and (there.p - here.p) * direction <= 0
        fold = locate(curve, behind, here, there) if there is not None and turned else None
        if there is None or (turned and fold is None):
            length /= 2
            if length < _SHORTEST * longest:
                return _lost(curve)
            tail = _closer(curve, tail, here, length)
            continue
        if fold is not None:
            direction = -direction
            record.keep_fold(fold)
        record.keep(there)
        tail = behind = here
        here = there
        length = min(length * _growth(there), longest)
    return BranchStatus.COMPLETE if here.p == stop else BranchStatus.RETURNED


def _begin(curve: Curve[Any], first: Point, p: float) -> tuple[Point, Point] | None:
    """Go towards the parameter ``p`` in two halves, or less far; return the points after each.

    The first half has no secant. The second half confirms it: after a jump to another branch, the
    secant predicts nothing there. None if there is no such step.
    """
    gap, part = p - first.p, 1.0
    while part >= _SHORTEST:
        half = _moved(first.y, first.p + part * gap / 2)
        end = _moved(first.y, p if part == 1.0 else first.p + part * gap)
        if half[-1] in (first.p, end[-1]):  # below the rounding of p
            break
        middle = curve.correct(half, None, math.inf)
        if middle is not None:
            guess = _moved(2 * middle.y - first.y, end[-1].item())
            last = curve.correct(guess, None, curve.length(guess - middle.y))
            if last is not None:
                dz, dp = torch.tensor_split(last.y - first.y, [-1])
                # From a start at zero, the first slope tells how large the states will become.
                slope = torch.linalg.vector_norm(dz) / dp.abs()
                curve.size = max(curve.size, curve.span * float(slope))
                return middle, last
        part /= 2
    return None


def _step(
    curve: Curve[Any], behind: Point, here: Point, length: float, ends: tuple[float, float]
) -> Point | None:
    """Take one step along the secant; where it passes an end, stop exactly there."""
    secant = here.y - behind.y
    secant = secant / curve.length(secant)
    guess = here.y + length * secant
    there = curve.correct(guess, curve.scaled(secant), length)
    if there is None or torch.equal(there.y, here.y):  # below the rounding of z and p
        return None
    if min(ends) <= there.p <= max(ends):
        return there
    end = max(ends) if there.p > max(ends) else min(ends)
    part = (end - here.p) / (there.p - here.p)
    guess = _moved(here.y + part * (there.y - here.y), end)
    return curve.correct(guess, None, curve.length(guess - here.y))


def _closer(
    curve: Curve[Any], behind: Point, here: Point, length: float, *, natural: bool = False
) -> Point:
    """Return ``behind``, or if it is more than two steps behind ``here``, a point half way.

    The shorter secant is a better tangent at ``here``. With the old one, a shorter step would help
    no more where the branch bends more and more.
    """
    secant = here.y - behind.y
    base = curve.length(secant)
    if base <= 2 * length:
        return behind
    normal = None if natural else curve.scaled(secant) / base
    middle = curve.correct(behind.y + secant / 2, normal, base)
    return behind if middle is None or middle.p == here.p else middle


def _moved(y: Tensor, p: float) -> Tensor:
    """The vector ``y`` (D + 1,) with the parameter ``p``."""
    return torch.cat([y[:-1], y.new_tensor([p])])


def _growth(point: Point) -> float:
    """What the next step is to the one that led to ``point``."""
    return 2.0 if point.bend <= _EASY else 1.0


def _lost(curve: Curve[Any]) -> BranchStatus:
    """Name why the last correction failed."""
    non_finite = int(curve.failed.status) == Status.NON_FINITE
    return BranchStatus.NON_FINITE if non_finite else BranchStatus.LOST
