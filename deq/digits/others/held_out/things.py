"""Things, as people draw them on a pad."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from deq.digits.others.held_out.sketch import Sketch
from deq.digits.strokes import Stroke


def house(rng: np.random.Generator) -> list[Stroke]:
    """Walls and a roof; door, windows and a chimney as they come."""
    s = Sketch(rng)
    wide, eaves = s.between(0.35, 0.5), s.between(0.35, 0.5)
    left, right, over = 0.5 - wide, 0.5 + wide, s.between(0, 0.1)
    s.polygon((left, eaves), (left, 1.0), (right, 1.0), (right, eaves))
    s.line((left - over, eaves), (0.5, s.between(0, 0.12)), (right + over, eaves))
    door = s.maybe(0.85)
    if door:
        x, top = s.between(0.35, 0.55), s.between(0.62, 0.75)
        s.line((x, 1.0), (x, top), (x + 0.16, top), (x + 0.16, 1.0))
    for x in (left + 0.06, right - 0.22)[: s.count(0 if door else 1, 2)]:
        y = eaves + 0.1
        s.polygon((x, y), (x + 0.15, y), (x + 0.15, y + 0.15), (x, y + 0.15))
        if s.maybe():
            s.line((x, y + 0.075), (x + 0.15, y + 0.075))
            s.line((x + 0.075, y), (x + 0.075, y + 0.15))
    if s.maybe():
        s.line((0.68, 0.25), (0.68, 0.02), (0.8, 0.02), (0.8, 0.34))
        if s.maybe():
            s.curve((0.74, -0.02), (0.8, -0.1), (0.72, -0.16), (0.82, -0.25), (0.9, -0.28))
    return s.on_pad(mirror=True)


def sailboat(rng: np.random.Generator) -> list[Stroke]:
    """A hull, a mast and one or two sails; perhaps waves or a flag."""
    s = Sketch(rng)
    deck, keel = s.between(0.7, 0.78), s.between(0.92, 1.0)
    if s.maybe():
        s.polygon(
            (0, deck), (1, deck), (s.between(0.72, 0.85), keel), (s.between(0.15, 0.28), keel)
        )
    else:
        s.curve((0, deck), (0.15, keel), (0.5, keel + 0.03), (0.85, keel), (1, deck))
        s.line((0, deck), (1, deck))
    s.line((0.48, deck), (0.48, 0.0))
    s.polygon((0.52, 0.05), (s.between(0.8, 0.95), deck - 0.08), (0.52, deck - 0.08))
    if s.maybe(0.6):
        s.polygon((0.44, 0.12), (s.between(0.1, 0.22), deck - 0.08), (0.44, deck - 0.08))
    if s.maybe(0.3):
        s.line((0.48, 0.0), (0.62, -0.05), (0.48, -0.1), (0.48, 0.0))
    if s.maybe(0.5):
        t = np.linspace(0, 1, 80)
        wave = 1.08 + 0.03 * np.sin(2 * np.pi * s.count(3, 6) * t)
        s.strokes.append(np.stack([1.2 * t - 0.1, wave], 1))
    return s.on_pad(mirror=True)


def car(rng: np.random.Generator) -> list[Stroke]:
    """Seen from the side: body, cabin, two wheels."""
    s = Sketch(rng)
    roof, hood, floor = s.between(0.0, 0.12), s.between(0.28, 0.36), s.between(0.58, 0.66)
    back, front = s.between(0.12, 0.3), s.between(0.62, 0.75)
    if s.maybe():
        s.polygon(
            *((0, floor), (0, hood), (back, hood), (back + 0.1, roof), (front - 0.1, roof)),
            *((front, hood), (1.05, hood + 0.04), (1.05, floor)),
        )
    else:
        s.curve((0, hood + 0.02), (back, hood - 0.06), (0.45, roof), (front, hood - 0.06))
        s.curve((front, hood - 0.06), (1.0, hood + 0.02), (1.06, floor - 0.1), (1.05, floor))
        s.line((1.05, floor), (0, floor), (0, hood + 0.02))
    wheel = s.between(0.1, 0.15)
    for x in (0.25, 0.8):
        s.loop((x, floor + 0.02), (wheel, wheel))
        if s.maybe(0.4):
            s.dot((x, floor + 0.02))
    if s.maybe(0.7):
        s.line((back + 0.06, hood), (front - 0.04, hood))
        s.line((0.47, roof + 0.02), (0.47, hood))
    if s.maybe(0.3):
        s.line((-0.1, floor + wheel), (1.15, floor + wheel))
    return s.on_pad(mirror=True)


def umbrella(rng: np.random.Generator) -> list[Stroke]:
    """A dome with a scalloped edge and a hooked handle; perhaps rain."""
    s = Sketch(rng)
    s.arc((0.5, 0.5), (0.48, s.between(0.36, 0.48)), 180, 360)
    scallops = s.count(2, 5)
    edge = np.linspace(0.02, 0.98, scallops + 1)
    if s.maybe(0.8):
        for a, b in pairwise(edge):
            s.arc(((a + b) / 2, 0.5), ((b - a) / 2, s.between(0.04, 0.08)), 180, 360)
    else:
        s.line((0.02, 0.5), (0.98, 0.5))
    if s.maybe(0.6):
        for x in edge[1:-1]:
            s.curve((0.5, 0.08), (0.5 + 0.75 * (x - 0.5), 0.26), (x, 0.5))
    hook = s.rng.choice([-1, 1]) * s.between(0.14, 0.22)
    s.curve((0.5, 0.45), (0.5, 0.75), (0.5, 1.0), (0.5 + 0.5 * hook, 1.08), (0.5 + hook, 0.95))
    if s.maybe(0.4):
        s.line((0.5, 0.06), (0.5, -0.06))
    if s.maybe(0.25):
        for _ in range(s.count(3, 6)):
            x, y = s.between(0.0, 1.0), s.between(-0.3, -0.1)
            s.line((x, y), (x - 0.04, y + 0.1))
    return s.on_pad()


def cup(rng: np.random.Generator) -> list[Stroke]:
    """A mug with a handle; steam and a saucer as they come."""
    s = Sketch(rng)
    narrow, rim = s.between(0.0, 0.15), s.between(0.04, 0.1)
    if s.maybe(0.6):
        s.line((0, 0.3), (narrow, 1.0), (0.75 - narrow, 1.0), (0.75, 0.3))
    else:
        s.curve((0, 0.3), (0.03, 0.65), (0.2, 0.97), (0.55, 0.97), (0.72, 0.65), (0.75, 0.3))
    if s.maybe(0.6):
        s.loop((0.375, 0.3), (0.375, rim))
    else:
        s.line((0, 0.3), (0.75, 0.3))
    out = s.between(0.95, 1.08)
    s.curve((0.73, 0.42), (out, 0.4), (out, 0.7), (0.7, 0.78))
    if s.maybe(0.3):
        s.curve((0.73, 0.5), (out - 0.1, 0.48), (out - 0.1, 0.64), (0.7, 0.7))
    if s.maybe(0.6):
        for x in (0.2, 0.38, 0.56)[: s.count(2, 3)]:
            s.curve((x, 0.18), (x + 0.06, 0.08), (x - 0.04, -0.02), (x + 0.04, -0.14))
    if s.maybe(0.4):
        s.line((-0.15, 1.05), (0.9, 1.05))
    return s.on_pad(mirror=True)


def key(rng: np.random.Generator) -> list[Stroke]:
    """A ring with a hole, a shaft and teeth, lying or slanting."""
    s = Sketch(rng)
    ring, double = s.between(0.15, 0.22), s.maybe()
    s.loop((0.2, 0.3), (ring, ring))
    if s.maybe():
        s.loop((0.18, 0.3), (0.4 * ring, 0.4 * ring))
    half = 0.03 if double else 0.0
    for y in (0.3 - half, 0.3 + half)[: 1 + double]:
        s.line((0.2 + ring, y), (1.1, y))
    if double:
        s.line((1.1, 0.27), (1.1, 0.33))
    for tooth in range(s.count(2, 4)):
        x = 1.08 - 0.12 * tooth
        deep = 0.3 + half + s.between(0.1, 0.2)
        if double:
            s.line((x, 0.33), (x, deep), (x - 0.06, deep), (x - 0.06, 0.33))
        else:
            s.line((x, 0.3), (x, deep))
    if s.maybe(0.6):  # slanting
        turn = s.between(-0.9, 0.9)
        cos, sin = np.cos(turn), np.sin(turn)
        s.strokes = [stroke @ np.array([[cos, sin], [-sin, cos]]) for stroke in s.strokes]
    return s.on_pad(mirror=True)


def candle(rng: np.random.Generator) -> list[Stroke]:
    """A candle with a flame; drips, rays, a holder as they come."""
    s = Sketch(rng)
    half, top = s.between(0.09, 0.18), s.between(0.35, 0.45)
    s.polygon((0.5 - half, top), (0.5 + half, top), (0.5 + half, 1.0), (0.5 - half, 1.0))
    s.line((0.5, top), (0.5, top - 0.1))
    tip = top - s.between(0.28, 0.36)
    s.curve((0.5, tip), (0.41, top - 0.16), (0.5, top - 0.08), (0.59, top - 0.16), (0.5, tip))
    if s.maybe(0.4):
        for angle in np.radians([180, 225, 270, 315, 360]):
            away = np.array([np.cos(angle), np.sin(angle)])
            middle = np.array([0.5, top - 0.16])
            s.line(middle + 0.2 * away, middle + 0.3 * away)
    if s.maybe(0.4):
        x = 0.5 - 0.4 * half
        s.curve((0.5 - half, top), (x, top + 0.12), (x + 0.06, top + 0.02), (0.5 + half, top))
    if s.maybe(0.6):
        s.curve((0.15, 0.95), (0.25, 1.06), (0.5, 1.08), (0.75, 1.06), (0.85, 0.95))
        if s.maybe():
            s.loop((0.92, 0.98), (0.07, 0.07))
    elif s.maybe(0.6):
        s.line((0.2, 1.02), (0.8, 1.02))
    return s.on_pad()


def bell(rng: np.random.Generator) -> list[Stroke]:
    """A bell with a flared rim and a clapper, hung from a ring or a bow."""
    s = Sketch(rng)
    wide, shoulder = s.between(0.38, 0.5), s.between(0.2, 0.28)
    s.curve(
        *((0.5 - wide, 0.85), (0.5 - 0.7 * wide, 0.7), (0.5 - shoulder, 0.35), (0.5, 0.15)),
        *((0.5 + shoulder, 0.35), (0.5 + 0.7 * wide, 0.7), (0.5 + wide, 0.85)),
    )
    if s.maybe():
        s.line((0.5 - wide, 0.85), (0.5 + wide, 0.85))
    else:
        s.loop((0.5, 0.85), (wide, 0.06))
    if s.maybe():
        s.arc((0.5, 0.87), (0.09, 0.1), 0, 180)
    else:
        s.loop((0.5, 0.95), (0.06, 0.06))
    if s.maybe(0.7):
        s.loop((0.5, 0.08), (0.06, 0.06))
    else:
        for side in (-1, 1):
            s.curve((0.5, 0.12), (0.5 + side * 0.2, 0), (0.5 + side * 0.22, 0.2), (0.5, 0.12))
    if s.maybe(0.3):
        s.line((0.5 - 0.75 * wide, 0.72), (0.5 + 0.75 * wide, 0.72))
    return s.on_pad()


def anchor(rng: np.random.Generator) -> list[Stroke]:
    """Ring, shaft, crossbar, and two arms with points."""
    s = Sketch(rng)
    ring, bar = s.between(0.06, 0.1), s.between(0.14, 0.26)
    s.loop((0.5, ring), (ring, ring))
    s.line((0.5, 2 * ring), (0.5, 1.0))
    s.line((0.5 - bar, 0.32), (0.5 + bar, 0.32))
    reach, tip = s.between(0.32, 0.45), s.between(0.6, 0.7)
    s.curve(
        *((0.5 - reach, tip), (0.5 - 0.8 * reach, 0.88), (0.5, 1.0)),
        *((0.5 + 0.8 * reach, 0.88), (0.5 + reach, tip)),
    )
    for side in (-1, 1):
        x = 0.5 + side * reach
        s.line((x - 0.09, tip + 0.08), (x + side * 0.02, tip - 0.06), (x + 0.09, tip + 0.08))
    if s.maybe(0.25):
        s.curve((0.55, 0.1), (0.75, 0.25), (0.45, 0.5), (0.62, 0.7), (0.4, 0.85))
    return s.on_pad()


def glasses(rng: np.random.Generator) -> list[Stroke]:
    """Two lenses, a bridge, two bent temples."""
    s = Sketch(rng)
    wide, high = s.between(0.19, 0.25), s.between(0.13, 0.22)
    square = s.maybe(0.35)
    for side in (-1, 1):
        x = 0.5 + side * 0.3
        if square:
            low = 0.8 * wide
            s.polygon((x - wide, -high), (x + wide, -high), (x + low, high), (x - low, high))
        else:
            s.loop((x, 0), (wide, high))
        outer = 0.5 + side * (0.3 + wide)
        up = s.between(0.1, 0.3)
        if s.maybe(0.6):
            s.curve((outer, 0), (outer + side * 0.08, -up), (outer + side * 0.22, -up + 0.03))
        else:
            s.line((outer, 0), (outer + side * 0.18, -up))
    inner = 0.3 - wide
    s.curve((0.5 - inner, 0), (0.5, -s.between(0.03, 0.1)), (0.5 + inner, 0))
    return s.on_pad()


def envelope(rng: np.random.Generator) -> list[Stroke]:
    """A rectangle with a flap; a stamp, a seal or lines as they come."""
    s = Sketch(rng)
    high = s.between(0.55, 0.75)
    s.polygon((0, 0), (1, 0), (1, high), (0, high))
    fold = s.between(0.5, 0.7) * high
    s.line((0, 0), (0.5, fold), (1, 0))
    if s.maybe(0.4):
        s.line((0, high), (0.38, 0.75 * fold))
        s.line((1, high), (0.62, 0.75 * fold))
    if s.maybe(0.3):
        s.loop((0.5, fold), (0.07, 0.07))
    if s.maybe(0.25):
        s.line((0, 0), (0.5, -s.between(0.25, 0.4)), (1, 0))
    return s.on_pad()
