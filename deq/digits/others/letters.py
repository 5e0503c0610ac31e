"""Single letters and signs of several alphabets."""

from __future__ import annotations

import functools

import numpy as np

from deq.digits.others.curves import Family, by_hand
from deq.digits.others.fonts import SHOWN, SIGNS, glyphs
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


FAMILIES: tuple[Family, ...] = tuple(map(letter, (*SHOWN, "signs")))
