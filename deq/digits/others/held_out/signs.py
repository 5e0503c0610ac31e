"""Signs and letters as people write them; none of them is a digit to a reader."""

from __future__ import annotations

import numpy as np

from deq.digits.others.held_out.sketch import Sketch
from deq.digits.strokes import Stroke


def question_mark(rng: np.random.Generator) -> list[Stroke]:
    """A hook over a dot."""
    s = Sketch(rng)
    wide, low, lean = s.between(0.16, 0.38), s.between(0.55, 0.74), s.between(-0.08, 0.1)
    curl = s.between(0.12, 0.38)
    if s.maybe(0.3):  # with a curl where it begins
        s.loop((0.5 - wide + 0.05, curl), (0.05, 0.05))
    turn = s.between(0.36, 0.5)
    hook = [(0.5 - wide, curl), (0.5 - 0.6 * wide, 0.06), (0.5, 0.0), (0.5 + wide, 0.2)]
    s.curve(*hook, (0.56, turn), (0.5, turn + 0.1), (0.5 + lean, low + 0.04))
    at = (0.5 + 1.6 * lean, s.between(0.86, 1.0))
    if s.maybe():
        s.loop(at, (0.035, 0.035))
    else:
        s.blot(at, (0.04, 0.04))
    return s.on_pad()


def ampersand(rng: np.random.Generator) -> list[Stroke]:
    """The printed form in one stroke, or a rounded E with a bar above and below."""
    s = Sketch(rng)
    if s.maybe(0.6):
        s.curve(
            *((0.95, 0.98), (0.6, 0.62), (0.3, 0.27), (0.35, 0.05), (0.52, 0.02), (0.6, 0.18)),
            *((0.45, 0.4), (0.15, 0.6), (0.12, 0.85), (0.4, 1.0), (0.7, 0.85)),
            (s.between(0.85, 0.95), s.between(0.5, 0.62)),
        )
    else:
        s.curve((0.7, 0.2), (0.45, 0.1), (0.25, 0.28), (0.5, 0.45))
        s.curve((0.5, 0.45), (0.15, 0.6), (0.25, 0.85), (0.5, 0.92), (0.78, 0.78))
        s.line((0.48, s.between(-0.05, 0)), (0.48, 0.12))
        s.line((0.48, 0.9), (0.48, s.between(1.02, 1.1)))
    return s.on_pad()


def percent(rng: np.random.Generator) -> list[Stroke]:
    """A slash between two rings."""
    s = Sketch(rng)
    high = s.between(0.1, 0.17)
    s.line((s.between(0.75, 0.9), 0.0), (s.between(0.1, 0.25), 1.0))
    s.loop((0.2, 0.22), (s.between(0.1, 0.17), high))
    s.loop((0.8, 0.78), (s.between(0.1, 0.17), high))
    return s.on_pad()


def at_sign(rng: np.random.Generator) -> list[Stroke]:
    """An a with a tail that goes around it."""
    s = Sketch(rng)
    if s.maybe():
        s.loop((0.49, 0.52), (s.between(0.13, 0.17), 0.16))
    else:
        s.curve((0.64, 0.42), (0.48, 0.34), (0.34, 0.54), (0.46, 0.68), (0.62, 0.58), (0.65, 0.42))
    around = [(0.95, 0.42), (0.8, 0.14), (0.5, 0.03), (0.16, 0.18), (0.04, 0.52), (0.18, 0.86)]
    end = s.between(0.6, 0.85)
    s.curve(
        (0.66, 0.35), (0.66, 0.58), (0.75, 0.69), (0.89, 0.62), *around, (0.45, 0.99), (end, 0.93)
    )
    return s.on_pad()


