"""Animals, plants and a person, as people draw them on a pad."""

from __future__ import annotations

import numpy as np

from deq.digits.others.held_out.sketch import Sketch
from deq.digits.strokes import Stroke


def cat(rng: np.random.Generator) -> list[Stroke]:
    """A face with ears and whiskers, or a cat that sits."""
    s = Sketch(rng)
    if s.maybe(0.6):
        _cat_face(s, 0.5, 0.55, 1)
        return s.on_pad()
    _cat_face(s, 0.35, 0.3, 0.55)
    s.loop((0.52, 0.78), (s.between(0.22, 0.32), 0.24))
    s.curve((0.76, 0.8), (0.98, 0.75), (s.between(0.9, 1.05), 0.5), (1.0, 0.36))
    for x in (0.36, 0.46, 0.6, 0.68)[: s.count(2, 4)]:
        s.line((x, 0.92), (x, 1.12))
    return s.on_pad(mirror=True)


def _cat_face(s: Sketch, x: float, y: float, size: float) -> None:
    wide, high = size * s.between(0.33, 0.42), size * s.between(0.28, 0.36)
    s.loop((x, y), (wide, high))
    tip = size * s.between(0.5, 0.62)
    for side in (-1, 1):
        s.line(
            (x + side * 0.95 * wide, y - 0.3 * high),
            (x + side * wide, y - tip),
            (x + side * 0.3 * wide, y - 0.9 * high),
        )
        s.dot((x + side * 0.4 * wide, y - 0.25 * high))
        for slope in (-0.12, 0.02, 0.16)[: s.count(1, 3)]:
            s.line(
                (x + side * 0.45 * wide, y + 0.3 * high + 0.4 * slope * size),
                (x + side * size * s.between(0.5, 0.62), y + 0.25 * high + slope * size),
            )
    if s.maybe(0.7):
        s.curve(
            (x - 0.3 * wide, y + 0.35 * high),
            (x - 0.15 * wide, y + 0.55 * high),
            (x, y + 0.25 * high),
            (x + 0.15 * wide, y + 0.55 * high),
            (x + 0.3 * wide, y + 0.35 * high),
        )


def fish(rng: np.random.Generator) -> list[Stroke]:
    """Drawn in one line that crosses at the tail, or as an oval with a triangle."""
    s = Sketch(rng)
    fat = s.between(0.16, 0.3)
    if s.maybe():
        s.curve(
            *((1.05, 0.5 - 0.8 * fat), (0.8, 0.53), (0.45, 0.5 + fat), (0.1, 0.5)),
            *((0.45, 0.5 - fat), (0.8, 0.47), (1.05, 0.5 + 0.8 * fat)),
        )
        if s.maybe():
            s.line((1.05, 0.5 - 0.8 * fat), (1.05, 0.5 + 0.8 * fat))
    else:
        s.loop((0.45, 0.5), (0.35, fat))
        s.polygon((0.79, 0.5), (1.05, 0.5 - fat), (s.between(0.95, 1.1), 0.5 + fat))
    s.dot((0.27, 0.45))
    if s.maybe(0.7):
        s.arc((0.3, 0.5), (0.08, 0.7 * fat), -70, 70)
    if s.maybe():
        s.line((0.35, 0.5 - fat), (0.5, 0.4 - fat), (0.6, 0.52 - fat))
    if s.maybe():
        for row in range(s.count(1, 3)):
            s.arc((0.5 + 0.09 * row, 0.5), (0.06, 0.09), -80, 80)
    if s.maybe(0.4):
        for bubble in range(s.count(1, 3)):
            s.loop((0.02 - 0.04 * bubble, 0.35 - 0.12 * bubble), (0.025, 0.025))
    return s.on_pad(mirror=True)


