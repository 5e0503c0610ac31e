"""Pieces that stand side by side: the digits of a number are, the strokes of one digit are not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deq.digits import render
from deq.digits.pictures.apart import apart
from deq.digits.strokes import Strokes
from tests.digits.hand_made import DIGITS, TURN, ellipse, in_a_row, line, moved

NUMBERS = ["42", "11", "10", "88", "57", "314", "1234"]
DOT = line((140, 60))
STEM = line((140, 110), (140, 220))
ONE_PIECE: dict[str, Strokes] = {
    **{str(digit): moved(DIGITS[digit], 90, 70) for digit in DIGITS},
    "a 4 whose strokes do not touch": [
        line((120, 50), (90, 150), (170, 150)),
        line((150, 175), (150, 250)),
    ],
    "a 5 whose bar flies": [
        np.concatenate([line((110, 90), (105, 140)), ellipse(130, 180, 40, 45, -2.2, 4.8)]),
        line((125, 55), (195, 45)),
    ],
    "a 5 whose bar flies to the right": [
        np.concatenate([line((90, 80), (85, 130)), ellipse(110, 170, 40, 45, -2.2, 4.8)]),
        line((170, 75), (220, 70)),
    ],
    "a 7 whose bar is apart": [line((80, 60), (190, 60), (120, 230)), line((180, 150), (230, 150))],
    "an i": [STEM, DOT],
    "a colon": [DOT, *moved([DOT], 0, 100)],
    "a digit and a full stop": [STEM, line((200, 215))],
    "a smiley": [
        ellipse(140, 140, 100, 100, 0, TURN),
        line((105, 105), (105, 120)),
        line((175, 105), (175, 120)),
        ellipse(140, 150, 50, 40, 0.4, 2.3),
    ],
    "a smiley without a frame": [
        line((100, 80), (100, 110)),
        line((180, 80), (180, 110)),
        ellipse(140, 140, 80, 70, 0.4, 2.3),
    ],
    "a house": [
        line((60, 130), (60, 240), (220, 240), (220, 130), (60, 130), (140, 40), (220, 130)),
        line((100, 200), (100, 180)),
        line((160, 160), (190, 160), (190, 190), (160, 190), (160, 160)),
    ],
    "a scribble": [line((60, 60), (220, 90), (80, 140), (210, 180), (70, 230), (200, 60))],
    "one digit above another": [ellipse(140, 70, 30, 40, 0, TURN), line((140, 150), (140, 240))],
    "steps": [line((60, 40), (60, 120)), line((200, 160), (200, 240))],
    "nothing": [],
}


@pytest.mark.parametrize("brush", [8, 20])
@pytest.mark.parametrize("name", ONE_PIECE)
def test_one_thing_is_not_taken_apart(name: str, brush: int) -> None:
    assert apart(render(ONE_PIECE[name], 280, brush)) == []


def test_a_text_of_five_pieces_is_left_alone() -> None:
    assert apart(render(in_a_row("11111", 60, 20), 280, 8)) == []


@pytest.mark.parametrize("number", NUMBERS)
def test_each_digit_of_a_number_is_a_piece_in_its_place(number: str) -> None:
    strokes = in_a_row(number, 80, 25)
    parts = apart(render(strokes, 280, 10))
    expected, rest = [], list(strokes)
    for digit in number:
        count = len(DIGITS[int(digit)])
        expected.append(render(rest[:count], 280, 10))
        rest = rest[count:]
    assert len(parts) == len(expected)
    for part, alone in zip(parts, expected, strict=True):
        np.testing.assert_array_equal(part, alone)


def test_a_dot_between_digits_is_left_out() -> None:
    two = in_a_row("42")
    with_dot = apart(render([*two, line((140, 182))], 280, 10))
    for part, alone in zip(with_dot, apart(render(two, 280, 10)), strict=True):
        np.testing.assert_array_equal(part, alone)


def test_slanted_digits_whose_columns_overlap_are_two() -> None:
    slanted = [line((130, 60), (100, 200)), line((160, 60), (130, 200))]
    assert len(apart(render(slanted, 280, 10))) == 2


@pytest.mark.parametrize("side", [100, 140, 560])
def test_the_size_of_the_picture_does_not_matter(side: int) -> None:
    drawing = render([stroke * (side / 280) for stroke in in_a_row("42")], side, 10 * side / 280)
    assert [part.shape for part in apart(drawing)] == [(side, side, 4)] * 2


@given(
    number=st.sampled_from(NUMBERS),
    dx=st.integers(-12, 12),
    dy=st.integers(-80, 80),
    brush=st.integers(6, 10),
    seed=st.integers(0, 99),
)
@settings(max_examples=40)
def test_neither_place_nor_brush_nor_order_of_strokes_matters(
    number: str, dx: int, dy: int, brush: int, seed: int
) -> None:
    strokes = in_a_row(number, 80, 28)
    there = moved(strokes, dx, dy)
    rng = np.random.default_rng(seed)
    shuffled = [there[k] for k in rng.permutation(len(strokes))]
    here = apart(render(strokes, 280, brush))
    same = apart(render(shuffled, 280, brush))
    assert len(here) == len(same) == len(apart(render(shuffled, 280, 2 * brush))) == len(number)
    for one, other in zip(here, same, strict=True):
        np.testing.assert_array_equal(np.roll(one, (dy, dx), (0, 1)), other)


@given(name=st.sampled_from(list(ONE_PIECE)), dx=st.integers(-40, 40), dy=st.integers(-30, 30))
@settings(max_examples=40)
def test_one_thing_stays_one_where_it_is_moved(name: str, dx: int, dy: int) -> None:
    assert apart(render(moved(ONE_PIECE[name], dx, dy), 280, 12)) == []


@given(specks=st.lists(st.tuples(st.integers(0, 279), st.integers(0, 279)), max_size=60))
def test_specks_are_no_pieces(specks: list[tuple[int, int]]) -> None:
    drawing = render([], 280, 10)
    for row, column in specks:
        drawing[row, column, :3] = 255
    assert len(apart(drawing)) <= 4


def test_specks_alone_are_nothing() -> None:
    drawing = render([], 280, 10)
    drawing[[20, 40, 60], [20, 100, 200], :3] = 255
    assert apart(drawing) == []
