"""What is called no digit stays none elsewhere on the pad, and mostly with a thicker brush."""

from collections.abc import Sequence

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import assume, given

from deq.digits import NotADrawing, prepare, render
from deq.digits.others import taught
from deq.digits.others.held_out import HELD_OUT
from deq.digits.strokes import PAD, Stroke
from deq.models import load
from deq.models.digits import Digits
from deq.models.verdict import Verdict
from tests.digits.others.test_families import DIGITS

FAMILIES = [
    *HELD_OUT.values(),
    *(family for kind in taught(DIGITS).values() for family in kind),
]
THINNEST = 10  # of the page's brush; the thickest is four times as wide


@pytest.fixture(scope="module")
def model() -> Digits:
    return load("digits")


def called(model: Digits, strokes: Sequence[Stroke], width: float) -> Verdict:
    """The verdict on a drawing; what is refused as a picture is not called a digit."""
    try:
        return model.predict(prepare(render(strokes, PAD, width))).verdict
    except NotADrawing:
        return "not a digit"


def test_a_brush_twice_as_wide_makes_few_digits_of_drawings_that_were_none(model: Digits) -> None:
    """With a thick brush a small square is a ring: 12 of 738 are then called a digit."""
    rng = np.random.default_rng(0)
    before = after = 0
    for family in FAMILIES:
        for _ in range(4):
            strokes, width = family(rng), int(rng.integers(THINNEST, 2 * THINNEST + 1))
            if called(model, strokes, width) == "not a digit":
                before += 1
                after += called(model, strokes, 2 * width) == "digit"
    assert before > 500
    assert after / before <= 0.03


@given(
    family=st.sampled_from(FAMILIES),
    seed=st.integers(0, 2**32 - 1),
    width=st.integers(THINNEST, 2 * THINNEST),
    right=st.integers(-40, 40),
    down=st.integers(-40, 40),
)
def test_another_place_makes_no_digit_of_it(model, family, seed, width, right, down) -> None:
    strokes = family(np.random.default_rng(seed))
    assume(called(model, strokes, width) == "not a digit")
    points = np.concatenate(strokes)
    room = PAD - width  # what leaves the pad is another drawing
    least, most = width - points.min(0), room - points.max(0)
    assume((least <= most).all())
    step = np.clip([right, down], least, most)
    assert called(model, [stroke + step for stroke in strokes], width) != "digit"
