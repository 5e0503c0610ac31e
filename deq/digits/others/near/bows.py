"""Near a 2, 3, 5, 6 or 7: bows with dots, as Arabic letters are written."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from deq.digits.others.curves import Family, arc, by_hand, smooth
from deq.digits.strokes import Stroke, Strokes

# Kept for tests: the question mark, so no hook stands on a dot here. Without dots these would be
# digits of some reader: a bare ghayn is a mirrored 3, a bare zay a 1.


def dots(rng: np.random.Generator, count: int, x: float, y: float) -> Strokes:
    """One to three dots about (x, y): points, short dashes or small rings."""
    places = {
        1: [(0.0, 0.0)],
        2: [(-0.2, 0.0), (0.2, 0.0)],
        3: [(-0.2, 0.0), (0.2, 0.0), (0.0, -0.28)],
    }[count]
    size, kind = rng.uniform(0.05, 0.12), int(rng.integers(3))
    shapes: list[Stroke] = [np.zeros((1, 2)), np.array([(-size, size), (size, -size)])]
    shapes.append(arc(0, 0, size))
    return [shapes[kind] + [x + dx, y + dy] + rng.normal(0, 0.03, 2) for dx, dy in places]


def bent(rng: np.random.Generator, points: Sequence[npt.ArrayLike]) -> Stroke:
    """A smooth line through points, each missed by a little, stretched a little."""
    knots = np.array(points, dtype=np.float64)
    return smooth(knots + rng.normal(0, 0.04, knots.shape)) * rng.uniform(0.85, 1.15, 2)


@by_hand
def bowl(rng: np.random.Generator) -> Strokes:
    """A deep or flat bowl, dots over or under it: noon, ba, ta, tha."""
    if rng.random() < 0.5:
        line = [(0.8, -0.4), (0.85, 0.3), (0.4, 0.8), (-0.3, 0.8), (-0.8, 0.3), (-0.75, -0.3)]
        return [bent(rng, line), *dots(rng, 1, 0.05, rng.uniform(-0.6, 0))]
    line = [(1.2, -0.4), (1.2, 0.1), (0.7, 0.3), (-0.7, 0.3), (-1.2, 0.05), (-1.2, -0.4)]
    if rng.random() < 0.4:
        return [bent(rng, line), *dots(rng, 1, 0, rng.uniform(0.75, 1.0))]
    return [bent(rng, line), *dots(rng, int(rng.integers(2, 4)), 0, rng.uniform(-0.7, -0.4))]


@by_hand
def hooked_bow(rng: np.random.Generator) -> Strokes:
    """A short line above a bow that is open to the right, a dot in it or over it: jim, kha."""
    line = [(-0.8, -0.6), (-0.3, -0.8), (0.2, -0.6), (0.8, -0.7)]
    bow = [(0.8, -0.7), (0.0, -0.4), (-0.5, 0.2), (-0.3, 0.9), (0.3, 1.1), (0.9, 0.9)]
    dot = (rng.uniform(0, 0.35), rng.uniform(0.2, 0.5)) if rng.random() < 0.5 else (0.0, -1.25)
    return [bent(rng, line[:-1] + bow), *dots(rng, 1, *dot)]


@by_hand
def two_bows(rng: np.random.Generator) -> Strokes:
    """A small bow over a large one, both open to the right, a dot above: ghayn."""
    bows = [(0.5, -0.9), (0.0, -1.0), (-0.25, -0.65), (0.1, -0.4), (0.5, -0.4)]
    bows += [(-0.1, -0.2), (-0.5, 0.3), (-0.2, 0.9), (0.4, 1.0), (0.8, 0.8)]
    return [bent(rng, bows), *dots(rng, 1, 0.1, rng.uniform(-1.6, -1.35))]


@by_hand
def ring_and_bowl(rng: np.random.Generator) -> Strokes:
    """A small ring at the right end of a bowl, one dot or two over it: fa, qaf."""
    ring = [(0.9, -0.2), (0.65, -0.1), (0.6, -0.45), (0.85, -0.6), (1.05, -0.35)]
    deep = rng.uniform(0.3, 0.9)
    bowl = [(1.0, 0.1), (0.6, 0.8 * deep), (-0.4, deep), (-1.0, 0.6 * deep), (-1.1, -0.1)]
    return [bent(rng, ring + bowl), *dots(rng, int(rng.integers(1, 3)), 0.8, -1.05)]


@by_hand
def short_bow(rng: np.random.Generator) -> Strokes:
    """A short bow down to the left, or a corner, a dot high above: zay, dhal."""
    tail = [(0.3, -0.3), (0.4, 0.2), (0.1, 0.7), (-0.5, 0.95)]
    corner = [(-0.1, -0.6), (0.4, 0.0), (0.35, 0.4), (-0.6, 0.45)]
    return [
        bent(rng, tail if rng.random() < 0.5 else corner),
        *dots(rng, 1, 0.1, rng.uniform(-1.1, -0.85)),
    ]


@by_hand
def waves(rng: np.random.Generator) -> Strokes:
    """Two small teeth and a bowl, three dots above: shin."""
    line = [(1.3, -0.5), (1.25, -0.05), (0.95, 0.0), (0.85, -0.4), (0.8, 0.0), (0.5, 0.0)]
    line += [(0.4, -0.4), (0.35, 0.3), (0.0, 0.75), (-0.7, 0.75), (-1.1, 0.2), (-1.0, -0.2)]
    return [bent(rng, line), *dots(rng, 3, 0.85, rng.uniform(-1.0, -0.75))]


FAMILIES: tuple[Family, ...] = (
    *(bowl, bowl, hooked_bow, hooked_bow, two_bows, ring_and_bowl, short_bow, waves),
)
