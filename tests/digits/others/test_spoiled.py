"""What is spoiled is no digit; what is several is wider than one."""

import numpy as np
import pytest

from deq.digits.others import several, spoiled
from deq.digits.others.curves import arc, box, line
from deq.digits.pen import PenDigit

ONE = PenDigit(1, 1, (np.array([[250.0, 50.0], [240.0, 450.0]], np.float32),))


@pytest.mark.parametrize(
    ("what", "stroke", "kept"),
    [
        ("an arch", arc(0, 0, 50, 50, 180, 360), True),
        ("a C", arc(0, 0, 50, 50, 60, 300), True),
        ("an L", line((0, 0), (0, 60), (60, 60)), True),
        ("a 1", line((0, 0), (2, 50), (-3, 100)), False),
        ("a 7", line((0, 0), (60, 0), (40, 60), (30, 90)), False),
        ("a right bracket", arc(0, 0, 50, 50, -90, 90), False),
        ("a 0", arc(0, 0, 40, 60, 0, 345), False),
        (
            "an S",
            np.concatenate([arc(0, -30, 30, 30, -30, -270), arc(0, 30, 30, 30, 270, 510)]),
            False,
        ),
    ],
)
def test_only_bows_that_are_no_digit_count_as_unfinished(what: str, stroke, kept: bool) -> None:
    assert spoiled.is_bow(stroke) is kept, what


def test_a_beginning_has_its_share_of_the_length() -> None:
    strokes = [line((0, 0), (0, 10), (0, 20), (0, 30)), line((5, 0), (5, 10), (5, 20))]
    (begun,) = spoiled.beginning(strokes, 0.45)
    np.testing.assert_array_equal(begun, strokes[0][:3])
    assert len(spoiled.beginning(strokes, 0.9)) == 2


def test_two_ones_never_lie_in_one_place() -> None:
    two_digits = several.families([ONE])[0]
    for seed in range(60):
        left, right = two_digits(np.random.default_rng(seed))
        assert left.mean(0)[0] + 5 < right.mean(0)[0]


def test_a_digit_is_made_as_high_as_asked() -> None:
    low, high = box(several.sized(ONE, 80))
    np.testing.assert_allclose(low, 0, atol=1e-9)
    assert high[1] == pytest.approx(80)


def test_a_blot_stands_beside_or_above_a_begun_digit_and_never_below() -> None:
    """Below, it would make a question mark: a kind that is kept for tests."""
    points = [[120, 200], [150, 80], [300, 60], [350, 180], [250, 300], [120, 440], [380, 440]]
    twos = [PenDigit(label, 1, (np.array(points, np.float32),)) for label in range(10)]
    (blotted,) = {f for f in spoiled.families(twos) if f.__name__ == "blotted"}
    for seed in range(60):
        begun, blot = blotted(np.random.default_rng(seed))
        assert np.ptp(blot, axis=0).max() < 0.8 * np.ptp(begun, axis=0).max()
        assert np.hypot(*(begun[:, None] - blot[None]).T).min() > 3  # apart
        x, y = blot.mean(0)
        assert y < begun[:, 1].max() or not begun[:, 0].min() < x < begun[:, 0].max()
