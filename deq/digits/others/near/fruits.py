"""Near a 0: fruits, and other round things with something on top."""

from __future__ import annotations

import numpy as np

from deq.digits.others.curves import Family, arc, by_hand, closed, either_way, line, regular, smooth
from deq.digits.strokes import Stroke, Strokes

# Kept for tests, so nothing with an apple's dip between two cheeks is here, nor a cup or a bell.


def leaf(rng: np.random.Generator, x: float, y: float) -> Stroke:
    """A leaf to the right of (x, y)."""
    long, wide = rng.uniform(0.5, 0.8), rng.uniform(0.12, 0.22)
    tip = (x + long, y - rng.uniform(0, 0.3))
    middle = (x + 0.5 * long, (y + tip[1]) / 2)
    return smooth(
        [(x, y), (middle[0], middle[1] - wide), tip, (middle[0], middle[1] + wide), (x, y)]
    )


def stalk(rng: np.random.Generator, y: float) -> Stroke:
    """A stalk up from (0, y)."""
    long = rng.uniform(0.3, 0.6)
    return smooth([(0, y), (rng.normal(0, 0.08), y - 0.5 * long), (rng.normal(0, 0.2), y - long)])


@by_hand
def pear(rng: np.random.Generator) -> Strokes:
    """A pear with its stalk, mostly a leaf."""
    neck, wide = rng.uniform(0.3, 0.45), rng.uniform(0.8, 1.0)
    side = smooth([(0, -1.1), (neck, -0.8), (0.9 * neck, -0.3), (wide, 0.4), (0.6, 1.0), (0, 1.1)])
    outline = np.concatenate([side, (side * [-1, 1])[::-1]])
    leaves = [leaf(rng, 0, -1.15)] if rng.random() < 0.7 else []
    return either_way([outline, stalk(rng, -1.05), *leaves], rng)


@by_hand
def cherries(rng: np.random.Generator) -> Strokes:
    """Two cherries that hang from one place, some with a leaf."""
    apart, low, top = rng.uniform(0.7, 1.0), rng.normal(0, 0.15), rng.uniform(1.4, 2.2)
    places = [(-apart, 0.0), (apart, low)]
    stalks = [smooth([(x, y - 0.55), (0.6 * x, -0.6 * top), (0, -top)]) for x, y in places]
    leaves = [leaf(rng, 0, -top)] if rng.random() < 0.5 else []
    return either_way([*(arc(x, y, 0.6) for x, y in places), *stalks, *leaves], rng)


@by_hand
def pumpkin(rng: np.random.Generator) -> Strokes:
    """A pumpkin: ribs, and a thick stalk."""
    wide = rng.uniform(1.1, 1.5)
    ribs = [arc(0, 0, share * wide, 0.97) for share in (0.33, 0.7)[: int(rng.integers(1, 3))]]
    stem = closed((-0.12, -0.97), (-0.2, -1.35), (0.1, -1.4), (0.12, -0.97))
    return either_way([arc(0, 0, wide, 1), *ribs, stem], rng)


@by_hand
def tomato(rng: np.random.Generator) -> Strokes:
    """A tomato with four to six pointed green leaves on top."""
    star = regular(int(rng.integers(4, 7)), rng.uniform(-100, -80), 0.35) * [0.6, 0.35] + [0, -0.75]
    return [arc(0, 0, rng.uniform(1, 1.25), 0.95), star, stalk(rng, -0.9)]


@by_hand
def strawberry(rng: np.random.Generator) -> Strokes:
    """A strawberry: pointed below, leaves on top, seeds."""
    side = smooth([(0, -0.7), (0.7, -0.75), (0.95, -0.3), (0.6, 0.6), (0, 1.2)])
    crown = line((-0.6, -0.5), (-0.35, -0.85), (-0.1, -0.5), (0.1, -0.9), (0.35, -0.5), (0.6, -0.9))
    spots = [(-0.4, -0.1), (0.4, -0.1), (0, 0.2), (-0.2, 0.6), (0.3, 0.5)]
    seeds = [line((x, y), (x, y + 0.12)) for x, y in spots[: int(rng.integers(2, 6))]]
    return [np.concatenate([side, (side * [-1, 1])[::-1]]), crown, *seeds]


