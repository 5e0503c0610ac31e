"""Euler's step: the figures show the computed numbers."""

import numpy as np
import plotly.graph_objects as go
import pytest
import torch

from deq.figures.steady_states.step_size import euler_path, steps_over_h
from deq.scalar import iterate, steps_against_h
from tests.figures.traces import named

VIEW = (-1.6, 1.6)


def test_a_step_of_one_is_the_iteration():
    xs = iterate(torch.cos, -1.0, 8)
    t = np.linspace(0, 8, 9)
    figure = euler_path(t, t, xs, 1.0, view=VIEW, iterates=xs)
    (euler,) = named(figure, "Euler")
    assert euler["x"] == list(range(9))
    np.testing.assert_allclose(euler["y"], xs, atol=1e-5)
    assert not named(figure, "iteration")  # it would be the same line twice
    assert "the iteration itself" in figure.to_dict()["layout"]["annotations"][-1]["text"]


def test_euler_states_are_drawn_at_multiples_of_h_beside_the_iteration():
    figure = euler_path([0, 1], [0, 1], [0.0, 0.25, 0.4], 0.25, view=VIEW, iterates=[0, 1, 0])
    (euler,) = named(figure, "Euler")
    assert euler["x"] == [0, 0.25, 0.5]
    (iteration,) = named(figure, "iteration")
    assert iteration["x"] == [0, 1, 2]


def test_the_curve_of_step_counts_has_the_reference_numbers_and_the_current_h():
    hs = torch.tensor([0.1, 0.25, 0.5, 0.5975, 0.75, 1.1, 1.19, 1.25], dtype=torch.float64)
    counts = steps_against_h(torch.cos, -1.0, hs)
    figure = steps_over_h(hs, counts, 0.5, 10, best=0.5975, limit=1.195)
    (curve,) = named(figure, "steps")
    assert curve["y"] == [86, 30, 10, 5, 11, 66, 1404, None]
    (now,) = named(figure, "now")
    assert (now["x"], now["y"]) == ([0.5], [10])
    at = [shape.x0 for shape in figure.layout.shapes]
    assert at == [1.0, 0.5975, 1.195]


def test_a_step_size_that_never_converges_is_a_cross_above_the_curve():
    figure = steps_over_h([0.5, 1.0, 1.3], [10, 33, -1], 1.3, None)
    (now,) = named(figure, "now")
    assert now["marker"]["symbol"] == "x"
    assert now["y"][0] > 33
    assert any("never" in note.text for note in figure.layout.annotations)
    nothing = steps_over_h([0.5, 1.0], [-1, -1], 0.7, None)
    assert named(nothing, "steps")[0]["y"] == [None, None]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_plotly_accepts_the_figures(theme):
    far = np.full(200, 1e300)
    go.Figure(euler_path([0, 1], [0, np.nan], far, 5.0, view=VIEW, theme=theme).to_dict())
    wide = steps_over_h([0.1, 20.0], [5, 9], 3.0, 7, best=10, limit=20, theme=theme)
    go.Figure(wide.to_dict())
