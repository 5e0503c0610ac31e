"""Single letters and signs of several alphabets, and letters with a mark."""

from __future__ import annotations

import functools

import numpy as np

from deq.digits.others.curves import Family, arc, box, by_hand, line
from deq.digits.others.fonts import SHOWN, SIGNS, font_strokes, glyphs
from deq.digits.strokes import Strokes


@functools.cache
def _choice(alphabet: str) -> list[Strokes]:
    fonts = SIGNS if alphabet == "signs" else SHOWN[alphabet]
    return [strokes for font in fonts for strokes in glyphs(alphabet, font).values()]


def glyph(rng: np.random.Generator, alphabet: str) -> Strokes:
    """A random glyph of an alphabet, in the font's units."""
    choice = _choice(alphabet)
    return choice[int(rng.integers(len(choice)))]


def letter(alphabet: str) -> Family:
    """The family of an alphabet's glyphs; it has the alphabet's name."""

    @by_hand
    def family(rng: np.random.Generator) -> Strokes:
        return glyph(rng, alphabet)

    family.__name__ = alphabet
    return family


# Even where the bare letter may be a digit, as S, Z and O: with a mark no reader takes it for one.
# Kept for tests: R, K, W. A bare stem, or a letter with a dot of its own, may be a 1.
_MARKED = "ABCDEFGHJLMNOPQSTUVXYZ" + "abcdefghmnopqstuvxyz"
_PLAIN = ("rowmans", "futural", "timesr", "timesi")


@by_hand
def marked(rng: np.random.Generator) -> Strokes:
    """A letter with a mark below, as ḍ, ẹ, ṣ or ẓ, or with dots or a ring above, as ä, å or ż."""
    strokes = font_strokes(str(rng.choice(_PLAIN)))[str(rng.choice(list(_MARKED)))]
    low, high = box(strokes)
    below = rng.random() < 0.7
    size, gap = rng.uniform(0.6, 1.8), rng.uniform(5, 9)  # a capital is 21 high
    y = high[1] + gap + size if below else low[1] - gap - size
    x = (low[0] + high[0]) / 2 + rng.normal(0, 1.5)
    two = rng.random() < (0.2 if below else 0.6)
    places = [x - 3.5, x + 3.5] if two else [x]
    if below and not two and rng.random() < 0.3:  # a short line, as in ḻ
        return [*strokes, line((x - 2 * size, y), (x + 2 * size, y + rng.normal(0, 0.3)))]
    return [*strokes, *(arc(at, y, size) for at in places)]


FAMILIES: tuple[Family, ...] = (*map(letter, (*SHOWN, "signs")), marked, marked)
