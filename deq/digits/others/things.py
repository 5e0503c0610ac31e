"""Small drawings of things."""

from __future__ import annotations

import numpy as np

from deq.digits.others.curves import Family, arc, by_hand, closed, line, regular, smooth
from deq.digits.strokes import Strokes

# Kept for tests, so nothing like them is here: house, sailboat, car, umbrella, cup,
# key, stick figure, candle, bell, anchor, glasses, envelope.


@by_hand
def balloon(rng: np.random.Generator) -> Strokes:
    """A balloon with its knot and a long wavy string."""
    y = np.linspace(1.25, rng.uniform(2.4, 3.2), 20)
    string = np.stack([rng.uniform(0.1, 0.25) * np.sin(4 * y), y], 1)
    knot = closed((0, 1.05), (-0.15, 1.25), (0.15, 1.25))
    return [arc(0, 0, rng.uniform(0.8, 0.95), 1.05), knot, string]


@by_hand
def ice_cream(rng: np.random.Generator) -> Strokes:
    """One to three scoops on a cone."""
    cone = closed((-0.6, 0), (0.6, 0), (0, 1.7))
    scoops = [arc(0, -0.05, 0.62, 0.65, 180, 360)]
    if rng.random() < 0.6:
        scoops.append(arc(0, -0.65, 0.48, 0.5, 160, 380))
    waffle = [line((-0.35, 0.65), (0.35, 0.05)), line((-0.3, 0.05), (0.3, 0.8))]
    return [cone, *scoops, *waffle]


@by_hand
def rocket(rng: np.random.Generator) -> Strokes:
    """A rocket with fins, a window and fire."""
    side = smooth([(0, -1.4), (0.4, -0.8), (0.45, 0), (0.4, 0.8)])
    hull = np.concatenate([side, (side * [-1, 1])[::-1]])
    fin = line((0.42, 0.3), (0.9, 1.0), (0.4, 0.8))
    fire = line((-0.25, 0.9), (-0.15, 1.4), (0, 1.05), (0.15, 1.4), (0.25, 0.9))
    window = arc(0, -0.4, rng.uniform(0.15, 0.24))
    return [hull, line((-0.4, 0.8), (0.4, 0.8)), fin, fin * [-1, 1], window, fire]


@by_hand
def lamp(rng: np.random.Generator) -> Strokes:
    """A table lamp, or a light bulb with rays."""
    if rng.random() < 0.5:
        bulb = arc(0, -0.3, 0.75, 0.8, 120, 420)
        socket = [line((-0.35, y), (0.35, y + 0.05)) for y in (0.6, 0.8, 1.0)]
        thread = line((-0.3, 0.3), (-0.15, -0.2), (0, 0.1), (0.15, -0.2), (0.3, 0.3))
        rays = [line(1.15 * ray, 1.55 * ray) for ray in regular(5, start=-180)[[0, 1, 2]]]
        return [bulb, thread, *socket, *(ray - np.array([0, 0.3]) for ray in rays)]
    shade = closed((-0.4, -1), (0.4, -1), (0.8, -0.1), (-0.8, -0.1))
    return [
        shade,
        line((0, -0.1), (0, 0.9)),
        closed((-0.5, 1.05), (-0.3, 0.9), (0.3, 0.9), (0.5, 1.05)),
    ]


@by_hand
def bottle(rng: np.random.Generator) -> Strokes:
    """A bottle with a label."""
    neck, wide = rng.uniform(0.15, 0.22), rng.uniform(0.4, 0.55)
    side = line((neck, -1.3), (neck, -0.7), (wide, -0.3), (wide, 1.2))
    outline = np.concatenate([side, (side * [-1, 1])[::-1], side[:1]])
    return [
        outline,
        line((-wide, 0.1), (wide, 0.1)),
        line((-wide, 0.75), (wide, 0.75)),
        line((-neck, -1.05), (neck, -1.05)),
    ]


@by_hand
def wine_glass(rng: np.random.Generator) -> Strokes:
    """A glass on a stem."""
    bowl = smooth([(-0.6, -1), (-0.5, -0.3), (0, 0.05), (0.5, -0.3), (0.6, -1)])
    level = rng.uniform(-0.75, -0.35)
    return [
        bowl,
        line((-0.6, -1), (0.6, -1)),
        line((-0.5, level), (0.5, level)),
        line((0, 0.05), (0, 1)),
        line((-0.5, 1), (0.5, 1)),
    ]


@by_hand
def clock(rng: np.random.Generator) -> Strokes:
    """A clock with hands and marks."""
    marks = regular(int(rng.choice([4, 8, 12])))[:-1]
    hands = [line((0, 0), r * regular(60)[int(rng.integers(60))]) for r in (0.45, 0.7)]
    return [arc(0, 0, 1), *(line(0.8 * mark, 0.95 * mark) for mark in marks), *hands]