def musical_note(rng: np.random.Generator) -> list[Stroke]:
    """A quaver with its flag, or two quavers under one beam; the heads are filled."""
    s = Sketch(rng)
    wide, high = s.between(0.12, 0.16), s.between(0.08, 0.12)
    heads = [(0.2, 0.9), (0.85, s.between(0.78, 0.9))] if s.maybe(0.6) else [(0.3, 0.9)]
    for x, y in heads:
        s.blot((x, y), (wide, high))
        s.loop((x, y), (wide, high))
        s.line((x + wide, y), (x + wide, y - 0.8))
    stem, top = heads[0][0] + wide, heads[0][1] - 0.8
    if len(heads) == 2:
        for beam in range(s.count(1, 2)):
            s.line((stem, top + 0.12 * beam), (heads[1][0] + wide, heads[1][1] - 0.8 + 0.12 * beam))
    else:
        for flag in range(s.count(1, 2)):
            y = top + 0.16 * flag
            s.curve(
                (stem, y), (stem + 0.12, y + 0.16), (stem + 0.3, y + 0.24), (stem + 0.24, y + 0.4)
            )
    return s.on_pad()


def letter_r(rng: np.random.Generator) -> list[Stroke]:
    """A capital R: bow and leg in one stroke or two."""
    s = Sketch(rng)
    wide, waist = s.between(0.42, 0.65), s.between(0.42, 0.56)
    top = (0.15 - s.between(0, 0.12), 0.04)
    s.line((0.15, 0.0), (0.15, 1.0))
    bow = [top, (0.4, 0.0), (0.15 + wide, 0.22), (0.42, waist), (0.18, waist + 0.02)]
    leg = (0.2 + wide + s.between(-0.05, 0.15), 1.0)
    s.curve(*bow)
    s.line((s.between(0.2, 0.42), waist), leg)
    if s.maybe(0.25):
        _serifs(s, (0.15, 0.0), (0.15, 1.0), leg)
    return s.on_pad()


def letter_k(rng: np.random.Generator) -> list[Stroke]:
    """A capital K: arm and leg meet at the stem, or the leg leaves the arm."""
    s = Sketch(rng)
    wide, waist = s.between(0.45, 0.7), s.between(0.45, 0.62)
    arm, leg = (0.15 + wide, s.between(0, 0.08)), (0.2 + wide, 1.0)
    s.line((0.15, 0.0), (0.15, 1.0))
    if s.maybe():
        s.line(arm, (0.17, waist), leg)
    else:
        s.line(arm, (0.16, waist + 0.06))
        s.line((0.36, waist - 0.1), leg)
    if s.maybe(0.25):
        _serifs(s, (0.15, 0.0), (0.15, 1.0), arm, leg)
    return s.on_pad()


def letter_w(rng: np.random.Generator) -> list[Stroke]:
    """A W with corners, with rounded valleys, or of two crossing Vs."""
    s = Sketch(rng)
    high, middle = s.between(0.6, 0.9), s.between(0.0, 0.35)
    kind = s.count(0, 2)
    if kind == 0:
        s.line((0, 0), (0.25, high), (0.5, middle), (0.75, high), (1.0, 0))
    elif kind == 1:
        s.curve((0, 0), (0.08, 0.7 * high), (0.25, high), (0.42, 0.7 * high), (0.5, middle))
        s.curve((0.5, middle), (0.58, 0.7 * high), (0.76, high), (0.92, 0.7 * high), (1.0, 0))
    else:
        s.line((0, 0), (0.3, high), (0.58, 0.05))
        s.line((0.42, 0.05), (0.7, high), (1.0, 0))
    if s.maybe(0.2):
        _serifs(s, (0, 0), (1, 0))
    return s.on_pad()


def omega(rng: np.random.Generator) -> list[Stroke]:
    """A capital Ω: an open ring on two feet."""
    s = Sketch(rng)
    gap, foot = s.between(0.1, 0.2), s.between(0.2, 0.32)
    left, right = 0.5 - gap, 0.5 + gap
    s.curve(
        *((left - foot, 1.0), (left, 0.97), (left - 0.06, 0.82), (0.12, 0.55), (0.16, 0.2)),
        *((0.5, 0.0), (0.84, 0.2), (0.88, 0.55), (right + 0.06, 0.82), (right, 0.97)),
        (right + foot, 1.0),
    )
    return s.on_pad()


def _serifs(s: Sketch, *ends: tuple[float, float]) -> None:
    for x, y in ends:
        s.line((x - 0.1, y), (x + 0.1, y))
