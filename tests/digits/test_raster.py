"""The rasteriser draws like the pad: round lines of the brush's width."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deq.digits.raster import ink, render


@given(x=st.floats(60, 200), y=st.floats(60, 220), brush=st.floats(4, 50), length=st.floats(0, 50))
def test_area_of_a_stroke(x: float, y: float, brush: float, length: float) -> None:
    """The area is brush·length + π brush²/4 (round caps), up to one pixel of brush width."""
    area = float(ink([np.array([[x, y], [x + length, y]])], 280, brush).sum()) / 255

    def ideal(width: float) -> float:
        return width * length + np.pi * width**2 / 4

    assert ideal(brush - 1) <= area <= ideal(brush + 1)


def test_a_single_point_is_a_disc() -> None:
    picture = ink([np.array([[50.0, 50.0]])], 100, 30)
    rows, columns = np.nonzero(picture > 127)
    assert np.hypot(rows + 0.5 - 50, columns + 0.5 - 50).max() <= 15.8
    assert picture.sum() / 255 == pytest.approx(np.pi * 15**2, rel=0.05)


def test_crossing_strokes_do_not_add_their_ink() -> None:
    line = np.array([[20.0, 20.0], [80.0, 80.0]])
    np.testing.assert_array_equal(ink([line, line], 100, 9), ink([line], 100, 9))


def test_render_is_white_on_opaque_black() -> None:
    picture = render([np.array([[20.0, 20.0], [80.0, 80.0]])], 100, 9)
    assert picture.shape == (100, 100, 4)
    assert picture.dtype == np.uint8
    assert (picture[..., 3] == 255).all()
    assert (picture[..., 0] == picture[..., 1]).all()
    assert (picture[..., 0] == picture[..., 2]).all()
    assert picture[50, 50, 0] == 255
    assert picture[5, 95, 0] == 0


def test_an_empty_pad_is_black_and_ink_outside_is_cut_off() -> None:
    assert not ink([], 50, 9).any()
    assert not ink([np.array([[1e9, -1e9]])], 50, 9).any()


@pytest.mark.parametrize(
    ("strokes", "size", "brush"),
    [
        ([np.zeros((2, 2))], 0, 9.0),
        ([np.zeros((2, 2))], 50, 0.0),
        ([np.zeros((2, 3))], 50, 9.0),
        ([np.zeros(2)], 50, 9.0),
        ([np.array([[np.nan, 1.0]])], 50, 9.0),
    ],
)
def test_bad_strokes_are_refused(strokes: list[np.ndarray], size: int, brush: float) -> None:
    with pytest.raises(ValueError, match="must be"):
        ink(strokes, size, brush)
