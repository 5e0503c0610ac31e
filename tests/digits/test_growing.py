"""A drawing that grows: it ends as the whole drawing, ink never goes, and steps are equal."""

from itertools import pairwise

import numpy as np
import pytest

from deq.digits import render
from deq.digits.growing import growing
from tests.browser.driver import drawings


@pytest.mark.parametrize("name", sorted(drawings()))
def test_it_grows_into_the_drawing(name):
    strokes = [np.array(stroke, dtype=float) for stroke in drawings()[name]]
    shares, pictures = zip(*growing(strokes, [22] * len(strokes), 8), strict=True)
    assert np.allclose(shares, np.arange(1, 9) / 8)
    whole = np.maximum.reduce([render([stroke], 280, 22) for stroke in strokes])
    assert (pictures[-1] == whole).all()
    for before, after in pairwise(pictures):
        assert after[..., 0].astype(int).sum() >= before[..., 0].astype(int).sum()


def test_dots_count_and_each_stroke_keeps_its_brush():
    dot, line = np.array([[50.0, 50.0]]), np.array([[150.0, 100.0], [150.0, 101.0]])
    half, whole = (pixels for _, pixels in growing([dot, line], [10, 30], 2))
    assert half[50, 50, 0] == 255
    assert half[100, 150, 0] == 0
    assert whole[100, 140, 0] == 255
    assert whole[50, 60, 0] == 0
