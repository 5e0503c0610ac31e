"""Scribbles: random drawings that are not digits, in several families.

The network is trained to be undecided about the families in `TRAINED`. `python -m deq evaluate`
measures how often scribbles of all families, also of those in `UNSEEN`, are called a digit.
"""

from __future__ import annotations

import numpy as np

from deq.digits.others.curves import Family, smooth, turn
from deq.digits.strokes import PAD, Strokes


def scrawl(rng: np.random.Generator) -> Strokes:
    """One long smooth line with many random turns."""
    return [smooth(rng.uniform(30, 250, (int(rng.integers(9, 30)), 2)))]


def zigzag(rng: np.random.Generator) -> Strokes:
    """Hatching back and forth."""
    passes = int(rng.integers(5, 16))
    y = np.linspace(50, 230, 2 * passes)
    x = np.where(np.arange(2 * passes) % 2 == 0, 40, 240) + rng.normal(0, 15, 2 * passes)
    return [turn(np.stack([x, y + rng.normal(0, 6, 2 * passes)], 1), rng.uniform(0, np.pi))]


def tangle(rng: np.random.Generator) -> Strokes:
    """Random straight lines that cross one another."""
    return [rng.uniform(20, 260, (2, 2)) for _ in range(int(rng.integers(5, 12)))]


def polyline(rng: np.random.Generator) -> Strokes:
    """A jagged line through random corners."""
    return [rng.uniform(20, 260, (int(rng.integers(7, 25)), 2))]


def random_walk(rng: np.random.Generator) -> Strokes:
    """One to three random walks with some inertia."""
    strokes = []
    for _ in range(int(rng.integers(1, 4))):
        heading = np.cumsum(rng.normal(0, rng.uniform(0.5, 1.4), 90)) + rng.uniform(0, 6.3)
        step = rng.uniform(6, 14) * np.stack([np.cos(heading), np.sin(heading)], 1)
        path = np.cumsum(step, 0)
        strokes.append(PAD / 2 + rng.normal(0, 30, 2) + path - path.mean(0))
    return strokes


def spiral(rng: np.random.Generator) -> Strokes:
    """Three or more turns."""
    angle = np.linspace(0, 2 * np.pi * rng.uniform(3, 6), 150)
    radius = np.linspace(rng.uniform(2, 20), rng.uniform(90, 125), 150)
    direction = rng.choice([-1, 1])
    return [PAD / 2 + np.stack([radius * np.cos(angle), direction * radius * np.sin(angle)], 1)]


def dots(rng: np.random.Generator) -> Strokes:
    """Dots all over the pad."""
    return [rng.uniform(30, 250, (1, 2)) for _ in range(int(rng.integers(2, 16)))]


def dashes(rng: np.random.Generator) -> Strokes:
    """Many short strokes."""
    strokes = []
    for _ in range(int(rng.integers(6, 18))):
        middle, half = rng.uniform(40, 240, 2), rng.normal(0, 18, 2)
        strokes.append(np.stack([middle - half, middle + half]))
    return strokes


def rubout(rng: np.random.Generator) -> Strokes:
    """A patch filled by dense hatching."""
    lines = int(rng.integers(14, 30))
    width, height = rng.uniform(60, 120, 2)
    y = np.linspace(-height, height, 2 * lines)
    x = np.where(np.arange(2 * lines) % 2 == 0, -width, width) + rng.normal(0, 10, 2 * lines)
    return [turn(np.stack([x, y], 1) + PAD / 2, rng.uniform(0, np.pi))]


def hash_mark(rng: np.random.Generator) -> Strokes:
    """Crossing rows and columns, as for noughts and crosses."""
    strokes: Strokes = []
    for vertical in (False, True):
        for at in np.linspace(70, 210, int(rng.integers(2, 5))) + rng.normal(0, 6):
            line = np.array([[30.0, at], [250.0, at]]) + rng.normal(0, 8, (2, 2))
            strokes.append(line[:, ::-1] if vertical else line)
    angle = rng.uniform(-0.5, 0.5)
    return [turn(stroke, angle) for stroke in strokes]


def wave(rng: np.random.Generator) -> Strokes:
    """A wavy line of three or more periods."""
    t = np.linspace(0, 1, 160)
    height = rng.uniform(25, 90)
    y = PAD / 2 + height * np.sin(2 * np.pi * rng.uniform(3, 7) * t + rng.uniform(0, 6.3))
    return [turn(np.stack([30 + 220 * t, y], 1), rng.uniform(0, np.pi))]


def coil(rng: np.random.Generator) -> Strokes:
    """Loops drawn along a line, like a telephone cord."""
    t = np.linspace(0, 1, 220)
    phase = 2 * np.pi * rng.uniform(4, 9) * t
    radius = rng.uniform(25, 60)
    x = 60 + 160 * t + radius * np.cos(phase)
    return [turn(np.stack([x, PAD / 2 + radius * np.sin(phase)], 1), rng.uniform(0, np.pi))]


def star(rng: np.random.Generator) -> Strokes:
    """Strokes through one point."""
    count = int(rng.integers(4, 9))
    angles = np.pi * np.arange(count) / count + rng.normal(0, 0.1, count)
    reach = rng.uniform(70, 120) * np.stack([np.cos(angles), np.sin(angles)], 1)
    return [np.stack([PAD / 2 - r, PAD / 2 + r]) for r in reach]


def flower(rng: np.random.Generator) -> Strokes:
    """A rosette of five or more petals."""
    t = np.linspace(0, 2 * np.pi, 300)
    radius = rng.uniform(80, 120) * np.cos(int(rng.choice([5, 7, 8])) / 2 * 2 * t)
    return [PAD / 2 + np.stack([radius * np.cos(t), radius * np.sin(t)], 1)]


TRAINED: tuple[Family, ...] = (
    *(scrawl, zigzag, tangle, polyline, random_walk, spiral, dots, dashes, rubout, hash_mark, wave),
)
UNSEEN: tuple[Family, ...] = (coil, star, flower)


def scribble(
    rng: np.random.Generator, families: tuple[Family, ...] = TRAINED + UNSEEN
) -> tuple[str, Strokes]:
    """Draw one scribble of a random family.

    Parameters
    ----------
    rng : numpy.random.Generator
        Makes all random choices.
    families : tuple of callables
        Which families to choose from.

    Returns
    -------
    tuple of str and list of (N, 2) arrays
        The family's name and its strokes, x and y in pixels of a 280×280 pad, y down.

    Examples
    --------
    >>> name, strokes = scribble(np.random.default_rng(0), (star,))
    >>> name, strokes[0].shape
    ('star', (2, 2))
    """
    family = families[int(rng.integers(len(families)))]
    return family.__name__, family(rng)
