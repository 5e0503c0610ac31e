"""Near an 8 or a 3: things of two loops or bows and more."""

from __future__ import annotations

import numpy as np

from deq.digits.others.curves import (
    Family,
    arc,
    by_hand,
    closed,
    either_way,
    line,
    smooth,
    spun,
    upright,
)
from deq.digits.strokes import Strokes

# Kept for tests, so nothing like them is here: glasses, butterfly, fish, &, %, notes, W.


@by_hand
def pretzel(rng: np.random.Generator) -> Strokes:
    """A pretzel: its ends cross and reach its lower sides; some with salt."""
    cross, bump = rng.uniform(-0.1, 0.15), rng.uniform(0.25, 0.4)
    half = smooth(
        [
            *((-0.9, 0.5), (-0.3, cross + 0.35), (0.05, cross), (bump, -0.75), (0.9, -0.8)),
            *((1.2, -0.2), (0.9, 0.6), (0, 1.0)),
        ]
    )
    salt = [line(spot) for spot in ((-1.05, -0.1), (1.0, 0.2), (0.1, 0.9), (0.75, -0.75))]
    rope = np.concatenate([half, (half * [-1, 1])[::-1]])
    return [rope, *(salt if rng.random() < 0.2 else [])]


@by_hand
def guitar(rng: np.random.Generator) -> Strokes:
    """A guitar or a violin: a body with a waist, a hole, a neck to the upper left."""
    waist, lower = rng.uniform(0.4, 0.55), rng.uniform(0.9, 1.05)
    side = smooth([(0, -1.1), (0.6, -0.95), (0.65, -0.55), (waist, -0.2), (lower, 0.5), (0, 1.1)])
    body = np.concatenate([side, (side * [-1, 1])[::-1]])
    neck = [line((x, -1.1), (x, -2.4)) for x in (-0.14, 0.14)]
    head, bridge = upright(-2.9, -2.4, 0.26), line((-0.35, 0.6), (0.35, 0.6))
    strings = [line((0, -2.4), (0, 0.6))] if rng.random() < 0.5 else []
    parts = [body, *neck, head, arc(0, -0.1, 0.22), bridge, *strings]
    return spun(parts, rng.uniform(-75, -40))


@by_hand
def hourglass(rng: np.random.Generator) -> Strokes:
    """A glass with sand between two boards and two posts."""
    wide = rng.uniform(0.6, 0.75)
    side = line((wide, -1), (0.06, -0.05), (0.06, 0.05), (wide, 1))
    boards = [closed((-1.2, y), (1.2, y), (1.2, y + 0.2), (-1.2, y + 0.2)) for y in (-1.2, 1)]
    sand = [line((-0.5 * wide, -0.55), (0.5 * wide, -0.55)), line((-0.5, 1), (0, 0.6), (0.5, 1))]
    posts = [line((x, -1), (x, 1)) for x in (-1.1, 1.1)]
    return [side, side * [-1, 1], *boards, *sand, *posts]


@by_hand
def yin_yang(rng: np.random.Generator) -> Strokes:
    """A ring with an S in it and a small ring in each half."""
    s = np.concatenate([arc(0, -0.5, 0.5, 0.5, -90, 90), arc(0, 0.5, 0.5, 0.5, 270, 90)])
    eye = rng.uniform(0.12, 0.2)
    return spun([arc(0, 0, 1), s, arc(0, -0.5, eye), arc(0, 0.5, eye)], rng.uniform(-180, 180))


@by_hand
def bicycle(rng: np.random.Generator) -> Strokes:
    """A bicycle, with or without spokes."""
    hub, front, crank = (-1.2, 0), (1.2, 0), (-0.2, 0.05)
    saddle, bar = (-0.5, -1.0), (0.8, -0.95)
    frame = [line(hub, saddle, crank, hub), line(saddle, bar, crank)]
    fork = line(front, (0.75, -1.3), (1.1, -1.35))
    wheel = rng.uniform(0.7, 0.85)
    seat = line((-0.8, -1.2), (-0.3, -1.2))
    spokes = [line((x, -wheel), (x, wheel)) for x in (-1.2, 1.2)] if rng.random() < 0.3 else []
    parts = [arc(*hub, wheel), arc(*front, wheel), *frame, fork, seat, line(saddle, (-0.55, -1.2))]
    return either_way(parts + spokes, rng)


@by_hand
def caterpillar(rng: np.random.Generator) -> Strokes:
    """Four to six rings in a row on feet, the first with an eye and feelers."""
    count, rise = int(rng.integers(4, 7)), rng.uniform(0.05, 0.3)
    at = [(1.3 * i, rise * (i % 2)) for i in range(count)]
    rings = [arc(x, y, 0.7) for x, y in at]
    feet = [line((x, y + 0.7), (x - 0.1, y + 1.1)) for x, y in at[1:]]
    feelers = [smooth([(x, -0.65), (2 * x, -1.1), (2.6 * x, -1.2)]) for x in (-0.2, 0.2)]
    return either_way([*rings, *feet, *feelers, line((-0.25, -0.15))], rng)


@by_hand
def bird_flock(rng: np.random.Generator) -> Strokes:
    """Three to five birds far away: two bows each."""
    wings = smooth([(-0.5, -0.1), (-0.25, -0.3), (0, 0), (0.25, -0.3), (0.5, -0.1)])
    places = [(-0.9, 0.5), (0.8, 0.3), (0, -0.6), (1.3, -0.7), (-1.2, -0.5)]
    return [
        wings * rng.uniform(0.7, 1.1) + place + rng.normal(0, 0.1, 2)
        for place in places[: int(rng.integers(3, 6))]
    ]


FAMILIES: tuple[Family, ...] = (
    *(pretzel, guitar, hourglass, yin_yang, bicycle, caterpillar, bird_flock),
)
