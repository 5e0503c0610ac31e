"""A hand keeps to the sketch: its size, its corners, nearly its ends."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from deq.digits.others.curves import (
    arc,
    box,
    closed,
    drawn,
    either_way,
    line,
    regular,
    spun,
    traced,
)
from deq.digits.strokes import PAD


@given(st.integers(0, 10_000), st.floats(90, 250), st.floats(0.05, 20), st.floats(-500, 500))
def test_a_drawing_has_the_size_asked_for_whatever_the_units_of_its_sketch(
    seed: int, size: float, unit: float, shift: float
) -> None:
    sketch = [arc(0, 0, 1), line((-1, 0.2), (0.5, -0.8), (1, 1)), line((0, 0))]
    strokes = drawn(
        [stroke * unit + shift for stroke in sketch], np.random.default_rng(seed), (size, size)
    )
    low, high = box(strokes)
    assert 0.75 * size < (high - low).max() < 1.3 * size
    assert low.min() > -30
    assert high.max() < PAD + 30


@given(st.integers(0, 10_000), st.floats(0, 12))
def test_tracing_keeps_corners_and_moves_ends_along_the_line_only(seed: int, loose: float) -> None:
    stroke = line((0, 0), (100, 0), (100, 80), (30, 150))
    points = traced(stroke, np.random.default_rng(seed), loose)
    for corner in stroke[1:-1]:
        assert np.hypot(*(points - corner).T).min() < 3
    assert abs(points[0, 1]) < 1e-9
    assert np.hypot(*np.diff(points, axis=0).T).max() < 10 + 0.2 * 250


def test_a_closed_stroke_is_begun_anywhere_and_never_left_wide_open() -> None:
    square = 100 * closed((0, 0), (1, 0), (1, 1), (0, 1))
    starts = set()
    for seed in range(30):
        points = traced(square, np.random.default_rng(seed), 3)
        starts.add(tuple(np.round(points[0] / 30)))
        assert np.hypot(*(points[0] - points[-1])) < 30
    assert len(starts) > 5


def test_a_star_has_its_inner_corners() -> None:
    radii = np.hypot(*regular(5, inner=0.4).T)
    np.testing.assert_allclose(radii, [1, 0.4] * 5 + [1])


def test_a_sketch_is_spun_clockwise_as_a_whole_about_its_origin() -> None:
    up, right = spun([line((0, 0), (0, -1)), line((1, 0))], 90)
    np.testing.assert_allclose(up, [(0, 0), (1, 0)], atol=1e-12)
    np.testing.assert_allclose(right, [(0, 1)], atol=1e-12)


def test_a_mirror_turns_the_whole_sketch_or_nothing() -> None:
    sketch = [line((1, 2), (3, 4)), line((5, 6))]
    seen = {
        tuple(np.concatenate(either_way(sketch, np.random.default_rng(seed)))[:, 0])
        for seed in range(20)
    }
    assert seen == {(1, 3, 5), (-1, -3, -5)}
