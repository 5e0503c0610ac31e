"""Variants of pen digits: on the pad, reproducible, and still the same digit."""

import numpy as np
import pytest
import torch

import deq
from deq.digits import corpus
from deq.digits.hand.hands import ALIKE, blend, random_variant
from deq.digits.strokes import PAD, unit
from tests.digits.hand_made import DIGITS


@pytest.mark.parametrize("label", [*DIGITS, None])
def test_variants_lie_on_the_pad_and_a_seed_repeats_them(label: int | None) -> None:
    strokes = DIGITS[3 if label is None else label]
    for seed in range(30):
        variant = random_variant(strokes, np.random.default_rng(seed), label, [strokes])
        points = np.concatenate(variant)
        assert 20 < points.min() < points.max() < PAD - 20
        assert 69 < np.ptp(points, axis=0).max() < 231
        again = random_variant(strokes, np.random.default_rng(seed), label, [strokes])
        np.testing.assert_array_equal(points, np.concatenate(again))


def test_without_a_label_the_digit_is_only_moved() -> None:
    """What a linear map cannot change: that the four's stroke has two straight pieces."""
    for seed in range(10):
        corner, stem = random_variant(DIGITS[4], np.random.default_rng(seed))
        way = stem[1:] - stem[0]
        assert np.abs(way[:, 0] * way[-1, 1] - way[:, 1] * way[-1, 0]).max() < 1e-6
        assert len(corner) > len(stem)


def test_a_blend_lies_between_two_digits() -> None:
    slim, wide = unit(DIGITS[0]), unit([stroke * [1.4, 1] for stroke in DIGITS[0]])
    widths = [np.ptp(blend(slim, wide, share)[0][:, 0]) for share in (0.0, 0.5, 1.0)]
    np.testing.assert_allclose(widths[0], np.ptp(slim[0][:, 0]), rtol=0.01)
    np.testing.assert_allclose(widths[2], np.ptp(wide[0][:, 0]), rtol=0.01)
    assert widths[0] < widths[1] < widths[2]


def test_digits_that_are_written_in_another_way_are_not_blended() -> None:
    four = unit(DIGITS[4])
    backwards = [stroke[::-1] for stroke in four]
    assert ALIKE > 0
    for other in (backwards, four[:1], [four[0], four[1][:1]], four[::-1]):
        assert blend(four, other, 0.5) is four


def test_the_network_still_names_the_variants(data) -> None:
    """Though it was not trained on these: it reads 98.0 % of a variant of each training digit."""
    fit, _, _ = corpus.pen_split(data)
    chosen = np.random.default_rng(0).permutation(len(fit))[:500]
    images, labels = corpus.pen_pictures([fit[i] for i in chosen], copies=1, seed=0)
    with torch.no_grad():
        named = deq.models.load("digits")(images / 255).argmax(1)
    assert (named == labels).float().mean() >= 0.95
