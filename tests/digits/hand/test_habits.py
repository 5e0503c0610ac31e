"""Each habit changes what it says, and nothing else."""

import numpy as np
import pytest

from deq.digits.hand import habits
from deq.digits.hand.habits import HABITS
from deq.digits.strokes import Strokes, lengths, unit
from tests.digits.hand_made import DIGITS

CASES = [(name, int(digit)) for name, habit in HABITS.items() for digit in habit.digits]
# A digit of one stroke has nothing to join.
CHANGED = [case for case in CASES if case not in {("join", 0), ("join", 8), ("join", 9)}]


def changed(habit: habits.Change, digit: int, seed: int = 0) -> tuple[Strokes, Strokes]:
    strokes = unit(DIGITS[digit])
    return strokes, habit(strokes, np.random.default_rng(seed))


def size(strokes: Strokes) -> np.ndarray:
    return np.ptp(np.concatenate(strokes), axis=0)


def turning(stroke: np.ndarray) -> float:
    """All turns of a stroke added up, with their signs."""
    angles = np.arctan2(*np.diff(stroke, axis=0).T[::-1])
    return float(((np.diff(angles) + np.pi) % (2 * np.pi) - np.pi).sum())


@pytest.mark.parametrize(("name", "digit"), CHANGED)
def test_strokes_stay_finite_and_whole_and_a_seed_repeats_them(name: str, digit: int) -> None:
    strokes, first = changed(HABITS[name].change, digit)
    before = [stroke.copy() for stroke in strokes]
    again = HABITS[name].change(strokes, np.random.default_rng(0))
    for stroke, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(stroke, other)
    for stroke, other in zip(strokes, before, strict=True):  # not changed in place
        np.testing.assert_array_equal(stroke, other)
    for stroke in first:
        assert np.isfinite(stroke).all()
        assert np.hypot(*np.diff(stroke, axis=0).T).max() < 0.3  # no jump
    assert size(first).max() < 1.5
    assert len(first) != len(strokes) or any(
        a.shape != b.shape or not np.allclose(a, b) for a, b in zip(first, strokes, strict=True)
    )


@pytest.mark.parametrize("name", [name for name in HABITS if name not in ("join", "plain one")])
def test_another_seed_changes_otherwise(name: str) -> None:
    digit = int(HABITS[name].digits[0])
    ends = {
        np.concatenate(changed(HABITS[name].change, digit, seed)[1]).tobytes() for seed in range(6)
    }
    assert len(ends) > 1


@pytest.mark.parametrize("name", HABITS)
def test_a_dot_and_a_short_line_are_no_obstacle(name: str) -> None:
    line = np.array([[0.0, 0.0], [3.0, 1.0]])
    for strokes in ([line], [line, line[:1]], [line[:1], line], [line[:1]]):
        for seed in range(5):
            out = HABITS[name].change(unit(strokes), np.random.default_rng(seed))
            assert all(np.isfinite(stroke).all() and len(stroke) for stroke in out)


def test_an_unfinished_stroke_lacks_5_to_12_percent_of_one_end() -> None:
    for seed in range(20):
        (whole,), (less,) = changed(habits.unfinished, 3, seed)
        assert 0.87 < lengths(less)[-1] / lengths(whole)[-1] < 0.955
        kept = [np.allclose(less[end], whole[end]) for end in (0, -1)]
        assert sum(kept) == 1


def test_a_curl_is_added_at_one_end() -> None:
    for seed in range(20):
        (plain,), (curled,) = changed(habits.curl, 3, seed)
        more = len(curled) - len(plain)
        assert more > 2
        assert np.array_equal(curled[:-more], plain) or np.array_equal(curled[more:], plain)


@pytest.mark.parametrize("digit", [2, 3, 4, 7])
def test_a_loop_turns_the_long_way_round(digit: int) -> None:
    strokes, looped = changed(habits.loop, digit)
    assert abs(turning(looped[0]) - turning(strokes[0])) == pytest.approx(2 * np.pi, abs=0.3)


@pytest.mark.parametrize(("name", "digit"), [("open loop", 0), ("open loop", 6), ("open loop", 8)])
def test_a_loop_is_left_open(name: str, digit: int) -> None:
    def gap(stroke: np.ndarray) -> float:
        return float(np.hypot(*(stroke[:-12] - stroke[-1]).T).min())

    (closed,), (opened,) = changed(HABITS[name].change, digit)
    assert gap(closed) < 0.05
    assert 0.07 < gap(opened) < 0.2
    np.testing.assert_array_equal(opened, closed[: len(opened)])


