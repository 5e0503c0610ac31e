"""Single letters and signs of several alphabets."""

from __future__ import annotations

import functools

import numpy as np

from deq.digits.others.curves import Family, Strokes, by_hand
from deq.digits.others.fonts import SHOWN, SIGNS, glyphs


@functools.cache
def _choice(alphabet: str) -> list[Strokes]:
    fonts = SIGNS if alphabet == "signs" else SHOWN[alphabet]
    return [strokes for font in fonts for strokes in glyphs(alphabet, font).values()]


def glyph(rng: np.random.Generator, alphabet: str) -> Strokes:
    """A random glyph of an alphabet, in the font's units."""
    choice = _choice(alphabet)
    return choice[int(rng.integers(len(choice)))]


@by_hand
def latin(rng: np.random.Generator) -> Strokes:
    """Latin letters and signs, with and without serifs."""
    return glyph(rng, "latin")


@by_hand
def script(rng: np.random.Generator) -> Strokes:
    """Joined handwriting's letters."""
    return glyph(rng, "script")


@by_hand
def gothic(rng: np.random.Generator) -> Strokes:
    """Blackletter."""
    return glyph(rng, "gothic")


@by_hand
def greek(rng: np.random.Generator) -> Strokes:
    """Greek letters."""
    return glyph(rng, "greek")


@by_hand
def cyrillic(rng: np.random.Generator) -> Strokes:
    """Cyrillic letters."""
    return glyph(rng, "cyrillic")


@by_hand
def japanese(rng: np.random.Generator) -> Strokes:
    """Kana and some kanji."""
    return glyph(rng, "japanese")


@by_hand
def signs(rng: np.random.Generator) -> Strokes:
    """Signs of mathematics, maps, planets and the zodiac."""
    return glyph(rng, "signs")


FAMILIES: tuple[Family, ...] = (latin, script, gothic, greek, cyrillic, japanese, signs)
