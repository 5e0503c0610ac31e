"""More than one digit on the pad is told so, and one digit never is."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deq.digits import example, prepare, render
from deq.digits.corpus import pen_split, scaled_to_pad
from deq.digits.examples import EXAMPLES
from deq.digits.pen import PenDigit
from deq.digits.pictures.apart import apart
from deq.digits.strokes import Strokes
from deq.models import Digits, load
from deq.models.several import digits_of, unless_several
from tests.digits.hand_made import in_a_row, line, moved
from tests.digits.pictures.test_apart import ONE_PIECE


@pytest.fixture(scope="module")
def model() -> Digits:
    return load("digits")


@pytest.fixture(scope="module")
def unseen(data: Path) -> list[PenDigit]:
    return pen_split(data)[2]


@pytest.mark.parametrize(
    ("number", "ends"),
    [
        ("42", "it looks like a 4 and a 2."),
        ("11", "it looks like a 1 and a 1."),
        ("10", "it looks like a 1 and a 0."),
        ("83", "it looks like an 8 and a 3."),
        ("314", "it looks like a 3, a 1 and a 4."),
    ],
)
def test_a_number_is_told_so_whatever_is_read_in_the_whole(
    model: Digits, number: str, ends: str
) -> None:
    drawing = render(in_a_row(number, 80), 280, 10)
    whole = model.predict(prepare(drawing), record=False)
    for verdict in ("digit", "unsure", "not a digit"):
        object.__setattr__(whole, "verdict", verdict)
        told = unless_several(whole, model, drawing)
        assert told.verdict == "not a digit"
        assert told.reason == f"That is more than one digit: {ends}"
        assert told.solution is whole.solution


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_answer_to_an_example_stays_as_it_is(model: Digits, name: str) -> None:
    drawing = example(name)
    read = model.predict(prepare(drawing), record=False)
    assert unless_several(read, model, drawing) is read


@pytest.mark.parametrize("name", [name for name in ONE_PIECE if name != "nothing"])
def test_one_thing_is_not_called_several(model: Digits, name: str) -> None:
    assert digits_of(model, render(ONE_PIECE[name], 280, 16)) == []


@pytest.mark.parametrize(
    "other",
    [
        [line((190, 95), (250, 185)), line((250, 95), (190, 185))],
        [line((180, 95), (240, 110), (185, 135), (235, 150), (190, 175), (240, 185), (180, 95))],
    ],
    ids=["x", "a scribble"],
)
def test_a_digit_beside_something_else_is_not_a_number(model: Digits, other: Strokes) -> None:
    four = moved(in_a_row("4"), -70, 0)
    drawing = render([*four, *other], 280, 10)
    assert len(apart(drawing)) == 2
    assert digits_of(model, drawing) == []


@given(dx=st.integers(-30, 30), dy=st.integers(-80, 80), brush=st.integers(6, 11))
@settings(max_examples=15)
def test_neither_place_nor_brush_changes_what_is_told(
    model: Digits, dx: int, dy: int, brush: int
) -> None:
    strokes = moved(in_a_row("42"), dx, dy)
    for width in (brush, 2 * brush):
        assert digits_of(model, render(strokes, 280, width)) == [4, 2]


def test_of_the_digits_of_unseen_writers_none_is_called_several(
    model: Digits, unseen: list[PenDigit]
) -> None:
    rng = np.random.default_rng(0)
    for digit in unseen[::3]:
        drawing = render(scaled_to_pad(digit), 280, float(rng.uniform(8, 30)))
        assert digits_of(model, drawing) == []


def test_pairs_of_digits_of_unseen_writers_are_told_so(
    model: Digits, unseen: list[PenDigit]
) -> None:
    rng = np.random.default_rng(1)
    told = 0
    for _ in range(100):
        brush, gap = rng.uniform(8, 14), rng.uniform(6, 30)
        row: Strokes = []
        right = 0.0
        for digit in rng.choice(len(unseen), 2):
            strokes = unseen[digit].strokes
            low, high = (f([f(s, axis=0) for s in strokes], axis=0) for f in (np.min, np.max))
            scale = rng.uniform(60, 120) / float((high - low).max())
            drawn = [(stroke - low) * scale for stroke in strokes]
            row += moved(drawn, right, 140 - (high - low)[1] * scale / 2)
            right = max(float(stroke[:, 0].max()) for stroke in row) + brush + gap
        drawing = render(moved(row, 140 - right / 2, 0), 280, float(brush))
        told += bool(digits_of(model, drawing))
    assert told >= 85
