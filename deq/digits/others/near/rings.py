"""Near a 0, 6 or 9: things that are a ring and more."""

from __future__ import annotations

import numpy as np

from deq.digits.others.curves import (
    Family,
    arc,
    by_hand,
    closed,
    either_way,
    line,
    regular,
    smooth,
    spun,
    upright,
)
from deq.digits.strokes import Strokes

# Kept for tests, so nothing like them is here: apple, cup, key, snail, bell, @, omega.


def inside(rng: np.random.Generator) -> Strokes:
    """A small sign of half the unit: a star, a triangle, a square, a plus, a heart, an arrow."""
    heart = smooth([(0, -0.35), (0.5, -0.8), (0.95, -0.3), (0, 0.9)])
    signs: list[Strokes] = [
        [regular(5, inner=0.45)],
        [regular(3)],
        [regular(4, start=45)],
        [line((-0.9, 0), (0.9, 0)), line((0, -0.9), (0, 0.9))],
        [np.concatenate([heart, (heart * [-1, 1])[::-1]])],
        [line((-0.9, 0), (0.9, 0)), line((0.3, -0.6), (0.9, 0), (0.3, 0.6))],
    ]
    return [0.55 * stroke for stroke in signs[int(rng.integers(len(signs)))]]


@by_hand
def bauble(rng: np.random.Generator) -> Strokes:
    """A ball for a Christmas tree: a cap, a hook, and bands round it."""
    cap, y = rng.uniform(0.25, 0.4), rng.uniform(-0.35, 0)
    bands = [smooth([(-0.95, y), (0, y + 0.22), (0.95, y)])]
    zigzag = np.stack([np.linspace(-0.85, 0.85, 9), np.where(np.arange(9) % 2, 0.3, 0.6)], 1)
    bands.append(zigzag if rng.random() < 0.5 else smooth([(-0.85, 0.45), (0, 0.7), (0.85, 0.45)]))
    hook = arc(0, -1.5, 0.22, 0.24, 110, 420)
    return [arc(0, 0, 1), upright(-1.28, -0.96, cap), hook, *bands]


@by_hand
def medal(rng: np.random.Generator) -> Strokes:
    """A medal with a sign on it that hangs from a folded ribbon, or has two tails."""
    wide, out = rng.uniform(0.25, 0.35), rng.uniform(0.4, 0.7)
    if rng.random() < 0.5:
        tail = line((0.75, 0.7), (out + 0.5, 1.9), (out + 0.1, 1.7), (out - 0.3, 2.0), (0.1, 1.0))
    else:
        tail = closed((0.05, -1), (out, -2.2), (out + 2 * wide, -2.2), (0.4, -0.92))
    return [arc(0, 0, 1), *inside(rng), tail, tail * [-1, 1]]


@by_hand
def padlock(rng: np.random.Generator) -> Strokes:
    """A padlock with a wide shackle, of one line or two, and a keyhole."""
    wide, high = rng.uniform(0.55, 0.7), rng.uniform(0.2, 0.7)
    shackle = [
        np.concatenate([[(-half, 0)], arc(0, -high, half, half, 180, 360), [(half, 0)]])
        for half in (wide, wide - 0.28)
    ]
    hole = [arc(0, 0.55, 0.17), line((0, 0.7), (0, 1.05))]
    return [upright(0, 1.4, 1), *shackle[: int(rng.integers(1, 3))], *hole]


@by_hand
def light_bulb(rng: np.random.Generator) -> Strokes:
    """A bulb with a long screw and rays, some with a thread in it: without rays, it were an 8."""
    glass = np.concatenate([[(-0.42, 0.9)], arc(0, -0.2, 0.95, 0.9, 120, 420), [(0.42, 0.9)]])
    screw = [line((-0.42, y), (0.42, y + 0.08)) for y in (0.9, 1.3, 1.7)]
    sides = [line((x, 0.9), (x, 1.75)) for x in (-0.42, 0.42)]
    thread = line((-0.15, 0.9), (-0.25, 0.0), (0, 0.25), (0.25, 0.0), (0.15, 0.9))
    near, far = rng.uniform(1.2, 1.3), rng.uniform(1.6, 1.9)
    rays = [line(near * ray, far * ray) - [0, 0.2] for ray in regular(8, start=-180)[:5]]
    return [glass, *screw, *sides, *rays, *([thread] if rng.random() < 0.5 else [])]


