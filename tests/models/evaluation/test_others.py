"""What is counted for drawings that are not digits and for digits in strange ink."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from deq.digits.pen import PenDigit
from deq.digits.raster import render
from deq.models.digits import Digits, DigitsConfig
from deq.models.evaluation import others
from deq.models.evaluation.others import called_digits, drawings, painted_digits, read
from deq.models.verdict import Thresholds

DOT = [np.array([[100.0, 100.0]])]
LINE = [np.array([[100.0, 50.0], [120.0, 240.0]])]


@pytest.fixture
def trusting() -> Digits:
    """A network that calls everything a digit."""
    torch.manual_seed(0)
    limits = Thresholds(reject=0.0, accept=0.0)
    return Digits(DigitsConfig(channels=4, stem=(3, 4), thresholds=limits)).eval()


def test_a_drawing_that_prepare_refuses_is_not_called_a_digit(
    trusting: Digits, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mostly_dots() -> Callable[[np.random.Generator], list[np.ndarray]]:
        turn = iter([LINE, DOT, DOT, LINE, DOT])
        return lambda _: next(turn)

    seen: list[tuple[str, int, int]] = []
    monkeypatch.setattr(others, "DRAWINGS", 5)
    monkeypatch.setattr(
        others,
        "HELD_OUT",
        {"mostly dots": mostly_dots(), "line": lambda _: LINE, "dot": lambda _: DOT},
    )
    shares = called_digits(trusting, lambda *progress: seen.append(progress))
    assert shares == {"mostly dots": 2 / 5, "line": 1.0, "dot": 0.0}
    assert seen == [("other drawings", k, 3) for k in range(3)]


def test_readings_keep_the_order_of_the_drawings(trusting: Digits) -> None:
    verdicts = read(trusting, [render(DOT), render(LINE), render(DOT), render(LINE)])
    assert verdicts[0] == verdicts[2] == ("not a digit", None)
    assert verdicts[1] == verdicts[3]
    assert verdicts[1][0] == "digit"
    assert verdicts[1][1] in range(10)


def test_painted_digits_are_counted_of_all_digits(trusting: Digits) -> None:
    strokes = (np.array([[200.0, 50.0], [220.0, 450.0]], np.float32),)
    speck = (np.array([[200.0, 50.0]], np.float32),)
    [(_, named)] = read(trusting, [others.paint([strokes[0] * 0.56], brush=20)])
    assert named is not None
    digits = [
        PenDigit(named, 5, strokes),
        PenDigit((named + 1) % 10, 5, strokes),
        PenDigit(named, 5, speck),
        PenDigit(named, 5, speck),
    ]
    assert painted_digits(trusting, digits) == (1 / 4, 2 / 4, 1 / 2)


def test_the_brush_suits_the_size_of_the_drawing() -> None:
    """A small drawing by a thick brush would be a blot."""

    def small(_: np.random.Generator) -> list[np.ndarray]:
        return [np.array([[100.0, 100.0], [190.0, 100.0]])]

    thick = [int((picture[:, 145, 0] > 127).sum()) for picture in drawings(small, 40, 0)]
    assert 5 <= min(thick) < max(thick) <= 10  # pixels
    first, again = (next(iter(drawings(small, 1, 3))) for _ in range(2))
    np.testing.assert_array_equal(first, again)
