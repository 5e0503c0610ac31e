"""Kinds of drawings for tests only: they are never trained on, nor used to choose anything."""

from deq.digits.others.held_out.living import (
    apple,
    butterfly,
    cat,
    fish,
    mushroom,
    snail,
    stick_figure,
    tree,
)
from deq.digits.others.held_out.signs import (
    ampersand,
    at_sign,
    letter_k,
    letter_r,
    letter_w,
    musical_note,
    omega,
    percent,
    question_mark,
)
from deq.digits.others.held_out.sketch import Family
from deq.digits.others.held_out.things import (
    anchor,
    bell,
    candle,
    car,
    cup,
    envelope,
    glasses,
    house,
    key,
    sailboat,
    umbrella,
)
from deq.digits.strokes import Stroke

__all__ = ["HELD_OUT", "Family", "Stroke"]

HELD_OUT: dict[str, Family] = {
    family.__name__.replace("_", " "): family
    for family in (
        *(cat, house, tree, fish, sailboat, car, umbrella, cup, key, mushroom, butterfly, snail),
        *(stick_figure, candle, bell, apple, anchor, glasses, envelope),
        *(question_mark, ampersand, percent, at_sign, musical_note),
        *(letter_r, letter_k, letter_w, omega),
    )
}
"""Kinds of drawings that are not digits, by name; each makes strokes on the pad from a seed."""
