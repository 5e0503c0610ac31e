"""Inks: pictures like the pad's, which vary as they say."""

import numpy as np
import pytest

from deq.digits.hand import inks
from deq.digits.hand.inks import EFFECTS, render_with_ink, ribbons
from deq.digits.prepare import prepare
from deq.digits.raster import render
from tests.digits.hand_made import DIGITS

STROKES = [stroke + np.array([90, 70]) for stroke in DIGITS[4]]
LINE = [np.array([[60.0, 140.0], [220.0, 140.0]])]


@pytest.mark.parametrize("effect", dict.fromkeys(EFFECTS), ids=lambda effect: effect.__name__)
@pytest.mark.parametrize("brush", [8.0, 30.0])
def test_each_ink_gives_a_picture_that_prepare_accepts(
    effect, brush: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inks, "AS_THE_PAD", 0)
    monkeypatch.setattr(inks, "EFFECTS", (effect,))
    plain = prepare(render(STROKES, 280, brush))
    for seed in range(8):
        picture = render_with_ink(STROKES, 280, brush, np.random.default_rng(seed))
        assert picture.shape == (280, 280, 4)
        assert picture.dtype == np.uint8
        assert (picture[..., 3] == 255).all()
        assert (picture[..., :3] == picture[..., :1]).all()
        prepared = prepare(picture)
        assert prepared.max() == 1
        assert np.corrcoef(prepared.ravel(), plain.ravel())[0, 1] > 0.6  # the same digit


def test_a_seed_repeats_the_picture_and_another_changes_it() -> None:
    def picture(seed: int) -> bytes:
        return render_with_ink(STROKES, 280, 18, np.random.default_rng(seed)).tobytes()

    assert picture(3) == picture(3)
    assert len({picture(seed) for seed in range(20)}) > 10


def test_some_drawings_keep_the_brush_of_the_pad() -> None:
    plain = render(STROKES, 280, 18)
    same = [
        np.array_equal(render_with_ink(STROKES, 280, 18, np.random.default_rng(seed)), plain)
        for seed in range(200)
    ]
    assert np.mean(same) == pytest.approx(inks.AS_THE_PAD, abs=0.1)


def test_the_width_varies_by_a_third_and_the_ends_are_of_three_kinds() -> None:
    reach, widths = set(), []
    for seed in range(60):
        ink = ribbons(LINE, 280, 20, np.random.default_rng(seed))
        widths.append((ink[:, 70:210] > 0.2).sum(0))
        middle = np.nonzero(ink[140] > 0.2)[0]
        edge = np.nonzero(ink[134] > 0.2)[0]  # 6 pixels above: a round end is shorter there
        ends = middle[-1] - 220
        reach.add("cut" if ends < 4 else "square" if middle[-1] - edge[-1] < 1 else "round")
    assert reach == {"cut", "square", "round"}
    assert min(map(np.min, widths)) >= 8
    assert max(map(np.max, widths)) <= 21
    assert 2 > max(width.max() / width.min() for width in widths) - 0.2 > 1.4


def test_a_dot_leaves_ink_and_an_empty_pad_none() -> None:
    for seed in range(12):
        rng = np.random.default_rng(seed)
        dot = render_with_ink([np.array([[140.0, 140.0]])], 280, 30, rng)
        assert dot[130:150, 130:150, 0].mean() > 40
        assert not render_with_ink([], 280, 30, rng)[..., :3].any()