def test_an_open_nine_begins_later() -> None:
    (closed,), (opened,) = changed(HABITS["open loop of a nine"].change, 9)
    np.testing.assert_array_equal(opened, closed[len(closed) - len(opened) :])
    assert np.hypot(*(opened[12:] - opened[0]).T).min() > 0.07


@pytest.mark.parametrize("digit", [8, 9])
def test_a_lead_in_is_a_straight_line_to_where_the_pen_began(digit: int) -> None:
    for seed in range(20):
        (plain,), (longer,) = changed(habits.lead_in, digit, seed)
        begun = longer[: len(longer) - len(plain) + 1]
        np.testing.assert_array_equal(longer[len(begun) - 1 :], plain)
        assert 0.08 <= lengths(begun)[-1] <= 0.25
        assert np.hypot(*(begun[-1] - begun[0])) == pytest.approx(lengths(begun)[-1])


def test_a_shallow_three_has_both_its_bows_and_less_of_the_notch_between() -> None:
    (plain,) = unit(DIGITS[3])
    middle = slice(len(plain) // 3, 2 * len(plain) // 3)
    depth = plain[:, 0].max() - plain[middle, 0].min()
    for seed in range(20):
        (shallow,) = changed(habits.shallow, 3, seed)[1]
        np.testing.assert_array_equal(shallow[:, 1], plain[:, 1])
        left = shallow[:, 0].max() - shallow[middle, 0].min()
        assert 0.1 * depth < left < 0.75 * depth
        np.testing.assert_allclose(shallow[[0, -1]], plain[[0, -1]], atol=0.01)


@pytest.mark.parametrize("digit", [3, 6, 8, 9])
def test_narrow_digits(digit: int) -> None:
    for seed in range(10):
        width, height = size(changed(habits.narrow, digit, seed)[1])
        assert 0.34 < width / height < 0.61


def test_a_five_and_a_four_are_written_without_lifting_the_pen() -> None:
    assert len(changed(habits.join, 5)[1]) == 1
    assert len(changed(habits.join_four, 4)[1]) == 1


def test_ones_with_flag_with_foot_and_without() -> None:
    (stem,) = changed(habits.plain_one, 1)[1]
    assert np.ptp(stem[:, 0]) < 0.05
    for seed in range(10):
        (flagged,) = changed(habits.flag, 1, seed)[1]
        across, down = flagged[0] - stem[0]
        assert -0.4 < across < 0
        assert 0.05 < down < 0.4
        footed = np.concatenate(changed(habits.foot, 1, seed)[1])
        bottom = footed[footed[:, 1] > stem[-1, 1] - 0.1]
        assert 0.2 < np.ptp(bottom[:, 0]) < 0.85
        assert bottom[:, 0].min() < stem[-1, 0] - 0.1
        assert bottom[:, 0].max() > stem[-1, 0] + 0.1


def test_sevens_with_every_kind_of_bar() -> None:
    stem = unit(DIGITS[7])[0]
    kinds = set()
    for seed in range(40):
        strokes = changed(habits.bar, 7, seed)[1]
        np.testing.assert_array_equal(strokes[0][: len(stem)], stem)
        extra = np.concatenate([strokes[0][len(stem) :], *strokes[1:]])
        closed = len(strokes) == 2 and np.ptp(strokes[1][:, 1]) > 0.1
        kinds.add((len(strokes), len(extra) > 0, closed))
        if len(extra):  # it crosses the stem
            y = extra[np.argmax(extra[:, 0]), 1]
            x = stem[np.argmin(np.abs(stem[:, 1] - y)), 0]
            assert extra[:, 0].min() < x < extra[:, 0].max()
    assert kinds >= {(1, False, False), (2, True, False), (1, True, False), (2, True, True)}


def test_a_fast_pen_rounds_corners_and_a_slow_one_makes_them() -> None:
    def sharpest(strokes: Strokes) -> float:
        way = np.diff(strokes[0], axis=0)
        angles = np.arctan2(way[:, 1], way[:, 0])
        return float(np.abs((np.diff(angles) + np.pi) % (2 * np.pi) - np.pi).max())

    corner, rounded = changed(habits.fast, 7)
    assert sharpest(rounded) < 0.8 * sharpest(corner)
    circle, polygon = changed(habits.angular, 0)
    assert sharpest(polygon) > 1.5 * sharpest(circle)


def test_an_unsteady_hand_moves_neighbours_alike() -> None:
    (steady,), (moved,) = changed(habits.unsteady, 0)
    shift = moved - steady
    assert 0.01 < np.hypot(*shift.T).max() < 0.2
    assert np.hypot(*np.diff(shift, axis=0).T).max() < 0.02