@by_hand
def pineapple(rng: np.random.Generator) -> Strokes:
    """A pineapple: crossed lines, and a tuft of leaves."""
    wide = rng.uniform(0.65, 0.85)
    nets = [line((-0.7 * wide, y), (0.7 * wide, -y)) for y in (-0.5, 0.5)]
    more = [line((-0.9 * wide, 0), (0.2, 0.9)), line((0.9 * wide, 0), (-0.2, 0.9))]
    tuft = [
        smooth([(0.1 * x, -1), (0.6 * x, -1.5), (x, -2 + 0.4 * abs(x))])
        for x in np.linspace(-0.8, 0.8, int(rng.integers(3, 6)))
    ]
    return [arc(0, 0, wide, 1), *nets, *more, *tuft]


@by_hand
def acorn(rng: np.random.Generator) -> Strokes:
    """An acorn under its cap."""
    deep = rng.uniform(1.0, 1.4)
    nut = smooth([(-0.7, -0.1), (-0.6, 0.5 * deep), (0, deep), (0.6, 0.5 * deep), (0.7, -0.1)])
    cap = smooth([(-0.9, 0), (-0.7, -0.5), (0, -0.7), (0.7, -0.5), (0.9, 0), (0, -0.12), (-0.9, 0)])
    net = [line((x - 0.1, -0.5), (x + 0.1, -0.15)) for x in (-0.4, 0, 0.4)]
    return [nut, cap, stalk(rng, -0.65), *(net if rng.random() < 0.5 else [])]


@by_hand
def lemon(rng: np.random.Generator) -> Strokes:
    """A lemon, lying, with a tip at both ends; a leaf or pores."""
    side = smooth([(-1.5, 0), (-1.2, -0.15), (-0.7, -0.7), (0.7, -0.7), (1.2, -0.15), (1.5, 0)])
    outline = np.concatenate([side, (side * [1, -1])[::-1]])
    pores = [line(spot) for spot in ((-0.4, 0.1), (0.2, -0.2), (0.4, 0.3), (-0.1, 0.4))]
    return either_way([outline, *([leaf(rng, 1.4, -0.1)] if rng.random() < 0.5 else pores)], rng)


@by_hand
def radish(rng: np.random.Generator) -> Strokes:
    """A radish or a turnip: two or three large leaves on top, a root below."""
    fan = np.linspace(-0.6, 0.6, int(rng.integers(2, 4)))
    leaves = [
        smooth([(0, -0.9), (x - 0.3, -1.5), (1.6 * x, -2.2), (x + 0.3, -1.5), (0, -0.9)])
        for x in fan
    ]
    root = smooth([(0, 0.95), (0.05, 1.3), (rng.normal(0, 0.3), 1.8)])
    return [arc(0, 0, rng.uniform(0.8, 1.1), 0.95), *leaves, root]


@by_hand
def bomb(rng: np.random.Generator) -> Strokes:
    """A bomb of the cartoons: a ball, a cap, a fuse that burns."""
    cap = closed((-0.25, -0.95), (-0.25, -1.25), (0.25, -1.25), (0.25, -0.95))
    far = rng.uniform(0.5, 0.9)
    fuse = smooth([(0, -1.25), (0.1, -1.6), (0.5 * far, -1.75), (far, -1.6)])
    rays = regular(int(rng.integers(5, 8)), rng.uniform(0, 60))[:-1]
    spark = [line(0.15 * ray + [far, -1.6], 0.4 * ray + [far, -1.6]) for ray in rays]
    glint = [arc(-0.2, -0.1, 0.6, 0.6, 180, 250)] if rng.random() < 0.5 else []
    return either_way([arc(0, 0, 1), cap, fuse, *spark, *glint], rng)


FAMILIES: tuple[Family, ...] = (
    *(pear, cherries, pumpkin, tomato, strawberry, pineapple, acorn, lemon, radish, bomb),
)
