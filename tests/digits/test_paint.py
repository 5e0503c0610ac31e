"""The rasteriser that training never uses: the same shapes, with hard edges."""

import numpy as np
import pytest

from deq.digits.paint import SIDE, paint
from deq.digits.prepare import NotADrawing, prepare
from deq.digits.raster import render

BOW = np.stack(
    [140 + 80 * np.cos(np.linspace(-2, 2, 60)), 140 + 90 * np.sin(np.linspace(-2, 2, 60))], 1
)


def test_caps_are_round_and_edges_hard() -> None:
    picture = paint([np.array([[70.0, 140.0], [210.0, 140.0]])], brush=44)
    assert picture.shape == (SIDE, SIDE, 4)
    assert picture[..., 3].min() == 255
    ink = picture[..., 0]
    assert set(np.unique(ink)) == {0, 255}
    scale = SIDE / 280
    area = (140 * 44 + np.pi * 22**2) * scale**2
    assert (ink > 0).sum() == pytest.approx(area, rel=0.08)
    columns = np.nonzero(ink.any(0))[0]
    assert columns[-1] - columns[0] + 1 == pytest.approx((140 + 44) * scale, abs=2)
    ends = ink[:, columns[0]].sum(), ink[:, SIDE // 2].sum()
    assert ends[0] < 0.6 * ends[1]  # round: narrow at the end


@pytest.mark.parametrize("brush", [12, 20, 26])
def test_the_network_sees_the_same_shape_in_other_ink(brush: float) -> None:
    ours, theirs = prepare(render([BOW], 280, brush)), prepare(paint([BOW], 280, brush))
    # Centring is by whole pixels, so the two may lie a pixel apart.
    moved = [np.roll(theirs, (dy, dx), (0, 1)) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    assert max(np.corrcoef(ours.ravel(), other.ravel())[0, 1] for other in moved) > 0.9
    assert min(np.abs(ours - other).max() for other in moved) > 0.1


def test_a_stroke_of_one_point_is_a_dot() -> None:
    picture = paint([np.array([[140.0, 140.0]])], brush=20)
    assert 40 <= (picture[..., 0] > 0).sum() <= 100
    with pytest.raises(NotADrawing, match="dot"):
        prepare(picture)