@by_hand
def stopwatch(rng: np.random.Generator) -> Strokes:
    """A stopwatch: a crown, a button at its side, marks and a hand."""
    marks = [line(0.75 * mark, 0.92 * mark) for mark in regular(int(rng.choice([4, 8, 12])))[:-1]]
    crown = [upright(-1.25, -1.0, 0.13), upright(-1.6, -1.25, 0.33)]
    button = spun([upright(-1.3, -1.0, 0.14)], rng.choice([-45, 45]))
    hand = spun([line((0, 0.2), (0, -0.7))], rng.uniform(20, 340))
    return [arc(0, 0, 1), *marks, *crown, *button, *hand]


@by_hand
def gem_ring(rng: np.random.Generator) -> Strokes:
    """A finger ring with a large cut stone that sparkles."""
    wide, high = rng.uniform(1.0, 1.3), rng.uniform(0.8, 1.1)
    girdle, top = -0.7 - 0.6 * high, -0.7 - high
    table = 0.6 * wide
    stone = [
        closed((0, -0.7), (-wide, girdle), (-table, top), (table, top), (wide, girdle)),
        line((-wide, girdle), (wide, girdle)),
        line((-0.3 * wide, girdle), (0, -0.7), (0.3 * wide, girdle)),
    ]
    inner = [arc(0, 0.3, 0.72)] if rng.random() < 0.3 else []
    rays = [line((0.7 * x, top - 0.3), (x, top - 0.8)) for x in (-1.1, 0, 1.1)]
    return [arc(0, 0.3, 1), *inner, *stone, *rays]


@by_hand
def flask(rng: np.random.Generator) -> Strokes:
    """A flask of a chemist, round or a cone, with a level and bubbles."""
    neck, top = rng.uniform(0.28, 0.4), -rng.uniform(1.7, 2.1)
    lip = line((-neck - 0.25, top), (neck + 0.25, top))
    level = rng.uniform(-0.2, 0.3)
    bubbles = [arc(x, level - y, 0.13) for x, y in ((-0.3, -0.35), (0.25, -0.45), (0.05, 0.3))]
    if rng.random() < 0.6:
        bowl = np.concatenate([[(neck, top)], arc(0, 0, 1, 1, -70, 250), [(-neck, top)]])
        half = np.sqrt(1 - level**2)
    else:
        bowl = closed((neck, top), (neck, -0.9), (1, 1), (-1, 1), (-neck, -0.9), (-neck, top))[:-1]
        half = neck + (1 - neck) * (level + 0.9) / 1.9
    return [bowl, lip, line((-half, level), (half, level)), *bubbles[: int(rng.integers(4))]]


@by_hand
def coin(rng: np.random.Generator) -> Strokes:
    """A coin or a badge: a sign in a ring, some with a second rim."""
    rim = [arc(0, 0, 1.3)] if rng.random() < 0.4 else []
    return [arc(0, 0, 1), *rim, *(1.05 * stroke for stroke in inside(rng))]


@by_hand
def road_sign(rng: np.random.Generator) -> Strokes:
    """No entry: a bar as a box in a ring; mostly on its post."""
    flat = rng.uniform(0.16, 0.26)
    bar = closed((-0.62, -flat), (0.62, -flat), (0.62, flat), (-0.62, flat))
    post = [line((x, 1.0), (x, 1.9)) for x in (-0.25, 0.25)]
    rim = [arc(0, 0, 1), bar]
    return [*rim, *post, line((-0.9, 1.9), (0.9, 1.9))] if rng.random() < 0.7 else rim


@by_hand
def power_sign(rng: np.random.Generator) -> Strokes:
    """A ring that is open at the top, with a bar in the gap."""
    gap = rng.uniform(45, 60)
    return [arc(0, 0, 1, 1, gap - 90, 270 - gap), line((0, -1.25), (0, rng.uniform(-0.3, 0)))]


@by_hand
def button(rng: np.random.Generator) -> Strokes:
    """A button with four holes; some with a second rim or a thread."""
    at, hole = rng.uniform(0.27, 0.34), rng.uniform(0.09, 0.15)
    holes = [arc(x, y, hole) for x in (-at, at) for y in (-at, at)]
    thread = [line((-at, -at), (at, at)), line((at, -at), (-at, at))]
    more = [[], [arc(0, 0, 1.35)], thread][int(rng.integers(3))]
    return [arc(0, 0, 1), *holes, *more]


@by_hand
def planet(rng: np.random.Generator) -> Strokes:
    """A planet with a ring round it, and mostly stars."""
    tilt, flat = rng.uniform(-30, 30), rng.uniform(0.25, 0.45)
    start, end = (-55, 235) if rng.random() < 0.7 else (0, 360)
    ring = spun([arc(0, 0, rng.uniform(1.6, 1.9), flat, start, end)], tilt)
    stars = [line(spot) for spot in ((-1.3, -1.1), (1.4, 1.0), (1.2, -1.2))]
    return [arc(0, 0, 1), *ring, *stars[: int(rng.integers(4))]]


