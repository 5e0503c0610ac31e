"""Drawings that are no digits: what the digit network is taught to refuse.

Each kind has families; a family is a function of a random generator that draws strokes on the
pad. Kept for tests, and so in no family: cat, house, tree, fish, sailboat, car, umbrella, cup, key,
mushroom, butterfly, snail, stick figure, candle, bell, apple, anchor, glasses, envelope, the
letters R, K, W, omega, the signs ? & % @, musical notes, and the scribbles `scribbles.UNSEEN`.
What is near a digit, as an apple is near 0, is learned from other things that are: `near`.
"""

from __future__ import annotations

from collections.abc import Sequence

from deq.digits.others import (
    faces,
    letters,
    nature,
    near,
    scribbles,
    several,
    shapes,
    spoiled,
    things,
    words,
)
from deq.digits.others.curves import Family
from deq.digits.pen import PenDigit

SHARES = {"near digits": 3}
"""How often a kind is drawn in training, where not once for each other kind."""


def taught(digits: Sequence[PenDigit]) -> dict[str, tuple[Family, ...]]:
    """The families that the network is taught, by kind.

    Parameters
    ----------
    digits : sequence of PenDigit
        The digits of which several are drawn at once, or one is spoiled: some of each of the ten,
        by writers of the training data. If there are none, these two kinds are left out.

    Returns
    -------
    dict of str to tuple of callables

    Examples
    --------
    >>> list(taught(()))
    ['scribbles', 'letters', 'words', 'shapes', 'faces', 'things', 'near digits']
    """
    kinds = {
        "scribbles": scribbles.TRAINED,
        "letters": letters.FAMILIES,
        "words": words.FAMILIES,
        "shapes": shapes.FAMILIES,
        "faces": faces.FAMILIES,
        "things": nature.FAMILIES + things.FAMILIES,
        "near digits": near.FAMILIES,
    }
    if digits:
        kinds["several digits"] = several.families(digits)
        kinds["spoiled"] = spoiled.families(digits)
    return kinds
