"""Plants, animals, sky and weather."""

from __future__ import annotations

import itertools

import numpy as np

from deq.digits.others.curves import Family, arc, by_hand, closed, line, regular, smooth
from deq.digits.strokes import Strokes

# Kept for tests, so nothing like them is here: cat, tree, fish, mushroom, butterfly, snail, apple.


@by_hand
def sun(rng: np.random.Generator) -> Strokes:
    """A ring with rays."""
    rays = regular(int(rng.integers(6, 13)), start=rng.uniform(0, 90))[:-1]
    near, far = rng.uniform(1.1, 1.35), rng.uniform(1.6, 2.2)
    return [arc(0, 0, 1), *(line(near * ray, rng.uniform(0.85, 1.1) * far * ray) for ray in rays)]


@by_hand
def flower(rng: np.random.Generator) -> Strokes:
    """Petals about a middle, a stem and leaves."""
    centres = regular(int(rng.integers(4, 8)), start=rng.uniform(0, 90))[:-1]
    petal = rng.uniform(0.35, 0.5)
    petals = [arc(0.75 * x, 0.75 * y, petal) for x, y in centres]
    stem = smooth([(0, 0.9), (rng.normal(0, 0.15), 1.7), (rng.normal(0, 0.1), 2.6)])
    side = rng.choice([-1, 1])
    leaf = smooth([(0, 2.2), (0.45 * side, 1.7), (0.9 * side, 1.7), (0.5 * side, 2.1), (0, 2.2)])
    return [arc(0, 0, 0.3), *petals, stem, *([leaf] if rng.random() < 0.7 else [])]


@by_hand
def tulip(rng: np.random.Generator) -> Strokes:
    """A tulip with two leaves."""
    head = closed(
        (-0.5, -1),
        (-0.2, -0.65),
        (0, -1.1),
        (0.2, -0.65),
        (0.5, -1),
        (0.4, -0.1),
        (0, 0.1),
        (-0.4, -0.1),
    )
    leaf = smooth([(0, 1.2), (0.6, 0.7), (0.7, 0.1), (0.25, 0.6), (0, 1.2)])
    return [head, line((0, 0.1), (0, 1.2)), leaf, leaf * [-1, 1]]


@by_hand
def potted_plant(rng: np.random.Generator) -> Strokes:
    """Leaves that grow from a pot."""
    pot = closed((-0.5, 0.3), (0.5, 0.3), (0.35, 1.1), (-0.35, 1.1))
    count = int(rng.integers(3, 6))
    leaves = []
    for x in np.linspace(-0.9, 0.9, count):
        root, tip = np.array([0.3 * x, 0.3]), np.array([x, 0.4 * abs(x) - 1 + rng.normal(0, 0.08)])
        half = np.array([0.16, 0])
        leaves.append(smooth(np.stack([root, 0.6 * tip - half, tip, 0.6 * tip + half, root]), 6))
    return [pot, *leaves]


@by_hand
def cactus(rng: np.random.Generator) -> Strokes:
    """A cactus with two arms and spines."""
    trunk = np.concatenate([[(-0.25, 1)], arc(0, -0.8, 0.25, 0.3, 180, 360), [(0.25, 1)]])
    low, high = rng.uniform(0.0, 0.3, 2)
    right = smooth(
        [
            (0.25, low),
            (0.75, low),
            (0.8, low - 0.6),
            (0.6, low - 0.6),
            (0.55, low - 0.25),
            (0.25, low - 0.25),
        ],
        6,
    )
    left = smooth(
        [
            (-0.25, high),
            (-0.8, high),
            (-0.85, high - 0.5),
            (-0.6, high - 0.5),
            (-0.25, high - 0.25),
        ],
        6,
    )
    spines = [line((x, y), (x + 0.1, y - 0.1)) for x, y in rng.uniform(-0.12, 0.1, (3, 2)) * [1, 5]]
    return [trunk, right, left, line((-0.8, 1), (0.8, 1)), *spines]


@by_hand
def leaf(rng: np.random.Generator) -> Strokes:
    """A leaf with its veins."""
    wide = rng.uniform(0.4, 0.65)
    side = smooth([(0, -1), (wide, -0.3), (0.8 * wide, 0.4), (0, 0.9)])
    veins = [line((0, y + 0.25), (s * 0.7 * wide, y)) for y in (-0.4, 0.0, 0.35) for s in (-1, 1)]
    return [np.concatenate([side, (side * [-1, 1])[::-1]]), line((0, -0.8), (0, 1.4)), *veins]


@by_hand
def bird(rng: np.random.Generator) -> Strokes:
    """A bird: on its legs, or two birds far away in the sky."""
    if rng.random() < 0.3:
        wings = smooth([(-1, -0.2), (-0.5, -0.5), (0, 0), (0.5, -0.5), (1, -0.2)])
        return [wings, wings * rng.uniform(0.4, 0.9) + rng.uniform(0.5, 1.3, 2)]
    body = arc(0, 0, 0.9, 0.55)
    head = arc(0.85, -0.6, 0.38)
    beak = line((1.2, -0.7), (1.65, -0.55), (1.2, -0.45))
    tail = line((-0.85, -0.1), (-1.5, -0.5), (-1.4, 0.1), (-0.85, 0.15))
    wing = arc(-0.1, -0.05, 0.45, 0.3, 0, 180)
    legs = [line((x, 0.52), (x, 1.0), (x + 0.2, 1.0)) for x in (-0.15, 0.25)]
    way = rng.choice([-1, 1])
    eye = line((0.95, -0.68))
    return [part * [way, 1] for part in (body, head, beak, tail, wing, *legs, eye)]