@by_hand
def magnifying_glass(rng: np.random.Generator) -> Strokes:
    """A lens with a glint and a thick handle to the lower right: elsewhere, it were a 6 or a 9."""
    half, long = rng.uniform(0.25, 0.35), rng.uniform(1.6, 2.1)
    rim = [arc(0, 0, 1.25)] if rng.random() < 0.4 else []
    handle = [upright(1.45, 1.45 + long, half), line((0, 1.0), (0, 1.45))]
    parts = [arc(0, 0, 1), arc(0, 0, 0.6, 0.6, 190, 280), *rim, *handle]
    return spun(parts, rng.normal(-60, 8))


@by_hand
def racket(rng: np.random.Generator) -> Strokes:
    """A racket with strings, its grip to the lower right."""
    wide, rows = rng.uniform(0.85, 1.0), int(rng.integers(3, 5))
    strings: Strokes = []
    for at in np.linspace(-0.5, 0.5, rows):
        reach = np.sqrt(1 - at**2)
        strings.append(line((-wide * reach, at), (wide * reach, at)))
        strings.append(line((wide * at, -reach), (wide * at, reach)))
    throat = line((-0.5, 0.85), (-0.15, 1.4), (-0.15, 2.2), (0.15, 2.2), (0.15, 1.4), (0.5, 0.85))
    return spun([arc(0, 0, wide, 1), *strings, throat], rng.uniform(-75, -35))


@by_hand
def easter_egg(rng: np.random.Generator) -> Strokes:
    """An egg with bands, a zigzag and spots."""
    egg = np.concatenate([arc(0, 0, 0.8, 1.15, 180, 360), arc(0, 0, 0.8, 0.85, 0, 180)])
    x = np.linspace(-0.76, 0.76, 9)
    zigzag = np.stack([x, np.where(np.arange(9) % 2, -0.1, 0.2)], 1)
    high, low = rng.uniform(-0.5, -0.3), rng.uniform(0.35, 0.5)
    bands = [line((-0.72, high), (0.72, high)), line((-0.66, low), (0.66, low))]
    spots = [arc(x, -0.75, 0.1) for x in (-0.2, 0.2)]
    return [egg, zigzag, *bands, *(spots if rng.random() < 0.5 else [])]


@by_hand
def wrist_watch(rng: np.random.Generator) -> Strokes:
    """A watch with hands and two straps."""
    strap = line((-0.6, -0.8), (-0.5, -2.1), (0.5, -2.1), (0.6, -0.8))
    holes = [line((0, y)) for y in (1.4, 1.75)]
    hands = [*spun([line((0, 0), (0, -0.6))], rng.uniform(0, 360)), line((0, 0), (0.4, 0.1))]
    return [arc(0, 0, 1), strap, strap * [1, -1], *holes, *hands]


@by_hand
def whistle(rng: np.random.Generator) -> Strokes:
    """A whistle with its mouthpiece, its window, a loop, and a ball in it."""
    mouth = [(2.1, -1.0), (2.1, -0.2), (0.98, -0.2)]
    body = np.concatenate([mouth, arc(0, 0, 1, 1, -12, 270), mouth[:1]])
    window = line((0.5, -1.0), (0.65, -0.6), (1.0, -1.0))
    loop, pea = arc(-0.95, -0.95, 0.25), arc(0, 0.1, rng.uniform(0.3, 0.45))
    return either_way([body, window, loop, pea], rng)


@by_hand
def lollipop(rng: np.random.Generator) -> Strokes:
    """A sweet with bent segments, on a stick of two lines, some with a bow."""
    blades = int(rng.integers(4, 6))
    blade = smooth([(0, 0), (0.45, -0.2), (0.75, -0.65)])
    swirl = [spun([blade], 360 * i / blades)[0] for i in range(blades)]
    stick = upright(1.0, rng.uniform(1.8, 2.4), 0.15)
    loop = smooth([(0.1, 1.3), (0.6, 1.0), (0.7, 1.4), (0.1, 1.3)])
    return [arc(0, 0, 1), *swirl, stick, *([loop, loop * [-1, 1]] if rng.random() < 0.4 else [])]


FAMILIES: tuple[Family, ...] = (
    *(bauble, medal, padlock, light_bulb, stopwatch, gem_ring, flask, coin, road_sign, power_sign),
    *(button, planet, magnifying_glass, racket, easter_egg, wrist_watch, whistle, lollipop),
)
