"""The λ-plane: discs, half-plane and eigenvalues are where theory puts them."""

import numpy as np
import plotly.graph_objects as go
import pytest

from deq.figures.shared.palette import palette
from deq.figures.steady_states.lambda_plane import euler_disc, lambda_plane
from tests.figures.traces import named


@pytest.mark.parametrize("h", [0.1, 0.5, 1.0, 1.7])
def test_eulers_disc_is_where_its_factor_is_below_one(h):
    centre, radius = euler_disc(h)
    angle = np.linspace(0, 2 * np.pi, 50)
    rim = centre + radius * np.exp(1j * angle)
    np.testing.assert_allclose(np.abs(1 + h * (rim - 1)), 1, atol=1e-12)
    assert abs(1 + h * (centre - 1)) < 1e-12
    figure = lambda_plane([-0.6736], h=h)
    (disc,) = named(figure, "Euler's step settles")
    drawn = np.array(disc["x"]) + 1j * np.array(disc["y"])
    np.testing.assert_allclose(np.abs(1 + h * (drawn - 1)), 1, atol=2e-4)


def test_the_axes_include_every_eigenvalue():
    values = np.array([-5.0, 0.3 + 2j, 0.3 - 2j, np.nan])
    figure = lambda_plane(values, chosen=-1)
    (marks,) = named(figure, "λ")
    assert marks["x"] == [-5.0, 0.3, 0.3]
    assert marks["y"] == [0, 2, -2]
    low, high = figure.layout.xaxis.range
    assert low < -5 < 1 < high
    assert figure.layout.yaxis.range[1] > 2
    edge = figure.layout.shapes[0]
    assert edge.x1 == 1


def test_of_many_eigenvalues_only_the_first_has_a_label():
    many = lambda_plane(np.linspace(0.9, 0.1, 12), chosen=-1)
    few = lambda_plane([0.9, 0.5], chosen=-1)
    named = [sum("λ =" in note.text for note in f.layout.annotations) for f in (many, few)]
    assert named == [1, 2]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_plotly_accepts_the_figure(theme):
    go.Figure(lambda_plane([], h=0.001, theme=theme).to_dict())
    pair = lambda_plane([0.5 + 1j, 0.5 - 1j], chosen=-1, brief=True, theme=theme)
    go.Figure(pair.to_dict())
    assert lambda_plane([0.0], theme=theme).layout.font.color == palette(theme).ink
