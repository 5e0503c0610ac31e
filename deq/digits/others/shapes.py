"""Plain shapes, solids, symbols and curves. Not among them: what a ring or one line may be."""

from __future__ import annotations

import numpy as np

from deq.digits.others.curves import Family, arc, by_hand, closed, drawn, line, regular, smooth
from deq.digits.strokes import Stroke, Strokes


@by_hand
def triangle(rng: np.random.Generator) -> Strokes:
    """A triangle, often with unequal sides."""
    return [closed(*(regular(3)[:3] + rng.normal(0, 0.2, (3, 2))))]


@by_hand
def square(rng: np.random.Generator) -> Strokes:
    """A square, a rectangle or a rhombus."""
    corners = regular(4, start=float(rng.choice([45, 90])))[:4]
    return [closed(*(corners * [rng.uniform(0.7, 1.5), 1] + rng.normal(0, 0.06, (4, 2))))]


@by_hand
def polygon(rng: np.random.Generator) -> Strokes:
    """A pentagon or a hexagon."""
    corners = int(rng.integers(5, 7))
    return [closed(*(regular(corners)[:-1] + rng.normal(0, 0.06, (corners, 2))))]


@by_hand
def cross(rng: np.random.Generator) -> Strokes:
    """A cross of two slanted lines."""
    ends = rng.normal(1, 0.15, (4, 2)) * [[-1, -1], [1, 1], [-1, 1], [1, -1]]
    return [ends[:2], ends[2:]]


@by_hand
def plus(rng: np.random.Generator) -> Strokes:
    """A plus."""
    across, down = rng.normal(0, 0.08, 2)
    return [line((-1, across), (1, across)), line((down, -1), (down, 1))]


@by_hand
def minus(rng: np.random.Generator) -> Strokes:
    """A level line."""
    return [line((-1, 0), (1, rng.normal(0, 0.08)))]


@by_hand
def equals(rng: np.random.Generator) -> Strokes:
    """Two level lines, or three."""
    gap = rng.uniform(0.25, 0.5)
    levels = [-1, 1] if rng.random() < 0.7 else [-1, 0, 1]
    return [line((-1, gap * level), (rng.uniform(0.8, 1.1), gap * level)) for level in levels]


@by_hand
def tick(rng: np.random.Generator) -> Strokes:
    """A tick: down, then far up to the right."""
    up = rng.uniform(0.9, 1.6)
    return [line((-0.7, -rng.uniform(0.2, 0.5)), (-0.25, 0.3), (1, -up))]


@by_hand
def arrow(rng: np.random.Generator) -> Strokes:
    """An arrow, mostly to a side; some are outlines, some have two heads."""
    head = rng.uniform(0.25, 0.5)
    if rng.random() < 0.3:
        half = rng.uniform(0.15, 0.3)
        tip = (1 - 2 * head, half), (1 - 2 * head, 2.4 * half), (1, 0), (1 - 2 * head, -2.4 * half)
        strokes = [closed((-1, -half), (-1, half), *tip, (1 - 2 * head, -half))]
    else:
        strokes = [line((-1, 0), (1, 0)), line((1 - head, -head), (1, 0), (1 - head, head))]
        if rng.random() < 0.2:
            strokes.append(line((head - 1, -head), (-1, 0), (head - 1, head)))
    way = np.radians(rng.choice([0, 180, 90, 225, 315, 45]) + rng.normal(0, 10))
    axes = np.array([[np.cos(way), np.sin(way)], [-np.sin(way), np.cos(way)]])
    return [stroke @ axes for stroke in strokes]


@by_hand
def heart(rng: np.random.Generator) -> Strokes:
    """The outline of a heart."""
    deep = rng.uniform(0.2, 0.5)
    half = smooth([(0, deep - 0.8), (0.5, -1), (1, -0.5), (0.75, 0.15), (0, 1)])
    return [np.concatenate([half, (half * [-1, 1])[::-1]])]


