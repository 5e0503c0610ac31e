"""The phase portrait: field, layers and distances are the computed ones."""

import json

import numpy as np
import plotly.graph_objects as go
import pytest
import torch

from deq.figures.shared.palette import palette
from deq.figures.steady_states.phase_portrait import portrait
from deq.figures.steady_states.vector_field import arrows
from deq.scalar import random_network
from tests.figures.traces import named


@pytest.fixture
def net():
    return random_network(2, gain=0.8, seed=8)


@pytest.fixture
def figure(net):
    grid = torch.linspace(-1.25, 1.25, 9, dtype=torch.float64)
    z = net.equilibrium().z
    courses = [net.unrolled(5), net.unrolled(3)]
    return portrait(
        grid, grid, net.vector_field(grid, grid), courses, net.unrolled(50),
        net.distances(50, z), z[0], radius=net.spectral_radius(z),
    )  # fmt: skip


def test_arrows_point_along_the_field(net):
    grid = torch.linspace(-1.0, 1.0, 5, dtype=torch.float64)
    field = net.vector_field(grid, grid).numpy()
    strokes = arrows(grid.numpy(), grid.numpy(), field, palette())
    x, y = (
        np.array(strokes["x"], float).reshape(-1, 7),
        np.array(strokes["y"], float).reshape(-1, 7),
    )
    drawn = np.stack([x[:, 1] - x[:, 0], y[:, 1] - y[:, 0]], axis=1)
    flat = field.reshape(-1, 2)
    cosine = (drawn * flat).sum(1) / np.linalg.norm(drawn, axis=1) / np.linalg.norm(flat, axis=1)
    assert cosine.min() > 0.999
    assert (x[:, 4] == x[:, 1]).all()  # the head is at the tip
    still = arrows(grid.numpy(), grid.numpy(), np.zeros((5, 5, 2)), palette())
    assert still["x"][0] == still["x"][1] == -1.0


def test_every_depth_can_be_shown_and_ends_at_the_equilibrium(figure, net):
    frames = figure.to_dict()["frames"]
    assert [frame["name"] for frame in frames] == [*map(str, range(51)), "start"]
    layers = net.unrolled(50)
    path, head, far, depth, words = frames[7]["data"]
    np.testing.assert_allclose(path["x"], layers[:8, 0], atol=1e-4)
    np.testing.assert_allclose([head["x"][0], head["y"][0]], layers[7], atol=1e-4)
    np.testing.assert_allclose(far["y"], net.distances(50)[:8], rtol=6e-3)
    assert depth["x"] == [7]
    assert "<br>depth 7: z = (" in words["text"][0]
    (end,) = named(figure, "z*")
    np.testing.assert_allclose([end["x"][0], end["y"][0]], layers[50], atol=1e-3)
    assert len(json.dumps(figure.to_dict())) < 300_000


def test_the_predicted_line_is_the_spectral_radius_to_the_power_of_the_depth(figure, net):
    (line,) = named(figure, "theory")
    rho = net.spectral_radius(net.equilibrium().z)
    first = float(net.distances(50)[0])
    assert line["y"][1] == pytest.approx(first * rho**50, rel=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_plotly_accepts_the_figure(theme, figure):
    go.Figure(figure.to_dict())
    still = portrait([-1, 1], [-1, 1], np.zeros((2, 2, 2)), [], np.zeros((2, 2)), [0, 0], [0, 0],
                     settles=False, stacked=True, theme=theme)  # fmt: skip
    go.Figure(still.to_dict())
