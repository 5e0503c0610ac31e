"""Geometry of strokes: spacing, arcs and joins."""

import numpy as np
import pytest

from deq.digits.strokes import STEP, arc, at, direction, heading, joined, lengths, part, unit


def steps(stroke: np.ndarray) -> np.ndarray:
    return np.hypot(*np.diff(stroke, axis=0).T)


def test_unit_centres_scales_and_spaces_evenly() -> None:
    corner = np.array([[100.0, 20.0], [100.0, 60.0], [130.0, 60.0]])
    dot = np.array([[110.0, 30.0], [110.0, 30.0]])
    stroke, point = unit([corner, dot])
    np.testing.assert_allclose(stroke[[0, -1]], [[-0.375, -0.5], [0.375, 0.5]])
    assert steps(stroke).max() <= 1.1 * STEP
    assert point.shape == (1, 2)


def test_points_and_parts_are_measured_along_the_stroke() -> None:
    corner = np.array([[0.0, 0.0], [3.0, 0.0], [3.0, 4.0]])
    np.testing.assert_allclose(lengths(corner), [0, 3, 7])
    np.testing.assert_allclose(at(corner, np.array([1.5, 5])), [[1.5, 0], [3, 2]])
    np.testing.assert_allclose(part(corner, 1 / 7, 1.0)[[0, -1]], [[1, 0], [3, 4]])


@pytest.mark.parametrize("turn", [np.pi / 2, -np.pi, 2 * np.pi])
def test_an_arc_has_its_radius_and_turn(turn: float) -> None:
    start, radius = np.array([0.3, -0.1]), 0.4
    path = arc(start, 0.7, turn, radius)
    centre = start + np.sign(turn) * radius * direction(0.7 + np.pi / 2)
    np.testing.assert_allclose(np.hypot(*(path - centre).T), radius, atol=0.01)
    assert np.cos(heading(path, 1) - 0.7 - turn) > 0.99


def test_a_join_is_one_smooth_stroke_through_both() -> None:
    before = np.array([[0.0, 0.0], [0.1, 0.0], [0.2, 0.0]])
    after = np.array([[0.5, 0.3], [0.5, 0.4], [0.5, 0.5]])
    whole = joined(before, after)
    np.testing.assert_array_equal(whole[:3], before)
    np.testing.assert_array_equal(whole[-3:], after)
    assert steps(whole[2:-2]).max() < 2 * STEP
    angles = np.arctan2(*np.diff(whole, axis=0).T[::-1])
    assert np.abs(np.diff(angles)).max() < 0.35