@by_hand
def ladder(rng: np.random.Generator) -> Strokes:
    """Two rails with rungs; tracks, if wide."""
    half = rng.uniform(0.25, 0.5)
    rungs = np.linspace(-1, 1, int(rng.integers(5, 9)) + 2)[1:-1]
    return [
        *(line((x, -1.1), (x, 1.1)) for x in (-half, half)),
        *(line((-half, y), (half, y)) for y in rungs),
    ]


@by_hand
def flag(rng: np.random.Generator) -> Strokes:
    """A flag that waves on its pole, with stripes."""
    x = np.linspace(0, 1.5, 12)
    edges = [np.stack([x, y + 0.1 * np.sin(4 * x)], 1) for y in np.linspace(-1, -0.1, 4)]
    cloth = [edges[0], edges[-1], np.stack([edges[0][-1], edges[-1][-1]])]
    return [line((0, -1.1), (0, 1.3)), *cloth, *(edges[1:3] if rng.random() < 0.6 else [])]


@by_hand
def ball(rng: np.random.Generator) -> Strokes:
    """A ball with its seams: basketball, tennis ball or beach ball."""
    bow = smooth([(0.6, -0.8), (0.3, 0), (0.6, 0.8)])
    seams = [
        [bow, bow * [-1, 1], line((-1, 0), (1, 0)), line((0, -1), (0, 1))],
        [bow, bow * [-1, 1]],
        [arc(0, 0, 0.3), *(line(0.3 * ray, ray) for ray in regular(5)[:-1])],
    ]
    return [arc(0, 0, 1), *seams[int(rng.integers(3))]]


@by_hand
def ribbon(rng: np.random.Generator) -> Strokes:
    """A bow: two loops, a knot and ends."""
    loop = smooth([(0.12, -0.1), (0.9, -0.6), (1.1, 0), (0.9, 0.5), (0.12, 0.1)])
    end = line((0.1, 0.15), (0.55, 1.0))
    return [
        closed((-0.13, -0.15), (0.13, -0.15), (0.13, 0.15), (-0.13, 0.15)),
        loop,
        loop * [-1, 1],
        end,
        end * [-1, 1],
    ]


@by_hand
def kite(rng: np.random.Generator) -> Strokes:
    """A kite with a tail of bows."""
    corners = (0, -1), (0.7, -0.25), (0, 1), (-0.7, -0.25)
    tail = smooth([(0, 1), (0.25, 1.4), (-0.1, 1.8), (0.2, 2.2)])
    bows = [line((x - 0.2, y - 0.1), (x + 0.2, y + 0.1)) for x, y in tail[[14, 26]]]
    return [closed(*corners), line((0, -1), (0, 1)), line((-0.7, -0.25), (0.7, -0.25)), tail, *bows]


@by_hand
def book(rng: np.random.Generator) -> Strokes:
    """An open book with lines of text."""
    page = np.concatenate(
        [smooth([(0, -0.6), (0.5, -0.8), (1.2, -0.6)]), smooth([(1.2, 0.7), (0.5, 0.5), (0, 0.7)])]
    )
    text = [line((s * 0.2, y), (s * 1.0, y)) for y in (-0.3, 0.0, 0.25) for s in (-1, 1)]
    return [page, page * [-1, 1], line((0, -0.6), (0, 0.7)), *text[: 2 * int(rng.integers(0, 4))]]


@by_hand
def chair(rng: np.random.Generator) -> Strokes:
    """A chair from the side, or a table."""
    if rng.random() < 0.4:
        return [
            closed((-1.2, -0.5), (1.2, -0.5), (1.2, -0.3), (-1.2, -0.3)),
            line((-1, -0.3), (-1, 0.9)),
            line((1, -0.3), (1, 0.9)),
        ]
    seat = closed((-0.6, 0), (0.3, 0), (0.7, -0.25), (-0.2, -0.25))
    legs = [
        line((-0.6, 0), (-0.6, 0.9)),
        line((0.3, 0), (0.3, 0.9)),
        line((0.7, -0.25), (0.7, 0.65)),
    ]
    return [
        seat,
        *legs,
        line((-0.6, 0), (-0.6, -1.1), (-0.2, -1.35), (-0.2, -0.25)),
        line((-0.6, -0.6), (-0.2, -0.85)),
    ]