@by_hand
def five_pointed_star(rng: np.random.Generator) -> Strokes:
    """A star: an outline, or drawn in one line that crosses itself."""
    if rng.random() < 0.5:
        return [regular(5)[[0, 2, 4, 1, 3, 0]]]
    return [regular(int(rng.integers(5, 8)), inner=rng.uniform(0.35, 0.55))]


@by_hand
def crossed_circle(rng: np.random.Generator) -> Strokes:
    """A circle with a cross, or with spokes."""
    spokes, first = int(rng.integers(2, 5)), rng.uniform(0, 180)
    reach = rng.uniform(0.9, 1.35)
    ends = reach * regular(2 * spokes, start=first)
    return [arc(0, 0, 1), *(line(ends[i], ends[i + spokes]) for i in range(spokes))]


def rings_in_rings(rng: np.random.Generator) -> Strokes:
    """Two or three circles about one middle, large; some have a dot there."""
    count = int(rng.integers(2, 4))
    rings = [arc(0, 0, r) for r in np.linspace(rng.uniform(0.25, 0.5), 1, count)]
    dot = [line((0, 0))] if rng.random() < 0.3 else []
    return drawn([*rings, *dot], rng, (170, 250))


@by_hand
def rings_that_cross(rng: np.random.Generator) -> Strokes:
    """Two or three circles side by side that overlap."""
    shift = rng.uniform(0.7, 1.4)
    rings = [arc(-shift / 2, 0, 0.8), arc(shift / 2, rng.normal(0, 0.1), rng.uniform(0.6, 0.9))]
    return [*rings, arc(0, rng.uniform(0.6, 1), 0.8)] if rng.random() < 0.4 else rings


@by_hand
def cube(rng: np.random.Generator) -> Strokes:
    """A cube or a box, with or without its hidden edges."""
    back = np.array([rng.uniform(0.35, 0.7), -rng.uniform(0.3, 0.6)])
    front = np.array([(-1, -1), (0.4, -1), (0.4, 0.4), (-1, 0.4)]) + rng.normal(0, 0.04, (4, 2))
    if rng.random() < 0.5:
        edges = [line(corner, corner + back) for corner in front]
        return [closed(*front), closed(*(front + back)), *edges]
    edges = [line(corner, corner + back) for corner in front[:3]]
    return [closed(*front), line(*(front[:3] + back)), *edges]


@by_hand
def cylinder(rng: np.random.Generator) -> Strokes:
    """A cylinder or a cone."""
    flat, tall = rng.uniform(0.15, 0.35), rng.uniform(0.5, 0.95)
    if rng.random() < 0.35:
        return [arc(0, tall, 0.8, flat), line((-0.8, tall), (0, -tall), (0.8, tall))]
    sides = [line((x, -tall), (x, tall)) for x in (-0.8, 0.8)]
    return [arc(0, -tall, 0.8, flat), *sides, arc(0, tall, 0.8, flat, 0, 180)]


@by_hand
def pyramid(rng: np.random.Generator) -> Strokes:
    """A pyramid, seen from a corner."""
    top, corner = (rng.normal(0, 0.1), -1), (rng.uniform(-0.3, 0.4), 0.9)
    return [line((-1, 0.5), top, (1, 0.45), corner, (-1, 0.5)), line(top, corner)]


@by_hand
def brackets(rng: np.random.Generator) -> Strokes:
    """A pair of brackets, far apart, with a dot or a line between, or without."""
    if rng.random() < 0.5:
        right = line((0.6, -1), (1, -1), (1, 1), (0.6, 1))
    else:
        right = arc(rng.uniform(0.5, 0.9), 0, 0.5, 1.1, -60, 60)
    between = [[], [line((0, 0))], [line((-0.3, 0), (0.3, 0))]][int(rng.integers(3))]
    return [right * [-1, 1], right, *between]