def butterfly(rng: np.random.Generator) -> list[Stroke]:
    """Four wings, a body, two feelers."""
    s = Sketch(rng)
    upper, lower = s.between(0.2, 0.3), s.between(0.13, 0.22)
    if s.maybe():
        s.line((0.5, 0.25), (0.5, 0.85))
    else:
        s.loop((0.5, 0.55), (0.04, 0.3))
    pointed = s.maybe(0.4)
    for side in (-1, 1):
        top, bottom = (0.5 + side * 0.05, 0.48), (0.5 + side * 0.05, 0.6)
        if pointed:
            s.line(top, (0.5 + side * 2 * upper, 0.15), (0.5 + side * 1.8 * upper, 0.55), top)
            s.line(bottom, (0.5 + side * 2 * lower, 0.6), (0.5 + side * 1.6 * lower, 0.95), bottom)
        else:
            s.loop((0.54 + side * upper, 0.35), (upper, 0.85 * upper))
            s.loop((0.54 + side * lower, 0.72), (lower, lower))
        s.curve((0.5, 0.25), (0.5 + side * 0.06, 0.1), (0.5 + side * s.between(0.12, 0.2), 0.04))
        if s.maybe(0.4):
            s.loop((0.54 + side * upper, 0.35), (0.06, 0.06))
    return s.on_pad()


def snail(rng: np.random.Generator) -> list[Stroke]:
    """A spiral shell on a long foot, two feelers."""
    s = Sketch(rng)
    turn = np.linspace(0, 2 * np.pi * s.between(1.8, 3), 100) + np.pi / 2
    radius = np.linspace(0.03, s.between(0.24, 0.32), 100)[::-1]
    s.strokes.append(np.stack([0.55 + radius * np.cos(turn), 0.45 + radius * np.sin(turn)], 1))
    s.curve((1.05, 0.76), (0.6, 0.76), (0.2, 0.72), (0.12, 0.5), (0.08, s.between(0.3, 0.4)))
    if s.maybe(0.7):
        s.curve((1.05, 0.76), (0.6, 0.86), (0.1, 0.84), (-0.08, 0.6), (-0.06, 0.4), (0.08, 0.33))
    for lean in (-0.16, 0.06):
        s.line((0.02, 0.36), (0.02 + lean, s.between(0.1, 0.2)))
    if s.maybe():
        s.dot((0.0, 0.45))
    return s.on_pad(mirror=True)


def mushroom(rng: np.random.Generator) -> list[Stroke]:
    """A cap on a stem, with spots or grass."""
    s = Sketch(rng)
    wide, top = s.between(0.35, 0.5), s.between(0.02, 0.15)
    if s.maybe(0.6):
        s.arc((0.5, 0.5), (wide, 0.5 - top), 180, 360)
        s.curve((0.5 - wide, 0.5), (0.5, s.between(0.46, 0.6)), (0.5 + wide, 0.5))
    else:
        s.curve((0.5 - wide, 0.48), (0.35, 0.2), (0.5, top), (0.65, 0.2), (0.5 + wide, 0.48))
        s.line((0.5 - wide, 0.48), (0.5 + wide, 0.48))
    foot = s.between(0.1, 0.2)
    s.curve((0.4, 0.54), (0.41, 0.75), (0.5 - foot, 1.0), (0.5, 1.03), (0.5 + foot, 1.0))
    s.curve((0.6, 0.54), (0.59, 0.75), (0.5 + foot, 1.0))
    for x, y in ((0.35, 0.36), (0.55, 0.24), (0.7, 0.4))[: s.count(0, 3)]:
        s.loop((x, y), (0.05, 0.04))
    if s.maybe(0.4):
        for x in (0.2, 0.3, 0.72, 0.82)[: s.count(2, 4)]:
            s.line((x, 1.02), (x + s.between(-0.05, 0.05), 0.88))
    return s.on_pad()


def tree(rng: np.random.Generator) -> list[Stroke]:
    """A leafy crown, a fir of triangles or of one zigzag, or bare branches."""
    s = Sketch(rng)
    kind = s.count(0, 3)
    if kind == 0:
        _crown(s)
    elif kind == 1:
        tiers = s.count(2, 4)
        for tier in range(tiers):
            y, half = 0.7 * tier / tiers, 0.18 + 0.22 * (tier + 1) / tiers
            s.polygon((0.5, y), (0.5 - half, y + 0.32), (0.5 + half, y + 0.32))
    elif kind == 2:
        tiers = s.count(2, 4)
        for side in (-1, 1):
            corners = [(0.5, 0.0)]
            for tier in range(1, tiers + 1):
                y, half = 0.8 * tier / tiers, 0.12 + 0.3 * tier / tiers
                corners += [(0.5 + side * half, y), (0.5 + side * 0.5 * half, y)]
            s.line(*corners)
        s.line((0.3, 0.8), (0.7, 0.8))
    else:
        s.line((0.5, 1.1), (0.5, 0.1))
        for branch in range(s.count(4, 7)):
            side, y = (-1) ** branch, 0.75 - 0.1 * branch
            reach = s.between(0.2, 0.4)
            s.line((0.5, y), (0.5 + side * reach, y - s.between(0.15, 0.3)))
            if s.maybe():
                s.line((0.5 + side * 0.5 * reach, y - 0.1), (0.5 + side * reach, y - 0.02))
    if kind != 3:
        half, y = s.between(0.05, 0.11), 0.8 if kind else 0.73
        s.line((0.5 - half, y), (0.5 - half, 1.1))
        s.line((0.5 + half, y), (0.5 + half, 1.1))
    if s.maybe(0.4):
        s.line((0.1, 1.1), (0.9, 1.1))
    return s.on_pad()


