"""More than one digit on the pad."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from deq.digits.others.curves import Family, box, line
from deq.digits.others.letters import glyph
from deq.digits.pen import PenDigit
from deq.digits.strokes import PAD, Strokes


def sized(digit: PenDigit, height: float) -> Strokes:
    """A digit's strokes, so high, with its upper left corner at (0, 0)."""
    strokes = [stroke.astype(np.float64) for stroke in digit.strokes]
    low, high = box(strokes)
    scale = height / max(float((high - low).max()), 1.0)
    return [(stroke - low) * scale for stroke in strokes]


def side_by_side(parts: Sequence[Strokes], rng: np.random.Generator) -> Strokes:
    """Put drawings in a row, near one another or touching, and the row on the pad."""
    row: Strokes = []
    right = before = 0.0
    for part in parts:
        low, high = box(part)
        width, height = (float(extent) for extent in high - low)
        # Two ones that touch are a one: only wide drawings do.
        left = right + (rng.uniform(12 - 0.3 * min(width, before), 35) if row else 0.0)
        down = rng.normal(0, 10) - height / 2
        row += [stroke - low + np.array([left, down]) for stroke in part]
        right, before = left + width, width
    low, high = box(row)
    scale = min(rng.uniform(110, 250) / float((high - low).max()), 2.2)
    room = (PAD - 20 - scale * (high - low)) / 2 * rng.uniform(-1, 1, 2)
    return [(stroke - (low + high) / 2) * scale + PAD / 2 + room for stroke in row]


def families(digits: Sequence[PenDigit]) -> tuple[Family, ...]:
    """Families that draw several of `digits`, by any writer."""

    def one(rng: np.random.Generator) -> Strokes:
        digit = digits[int(rng.integers(len(digits)))]
        return sized(digit, 100 * rng.uniform(0.75, 1.25))

    def two_digits(rng: np.random.Generator) -> Strokes:
        return side_by_side([one(rng), one(rng)], rng)

    def three_digits(rng: np.random.Generator) -> Strokes:
        return side_by_side([one(rng), one(rng), one(rng)], rng)

    def with_a_sign(rng: np.random.Generator) -> Strokes:
        """Two digits with a point, a plus, a minus, a slash or an equals sign between."""
        signs = (
            [line((0, 0))],
            [line((0, 50), (60, 50)), line((30, 20), (30, 80))],
            [line((0, 50), (50, 50))],
            [line((40, 0), (0, 110))],
            [line((0, 40), (50, 40)), line((0, 60), (50, 60))],
        )
        return side_by_side([one(rng), signs[int(rng.integers(len(signs)))], one(rng)], rng)

    def with_a_letter(rng: np.random.Generator) -> Strokes:
        letter = [stroke * 4.0 for stroke in glyph(rng, "latin")]  # a capital is 84 high
        parts = [one(rng), letter]
        return side_by_side(parts if rng.random() < 0.5 else parts[::-1], rng)

    return (two_digits, two_digits, three_digits, with_a_sign, with_a_letter)