@by_hand
def speech_bubble(rng: np.random.Generator) -> Strokes:
    """A bubble with a tail, empty or with lines of text in it."""
    start = rng.uniform(70, 130)
    rim = arc(0, 0, 1, rng.uniform(0.55, 0.8), start + 20, start + 345)
    bubble = np.concatenate([rim, [[rng.uniform(-0.9, 0.3), 1.5]], rim[:1]])
    text = [line((-0.5, y), (rng.uniform(0.2, 0.5), y)) for y in (-0.2, 0.1)]
    return [bubble, *text] if rng.random() < 0.5 else [bubble]


@by_hand
def grid(rng: np.random.Generator) -> Strokes:
    """A table of two to four rows and columns, in a frame."""
    rows, columns = rng.integers(2, 5, 2)
    across = [line((-1, y), (1, y)) for y in np.linspace(-1, 1, rows + 1)]
    return across + [line((x, -1), (x, 1)) for x in np.linspace(-1, 1, columns + 1)]


@by_hand
def graph(rng: np.random.Generator) -> Strokes:
    """Two axes with a curve, bars or a line."""
    corner = rng.choice([-1.0, 0.0])  # axes at the edge or through the middle
    axes = [line((corner, -1), (corner, 1)), line((-1, -corner), (1, -corner))]
    kind = int(rng.integers(4))
    x = np.linspace(-0.9, 0.9, 24)
    if kind == 0:
        return [*axes, np.stack([x, 0.6 * np.sin(x * rng.uniform(2, 6))], 1)]
    if kind == 1:
        return [*axes, np.stack([x, 0.8 - 1.6 * x**2], 1) * [1, rng.choice([-1, 1])]]
    if kind == 2:
        return [*axes, np.stack([x, -0.9 * x], 1)[:: rng.choice([-1, 1])] * [1, 0.9]]
    bars = np.sort(rng.uniform(-0.8, 0.5, 4))
    left = (-0.75, -0.35, 0.05, 0.45)
    axes = [line((-1, -1), (-1, 1), (1, 1))]
    return axes + [
        line((a, 1), (a, y), (a + 0.3, y), (a + 0.3, 1)) for a, y in zip(left, bars, strict=True)
    ]


@by_hand
def blob(rng: np.random.Generator) -> Strokes:
    """A closed outline with three to five arms, rounded or sharp."""
    count = 2 * int(rng.integers(3, 6))
    spokes = regular(count, start=rng.uniform(0, 360))[:-1] * rng.uniform(0.85, 1.3, (count, 1))
    spokes[::2] *= rng.uniform(0.25, 0.5)
    if rng.random() < 0.5:
        return [closed(*spokes)]
    ring = smooth(np.concatenate([spokes, spokes[:2]]), 6)
    return [ring[6:]]


def loops(rng: np.random.Generator) -> Strokes:
    """A smooth open curve that crosses itself at least twice."""
    while True:
        curve = smooth(rng.uniform(-1, 1, (int(rng.integers(5, 9)), 2)), 8)
        if _crossings(curve) >= 3:
            return drawn([curve], rng)


def _crossings(curve: Stroke) -> int:
    """How often a line crosses itself."""
    a, b = curve[:-1, None], curve[1:, None]
    c, d = curve[None, :-1], curve[None, 1:]

    def side(p: Stroke, q: Stroke, r: Stroke) -> Stroke:
        u, v = q - p, r - p
        which: Stroke = np.sign(u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0])
        return which

    apart = (side(a, b, c) * side(a, b, d) < 0) & (side(c, d, a) * side(c, d, b) < 0)
    return int(apart.sum()) // 2


FAMILIES: tuple[Family, ...] = (
    *(triangle, square, polygon, cross, plus, minus, equals, tick, arrow, heart),
    *(five_pointed_star, crossed_circle, rings_in_rings, rings_that_cross, cube, cylinder, pyramid),
    *(brackets, speech_bubble, grid, graph, blob, loops),
)