def _crown(s: Sketch) -> None:
    """A cloud of bumps in one stroke, perhaps with apples in it."""
    bumps = s.count(5, 9)
    t = np.linspace(0, 2 * np.pi, 150)
    radius = 0.36 + s.between(0.04, 0.09) * np.abs(np.sin(bumps * t / 2 + 0.3))
    s.strokes.append(np.stack([0.5 + radius * np.cos(t + 1.5), 0.36 + radius * np.sin(t + 1.5)], 1))
    for _ in range(s.count(0, 4)):
        s.loop((s.between(0.3, 0.7), s.between(0.18, 0.55)), (0.04, 0.04))


def apple(rng: np.random.Generator) -> list[Stroke]:
    """A round fruit with a dip, a stalk and a leaf, perhaps bitten."""
    s = Sketch(rng)
    wide, dip = s.between(0.36, 0.46), s.between(0.26, 0.36)
    left = [(0.5, dip), (0.34, 0.2), (0.5 - wide, 0.42), (0.5 - 0.8 * wide, 0.78), (0.4, 0.97)]
    right = [(0.5, 0.93), (0.6, 0.97), (0.5 + 0.8 * wide, 0.78), (0.5 + wide, 0.42), (0.66, 0.2)]
    s.curve(*left, *right, (0.5, dip))
    s.curve((0.5, dip + 0.03), (0.5, 0.12), (0.5 + s.between(-0.05, 0.12), 0.0))
    s.curve((0.52, 0.14), (0.64, 0.0), (0.84, 0.0), (0.72, 0.13), (0.52, 0.14))
    if s.maybe(0.4):
        s.line((0.54, 0.13), (0.76, 0.04))
    if s.maybe(0.3):
        s.arc((0.3, 0.5), (0.1, 0.16), 150, 250)
    return s.on_pad(mirror=True)


def stick_figure(rng: np.random.Generator) -> list[Stroke]:
    """Head, body, arms and legs; a face, a hat or hair as it comes."""
    s = Sketch(rng)
    head = s.between(0.09, 0.16)
    neck, hip = 2 * head, 2 * head + s.between(0.25, 0.4)
    s.loop((0.5, head), (head, head))
    s.line((0.5, neck), (0.5, hip))
    shoulder = neck + s.between(0.03, 0.12)
    lift = s.between(-0.22, 0.2)
    if s.maybe():
        s.line((0.22, shoulder + lift), (0.5, shoulder), (0.78, shoulder + s.between(-0.2, 0.2)))
    else:
        s.line((0.22, shoulder + 0.3 * lift), (0.78, shoulder - 0.3 * lift))
    spread = s.between(0.1, 0.24)
    s.line((0.5 - spread, hip + 0.38), (0.5, hip), (0.5 + spread, hip + 0.38))
    if s.maybe():
        for side in (-1, 1):
            s.dot((0.5 + side * 0.35 * head, 0.8 * head))
        s.arc((0.5, 1.05 * head), (0.5 * head, 0.45 * head), 20, 160)
    if s.maybe(0.25):
        s.line((0.5 - 1.3 * head, 0.1 * head), (0.5 + 1.3 * head, 0.1 * head))
        s.line((0.5 - 0.7 * head, 0), (0.5 - 0.7 * head, -head), (0.5 + 0.7 * head, -head))
        s.line((0.5 + 0.7 * head, -head), (0.5 + 0.7 * head, 0))
    if s.maybe(0.3):
        for side in (-1, 1):
            foot = 0.5 + side * spread
            s.line((foot, hip + 0.38), (foot + side * 0.1, hip + 0.38))
    return s.on_pad()