@by_hand
def bug(rng: np.random.Generator) -> Strokes:
    """A beetle with six legs and feelers."""
    wide = rng.uniform(0.6, 0.85)
    legs = [
        line((side * wide * 0.9, y), (side * 1.2, y - 0.15), (side * 1.4, y + 0.2))
        for side in (-1, 1)
        for y in (-0.4, 0.1, 0.55)
    ]
    feelers = [smooth([(s * 0.15, -1.1), (s * 0.25, -1.5), (s * 0.55, -1.6)]) for s in (-1, 1)]
    spots = [arc(x, y, 0.12) for x, y in ((-0.35, -0.2), (0.35, -0.2), (-0.3, 0.4), (0.3, 0.4))]
    back = line((0, -0.8), (0, 1))
    return [
        arc(0, 0.1, wide, 0.9),
        arc(0, -0.9, 0.4, 0.3),
        back,
        *legs,
        *feelers,
        *spots[: int(rng.integers(0, 5))],
    ]


@by_hand
def spider(rng: np.random.Generator) -> Strokes:
    """A spider, on its thread or not."""
    legs = []
    for side in (-1, 1):
        for y in (-0.35, -0.1, 0.15, 0.4):
            knee = (side * 0.9, 1.6 * y - 0.3)
            legs.append(line((side * 0.4, y * 0.7), knee, (side * 1.3, 1.9 * y + 0.25)))
    thread = [line((0, -0.7), (0, -1.8))] if rng.random() < 0.5 else []
    return [arc(0, 0.1, 0.45, 0.5), arc(0, -0.5, 0.22), *legs, *thread]


@by_hand
def mountains(rng: np.random.Generator) -> Strokes:
    """Two or three peaks, some with snow or the sun."""
    peaks = int(rng.integers(2, 4))
    ridge = [(-1.5, 0.8)]
    for number in range(peaks):
        x = -1.5 + 3 * (number + 0.5) / peaks
        ridge += [(x, rng.uniform(-0.9, -0.2)), (x + 1.5 / peaks, rng.uniform(0.2, 0.6))]
    ridge[-1] = (1.5, 0.8)
    x, y = ridge[1]
    snow = line((x - 0.2, y + 0.35), (x - 0.05, y + 0.25), (x + 0.05, y + 0.4), (x + 0.2, y + 0.3))
    return [line(*ridge), line((-1.5, 0.8), (1.5, 0.8)), snow] + (
        [arc(1.0, -1.2, 0.3)] if rng.random() < 0.5 else []
    )


@by_hand
def snowflake(rng: np.random.Generator) -> Strokes:
    """Six arms with branches."""
    branch = rng.uniform(0.2, 0.35)
    strokes: Strokes = []
    for angle in np.radians(np.arange(0, 360, 60)):
        axes = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        arm = line((0, 0), (1, 0)), line((0.6 + branch, -branch), (0.55, 0), (0.6 + branch, branch))
        strokes += [part @ axes for part in arm]
    return strokes


@by_hand
def crescent(rng: np.random.Generator) -> Strokes:
    """The moon as a crescent."""
    side, waist = rng.choice([-1, 1]), -rng.uniform(0.3, 0.7)
    inner = smooth([(0.5, -0.87), (waist, 0), (0.5, 0.87)])
    return [np.concatenate([arc(0, 0, 1, 1, 60, 300), inner]) * [side, 1]]


@by_hand
def lightning(rng: np.random.Generator) -> Strokes:
    """A flash of lightning, as an outline."""
    edge = [(0.1, -1), (-0.5, 0.1), (-0.05, 0.05), (-0.35, 1), (0.55, -0.25), (0.1, -0.2)]
    return [closed(*(np.array(edge) + rng.normal(0, 0.05, (6, 2))), (0.5, -1))]


@by_hand
def cloud(rng: np.random.Generator) -> Strokes:
    """A cloud of four to eight bows; some have rain."""
    count = int(rng.integers(4, 9))
    around = regular(count, start=rng.uniform(0, 360)) * [1, 0.6] * rng.uniform(0.85, 1.15)
    bows = []
    for a, b in itertools.pairwise(around):
        out = 0.35 * np.hypot(*(b - a)) * (a + b) / np.hypot(*(a + b))
        bows.append(smooth([a, a + 0.9 * out, (a + b) / 2 + 1.4 * out, b + 0.9 * out, b], 6))
    rain = [line((x, 1.1), (x - 0.1, 1.5)) for x in (-0.5, 0, 0.5)] if rng.random() < 0.3 else []
    return [np.concatenate(bows), *rain]


FAMILIES: tuple[Family, ...] = (
    *(sun, flower, tulip, potted_plant, cactus, leaf, bird, bug, spider, mountains, snowflake),
    *(crescent, lightning, cloud),
)
