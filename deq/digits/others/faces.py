"""Faces of many moods."""

from __future__ import annotations

import numpy as np

from deq.digits.others.curves import Family, arc, by_hand, closed, line, smooth
from deq.digits.strokes import Stroke, Strokes


def eyes(rng: np.random.Generator, apart: float, height: float) -> Strokes:
    """Two eyes: dots, rings, dashes, short bows or crosses."""
    kind = rng.choice(["dots", "dots", "rings", "dashes", "tall", "bows", "crosses"])
    size = rng.uniform(0.08, 0.17)
    strokes: Strokes = []
    for side in (-1, 1):
        x, y = side * apart + rng.normal(0, 0.03), height + rng.normal(0, 0.03)
        if kind == "dots":
            strokes.append(line((x, y)))
        elif kind == "rings":
            strokes.append(arc(x, y, size, size * rng.uniform(0.8, 1.4)))
        elif kind == "dashes":
            strokes.append(line((x - size, y), (x + size, y)))
        elif kind == "tall":
            strokes.append(line((x, y - size), (x, y + size)))
        elif kind == "bows":
            strokes.append(arc(x, y, size, size, 180, 360))
        else:
            strokes.append(line((x - size, y - size), (x + size, y + size)))
            strokes.append(line((x - size, y + size), (x + size, y - size)))
    return strokes


def mouth(rng: np.random.Generator, height: float) -> Strokes:
    """A smile, a frown, a flat or wavy line, an open mouth or one with teeth."""
    kind = rng.choice(["smile", "smile", "smile", "frown", "flat", "wavy", "open", "laugh"])
    half, deep = rng.uniform(0.25, 0.55), rng.uniform(0.1, 0.3)
    if kind == "smile":
        return [arc(0, height - deep, half, 2 * deep, 15, 165)]
    if kind == "frown":
        return [arc(0, height + deep, half, 2 * deep, 195, 345)]
    if kind == "flat":
        return [line((-half, height), (half, height + rng.normal(0, 0.08)))]
    if kind == "wavy":
        x = np.linspace(-half, half, 20)
        return [np.stack([x, height + 0.08 * np.sin(14 * x)], 1)]
    if kind == "open":
        return [arc(0, height, 0.5 * half, deep)]
    grin = arc(0, height - 0.1, half, 2 * deep, 0, 180)
    return [np.concatenate([grin, grin[:1]])]


def features(rng: np.random.Generator) -> Strokes:
    """Eyes and mouth, sometimes a nose or brows."""
    strokes = eyes(rng, rng.uniform(0.25, 0.42), rng.uniform(-0.4, -0.15))
    strokes += mouth(rng, rng.uniform(0.35, 0.55))
    nose = [line((0, -0.1), (-0.1, 0.15), (0.05, 0.17)), line((0, -0.1), (0, 0.12)), line((0, 0.1))]
    if rng.random() < 0.35:
        strokes.append(nose[int(rng.integers(3))])
    if rng.random() < 0.2:
        tilt = rng.uniform(-0.12, 0.12)
        strokes += [line((s * 0.5, -0.58 + tilt), (s * 0.2, -0.58 - tilt)) for s in (-1, 1)]
    return strokes


def outline(rng: np.random.Generator) -> Strokes:
    """A ring or an oval, seldom a box."""
    if rng.random() < 0.1:
        return [closed((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9))]
    return [arc(0, 0, rng.uniform(0.8, 1.05), rng.uniform(0.9, 1.1))]


@by_hand
def smiley(rng: np.random.Generator) -> Strokes:
    """A face in a ring."""
    return outline(rng) + features(rng)


@by_hand
def bare_face(rng: np.random.Generator) -> Strokes:
    """Eyes and mouth without an outline."""
    return features(rng)


def _hair(rng: np.random.Generator) -> Strokes:
    kind = int(rng.integers(3))
    if kind == 0:
        angles = np.radians(np.linspace(215, 325, int(rng.integers(4, 9))))
        ways = np.stack([np.cos(angles), np.sin(angles)], 1)
        return [line(way, way * rng.uniform(1.2, 1.45)) for way in ways]
    if kind == 1:
        x = np.linspace(-0.8, 0.8, 9)
        fringe = np.stack([x, np.where(np.arange(9) % 2, -0.55, -0.95)], 1)
        return [fringe]
    lock: Stroke = smooth([(0, -1), (0.1, -1.3), (0.35, -1.25), (0.3, -1.05)])
    return [lock, lock * [-1, 1]]


def _ears(rng: np.random.Generator) -> Strokes:
    ear = arc(1.0, rng.uniform(-0.2, 0.1), 0.18, 0.28, -100, 100)
    return [ear, ear * [-1, 1]]


def _hat(rng: np.random.Generator) -> Strokes:
    tall = rng.uniform(0.5, 0.9)
    if rng.random() < 0.4:
        return [line((-0.7, -0.75), (0, -1 - tall), (0.7, -0.75)), arc(0, -1.05 - tall, 0.1)]
    brim = line((-1.1, -0.8), (1.1, -0.8))
    return [brim, line((-0.6, -0.8), (-0.55, -0.8 - tall), (0.55, -0.8 - tall), (0.6, -0.8))]


@by_hand
def creature(rng: np.random.Generator) -> Strokes:
    """A ghost, a robot or a skull."""
    kind = int(rng.integers(3))
    face = [0.75 * stroke for stroke in features(rng)]
    if kind == 0:
        x = np.linspace(0.8, -0.8, 9)
        hem = np.stack([x, np.where(np.arange(9) % 2, 0.9, 1.2)], 1)
        dome = arc(0, -0.1, 0.8, 0.9, 180, 360)
        return [np.concatenate([dome, hem, dome[:1]]), *face]
    if kind == 1:
        mast = [line((0, -0.9), (0, -1.25)), arc(0, -1.35, 0.1)]
        bolts = [line((s * 0.9, -0.2), (s * 1.15, -0.2), (s * 1.15, 0.2)) for s in (-1, 1)]
        return [closed((-0.9, -0.9), (0.9, -0.9), (0.9, 0.8), (-0.9, 0.8)), *mast, *bolts, *face]
    jaw = line((-0.5, 0.65), (-0.45, 1.1), (0.45, 1.1), (0.5, 0.65))
    teeth = [line((x, 0.8), (x, 1.1)) for x in (-0.2, 0, 0.2)]
    sockets = [arc(s * 0.38, -0.05, 0.24, 0.28) for s in (-1, 1)]
    return [arc(0, 0, 0.95, 0.9, 135, 405), jaw, *teeth, *sockets, line((0, 0.3), (0, 0.42))]


FAMILIES: tuple[Family, ...] = (smiley, smiley, bare_face, creature)