@by_hand
def hat(rng: np.random.Generator) -> Strokes:
    """A top hat, or a magician's."""
    tall = rng.uniform(0.7, 1.3)
    if rng.random() < 0.4:
        star = 0.22 * regular(5, inner=0.45)
        return [line((-0.7, 0.5), (0, -1.2), (0.7, 0.5)), arc(0, 0.5, 1.2, 0.25), star]
    crown = line((-0.6, 0.4), (-0.65, -tall), (0.65, -tall), (0.6, 0.4))
    return [crown, arc(0, 0.4, 1.1, 0.2), line((-0.6, 0.0), (0.6, 0.0))]


@by_hand
def cutlery(rng: np.random.Generator) -> Strokes:
    """A spoon and a fork side by side."""
    spoon = [arc(-0.5, -0.8, 0.28, 0.4), line((-0.5, -0.4), (-0.5, 1.2))]
    tines = [line((x, -1.2), (x, -0.6)) for x in (0.25, 0.5, 0.75)]
    return [
        *spoon,
        *tines,
        smooth([(0.25, -0.6), (0.5, -0.35), (0.75, -0.6)]),
        line((0.5, -0.4), (0.5, 1.2)),
    ]


@by_hand
def hammer(rng: np.random.Generator) -> Strokes:
    """A hammer with a wide head."""
    head = closed((-0.8, -1), (0.6, -1), (0.95, -0.75), (0.6, -0.5), (-0.8, -0.5))
    return [head, closed((-0.12, -0.5), (0.12, -0.5), (0.15, 1.2), (-0.15, 1.2))]


@by_hand
def scissors(rng: np.random.Generator) -> Strokes:
    """Open scissors."""
    wide = rng.uniform(0.3, 0.5)
    blade = line((-wide, -1.2), (0.25, 0.45))
    ring = arc(0.38, 0.75, 0.28, 0.32)
    return [blade, blade * [-1, 1], ring, ring * [-1, 1]]


@by_hand
def present(rng: np.random.Generator) -> Strokes:
    """A parcel with a ribbon."""
    loop = smooth([(0, -0.6), (0.4, -1.15), (0.6, -0.8), (0, -0.6)])
    box = closed((-0.9, -0.6), (0.9, -0.6), (0.9, 0.9), (-0.9, 0.9))
    return [box, line((0, -0.6), (0, 0.9)), line((-0.9, 0.1), (0.9, 0.1)), loop, loop * [-1, 1]]


@by_hand
def crown(rng: np.random.Generator) -> Strokes:
    """A crown of three to five points."""
    points = int(rng.integers(3, 6))
    x = np.linspace(-1, 1, 2 * points - 1)
    top = np.stack([x, np.where(np.arange(len(x)) % 2, 0.0, rng.uniform(-1, -0.7))], 1)
    return [closed(*top, (0.9, 0.7), (-0.9, 0.7)), line((-0.9, 0.4), (0.9, 0.4))]


@by_hand
def snowman(rng: np.random.Generator) -> Strokes:
    """Snow balls with face, arms and a hat."""
    head = [line((-0.12, -0.95)), line((0.12, -0.95)), line((0, -0.8), (0.35, -0.72))]
    arms = [line((s * 0.5, 0.05), (s * 1.3, -0.4)) for s in (-1, 1)]
    top = [
        line((-0.5, -1.2), (0.5, -1.2)),
        line((-0.3, -1.2), (-0.3, -1.6), (0.3, -1.6), (0.3, -1.2)),
    ]
    return [arc(0, 0.75, 0.75), arc(0, -0.05, 0.5), arc(0, -0.85, 0.37), *head, *arms, *top]


@by_hand
def train(rng: np.random.Generator) -> Strokes:
    """A steam engine."""
    wheels = [arc(x, 0.75, 0.22) for x in (-0.9, -0.35, 0.6)]
    boiler = closed((-0.2, 0.5), (-0.2, -0.2), (1, -0.2), (1, 0.5))
    chimney = line((0.6, -0.2), (0.5, -0.7), (0.9, -0.7), (0.8, -0.2))
    cab = closed((-1.1, 0.5), (-1.1, -0.9), (-0.2, -0.9), (-0.2, 0.5))
    smoke = [arc(1.0 + 0.3 * i, -1.0 - 0.2 * i, 0.15 + 0.05 * i) for i in range(rng.integers(3))]
    window = closed((-0.9, -0.6), (-0.45, -0.6), (-0.45, -0.2), (-0.9, -0.2))
    return [cab, boiler, chimney, window, *wheels, *smoke]


FAMILIES: tuple[Family, ...] = (
    *(balloon, ice_cream, rocket, lamp, bottle, wine_glass, clock, ladder, flag, ball, ribbon),
    *(kite, book, chair, hat, cutlery, hammer, scissors, present, crown, snowman, train),
)
