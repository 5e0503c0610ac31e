"""Digits that are none any more: crossed out, framed, mirrored, unfinished, blotted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from deq.digits.others.curves import Family, arc, box, closed, drawn, line
from deq.digits.others.several import sized
from deq.digits.pen import PenDigit
from deq.digits.strokes import Stroke, Strokes

# Of two digits in one place, a reader sees no digit. (Other pairs hide in one another, as 3 in 8.)
OVERWRITTEN = ((2, 5), (2, 4), (4, 8), (3, 4), (4, 0), (7, 8), (2, 6), (5, 7), (6, 7), (4, 5))


def families(digits: Sequence[PenDigit]) -> tuple[Family, ...]:
    """Families that spoil one of `digits`, among which is each of the ten."""
    by_label: dict[int, list[PenDigit]] = {label: [] for label in range(10)}
    for digit in digits:
        by_label[digit.label].append(digit)

    def one(rng: np.random.Generator, labels: Sequence[int] = range(10)) -> Strokes:
        """A digit of one of the labels, 100 units large."""
        choice = by_label[labels[int(rng.integers(len(labels)))]]
        return sized(choice[int(rng.integers(len(choice)))], 100)

    def crossed_out(rng: np.random.Generator) -> Strokes:
        """An X over it, two to five lines through it, or a zigzag over it."""
        strokes = one(rng)
        low, high = box(strokes)
        low, high = low - rng.uniform(2, 20), high + rng.uniform(2, 20)
        kind = int(rng.integers(3))
        if kind == 0:
            return drawn(
                [*strokes, line(low, high), line((low[0], high[1]), (high[0], low[1]))], rng
            )
        if kind == 1:
            levels = np.linspace(low[1] + 30, high[1] - 30, int(rng.integers(2, 6)))
            rise = rng.uniform(-15, 15)
            lines = [line((low[0], y + rise), (high[0], y - rise)) for y in levels]
            return drawn([*strokes, *lines], rng)
        count = int(rng.integers(8, 20))
        x = np.where(np.arange(count) % 2, low[0], high[0]) + rng.normal(0, 6, count)
        return drawn([*strokes, np.stack([x, np.linspace(low[1], high[1], count)], 1)], rng)

    def framed(rng: np.random.Generator) -> Strokes:
        """A box or a ring about it."""
        strokes = one(rng)
        low, high = box(strokes)
        low, high = low - rng.uniform(12, 35, 2), high + rng.uniform(12, 35, 2)
        if rng.random() < 0.5:
            frame = closed(low, (high[0], low[1]), high, (low[0], high[1]))
        else:
            frame = arc(*((low + high) / 2), *(0.62 * (high - low)))
        return drawn([*strokes, frame], rng, (120, 250))

    def mirrored(rng: np.random.Generator) -> Strokes:
        """A 3 in a mirror. Of the others, a 2 may be a 5, a 5 a 2, a 7 a 1, and a 4 stays a 4."""
        return drawn([stroke * [-1, 1] for stroke in one(rng, (3,))], rng)

    def unfinished(rng: np.random.Generator) -> Strokes:
        """The first quarter to 45 % of an 8, 4, 5, 2 or 3, if it is a bow or a corner."""
        while True:
            begun = beginning(one(rng, (8, 4, 5, 2, 3)), rng.uniform(0.25, 0.45))
            if len(begun) == 1 and is_bow(begun[0]):
                return drawn(begun, rng)

    def blotted(rng: np.random.Generator) -> Strokes:
        """The first half to two thirds of a digit of bows, a blot beside or above it."""
        while True:
            begun = beginning(one(rng, (2, 3, 5, 7, 8)), rng.uniform(0.5, 0.67))
            if len(begun) == 1:
                break
        low, high = box(begun)
        radius = rng.uniform(5, 14)
        gap = radius + rng.uniform(15, 40)
        x, y = low + rng.uniform(0.1, 0.9, 2) * (high - low)
        # Not below: a hook over a dot is the question mark, a kind kept for tests.
        at = [(low[0] - gap, y), (high[0] + gap, y), (x, low[1] - gap)][int(rng.integers(3))]
        return drawn([*begun, arc(*at, radius)], rng)

    def written_over(rng: np.random.Generator) -> Strokes:
        """A digit over another."""
        first, second = OVERWRITTEN[int(rng.integers(len(OVERWRITTEN)))]
        below, above = one(rng, (first,)), one(rng, (second,))
        scale, shift = rng.uniform(0.8, 1.2, 2), rng.uniform(-12, 12, 2)
        middle = (np.sum(box(below), 0) - np.sum(box(above), 0) * scale) / 2
        return drawn(below + [stroke * scale + middle + shift for stroke in above], rng)

    return (
        *(crossed_out, crossed_out, framed, framed, mirrored, unfinished, blotted, blotted),
        written_over,
    )


def beginning(strokes: Strokes, share: float) -> Strokes:
    """The strokes up to a share of their length."""
    lengths = [float(np.hypot(*np.diff(stroke, axis=0).T).sum()) for stroke in strokes]
    left = share * sum(lengths)
    begun: Strokes = []
    for stroke, length in zip(strokes, lengths, strict=True):
        if length <= left:
            begun.append(stroke)
            left -= length
            continue
        along = np.r_[0, np.cumsum(np.hypot(*np.diff(stroke, axis=0).T))]
        begun.append(stroke[: max(2, int(np.searchsorted(along, left)))])
        break
    return begun


def is_bow(stroke: Stroke) -> bool:
    """Whether a stroke is a deep open bow to the left, top or bottom.

    A shallow or a narrow one is a 1, one to the right or with a long right leg a 7, a closed one
    a 0.
    """
    chord = stroke[-1] - stroke[0]
    length = float(np.hypot(*chord))
    low, high = box([stroke])
    width, height = (float(extent) for extent in high - low)
    if length < 0.55 * max(width, height, 10) or width < 0.6 * height or height < 0.35 * width:
        return False
    across = np.array([-chord[1], chord[0]]) / length
    depths = (stroke - stroke[0]) @ across
    deepest = int(np.abs(depths).argmax())
    way = across * np.sign(depths[deepest])  # from the chord to the deepest point
    one_side = float(np.ptp(depths)) < 1.1 * abs(depths[deepest])
    level = way[1] > -0.5 or abs(chord[1]) < 0.35 * height
    return bool(one_side and abs(depths[deepest]) > 0.4 * length and way[0] < 0.2 and level)
