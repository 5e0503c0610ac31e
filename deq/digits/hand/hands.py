"""Pen digits as more hands may write them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from deq.digits.hand.habits import HABITS
from deq.digits.strokes import PAD, Strokes, at, lengths, unit

ALIKE = 0.75  # two strokes are blended if the mean cosine between their directions is larger
MIXED = 0.3  # share of the variants that are blends of two digits
WIDTH = 45  # pixels: narrower digits are drawn larger, or a thick brush would fill their loops

Written = Sequence[npt.NDArray[np.floating]]


def random_variant(
    strokes: Written,
    rng: np.random.Generator,
    label: int | None = None,
    others: Sequence[Written] = (),
) -> Strokes:
    """The same digit as another hand may write it.

    Parameters
    ----------
    strokes : sequence of (N, 2) arrays
        One digit, of any size.
    rng : numpy.random.Generator
        Makes all random choices.
    label : int, optional
        Which digit it is: habits of this digit are applied. Without it, the strokes are only
        rotated, slanted, stretched and resized.
    others : sequence of such digits
        With the same label. Sometimes one of them is blended in, if it is written alike.

    Returns
    -------
    list of (N, 2) arrays
        x and y in pixels of the pad, y pointing down; the longest side is 70 to 230 pixels.
    """
    digit = unit(strokes)
    if len(others) and rng.random() < MIXED:
        digit = blend(digit, unit(others[int(rng.integers(len(others)))]), rng.uniform(0.2, 0.8))
    for habit in HABITS.values():
        if label is not None and str(label) in habit.digits and rng.random() < habit.share:
            digit = habit.change(digit, rng)
    angle, slant = rng.uniform(-0.22, 0.22), rng.uniform(-0.25, 0.25)
    cos, sin = np.cos(angle), np.sin(angle)
    stretch = np.diag(np.exp(rng.uniform(-0.18, 0.18, 2)))
    linear = np.array([[cos, -sin], [sin, cos]]) @ np.array([[1, slant], [0, 1]]) @ stretch
    digit = unit([stroke @ linear.T for stroke in digit])
    smallest = 70.0
    if label not in (None, 1):
        shortest = float(np.ptp(np.concatenate(digit), axis=0).min())
        smallest = min(200.0, max(smallest, WIDTH / max(shortest, 1e-9)))
    size = rng.uniform(smallest, 230)
    return [stroke * size + PAD / 2 for stroke in digit]


def blend(one: Strokes, other: Strokes, share: float) -> Strokes:
    """`one` with `share` of `other` in each point, if both are written in the same way.

    They are, if they have as many strokes, which go in similar directions. Otherwise it is `one`.
    """
    if len(one) != len(other):
        return one
    mixed = []
    for first, second in zip(one, other, strict=True):
        if min(len(first), len(second)) < 3:
            return one
        a, b = (at(s, np.linspace(0, lengths(s)[-1], len(first))) for s in (first, second))
        da, db = np.diff(a, axis=0), np.diff(b, axis=0)  # all of one length in each
        cosines = (da * db).sum(1) / (np.hypot(*da.T) * np.hypot(*db.T)).clip(1e-12)
        if cosines.mean() < ALIKE:
            return one
        mixed.append((1 - share) * a + share * b)
    return mixed
