"""Drawings of every kind, put on the pad by a link, and what the page says of them."""

from collections.abc import Iterator

import numpy as np
import pytest

from deq.digits.others import Family, scribbles, taught
from deq.digits.others.held_out import HELD_OUT
from deq.digits.strokes import Strokes
from pages.parts.pad.link import encode
from tests.digits.others.test_families import DIGITS
from tests.pages.draw.test_draw import answer, words

WIDTH = 14
NEVER_TAUGHT = HELD_OUT | {family.__name__: family for family in scribbles.UNSEEN}
TAUGHT = {
    f"{kind}: {family.__name__}": family
    for kind, families in taught(DIGITS).items()
    for family in families
}

# What it still takes for digits, if only perhaps; a network that does not shortens this list.
TAKEN = {"ampersand": "perhaps for an 8"}
KINDS = [
    pytest.param(name, marks=pytest.mark.xfail(reason=TAKEN[name], raises=AssertionError))
    if name in TAKEN
    else name
    for name in (*NEVER_TAUGHT, *TAUGHT)
]


def links(family: Family) -> Iterator[str]:
    """Links to drawings of one kind, by seed; drawings that are too long for one have none."""
    for seed in range(100):
        strokes: Strokes = family(np.random.default_rng(seed))
        if link := encode(strokes, [WIDTH] * len(strokes)):
            yield link


@pytest.mark.parametrize("name", KINDS)
def test_a_drawing_of_every_kind_is_no_digit_on_the_page(open_page, name):
    drawings = links((NEVER_TAUGHT | TAUGHT)[name])
    for _ in range(1 if name in TAUGHT else 2):
        app = open_page("draw", ink=next(drawings))
        assert not app.exception
        assert "Looks like" not in words(app), name
        assert answer(app) == "–"
