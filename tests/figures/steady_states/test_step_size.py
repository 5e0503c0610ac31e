"""Euler's step, the race and the portrait: what is drawn is what was computed."""

import json

import numpy as np
import plotly.graph_objects as go
import pytest
import torch

from deq.figures.shared.palette import palette
from deq.figures.steady_states.iteration_and_ode import apart, evals_over_tol, iteration_and_ode
from deq.figures.steady_states.phase_portrait import portrait
from deq.figures.steady_states.step_size import euler_path, steps_over_h
from deq.figures.steady_states.vector_field import arrows
from deq.scalar import iterate, random_network, steps_against_h

VIEW = (-1.6, 1.6)


def named(figure, name):
    return [trace for trace in figure.to_dict()["data"] if trace.get("name") == name]


def test_a_step_of_one_is_the_iteration():
    xs = iterate(torch.cos, -1.0, 8)
    t = np.linspace(0, 8, 9)
    figure = euler_path(t, t, xs, 1.0, view=VIEW, iterates=xs)
    (euler,) = named(figure, "Euler")
    assert euler["x"] == list(range(9))
    np.testing.assert_allclose(euler["y"], xs, atol=1e-5)
    assert not named(figure, "iteration")  # it would be the same twice
    assert "the iteration itself" in figure.to_dict()["layout"]["annotations"][-1]["text"]


def test_a_smaller_step_stands_at_multiples_of_h_beside_the_iteration():
    figure = euler_path([0, 1], [0, 1], [0.0, 0.25, 0.4], 0.25, view=VIEW, iterates=[0, 1, 0])
    (euler,) = named(figure, "Euler")
    assert euler["x"] == [0, 0.25, 0.5]
    (iteration,) = named(figure, "iteration")
    assert iteration["x"] == [0, 1, 2]


def test_the_curve_of_steps_has_the_reference_numbers_and_the_present_h():
    hs = torch.tensor([0.1, 0.25, 0.5, 0.5975, 0.75, 1.1, 1.19, 1.25], dtype=torch.float64)
    counts = steps_against_h(torch.cos, -1.0, hs)
    figure = steps_over_h(hs, counts, 0.5, 10, best=0.5975, limit=1.195)
    (curve,) = named(figure, "steps")
    assert curve["y"] == [86, 30, 10, 5, 11, 66, 1404, None]
    (now,) = named(figure, "now")
    assert (now["x"], now["y"]) == ([0.5], [10])
    at = [shape.x0 for shape in figure.layout.shapes]
    assert at == [1.0, 0.5975, 1.195]


def test_never_is_a_cross_above_the_curve():
    figure = steps_over_h([0.5, 1.0, 1.3], [10, 33, -1], 1.3, None)
    (now,) = named(figure, "now")
    assert now["marker"]["symbol"] == "x"
    assert now["y"][0] > 33
    assert any("never" in note.text for note in figure.layout.annotations)
    nothing = steps_over_h([0.5, 1.0], [-1, -1], 0.7, None)
    assert named(nothing, "steps")[0]["y"] == [None, None]


def test_each_accepted_step_has_a_dot_on_the_curve():
    t, x = [0.0, 0.1, 0.4, 1.5], [1.0, 0.8, 0.4, 0.1]
    figure = iteration_and_ode([1, -1, 1], t, x, (t, x), limit=0.1, view=(-1, 1))
    (dots,) = named(figure, "accepted steps")
    assert (dots["x"], dots["y"]) == (t, x)
    (stems,) = named(figure, "stems")
    assert stems["x"][0::3] == t
    assert stems["y"][0::3] == x


def test_who_never_got_there_is_named_and_not_drawn():
    never = float("nan")
    courses = {"Picard": ([1e-1, 1e-2], [never, never]), "dopri5": ([1e-1, 1e-2], [30, never])}
    figure = evals_over_tol(courses, chosen="dopri5", now=1e-2)
    assert not named(figure, "Picard")
    assert named(figure, "dopri5")[0]["y"] == [30]
    texts = [note.text for note in figure.layout.annotations]
    assert any("Picard: never" in text for text in texts)
    assert any("no further" in text for text in texts)


def test_labels_keep_apart():
    moved = apart([1.0, 1.0, 1.05, 3.0], 0.5)
    assert all(b - a >= 0.5 - 1e-12 for a, b in zip(sorted(moved), sorted(moved)[1:], strict=False))
    assert moved[3] == 3.0


@pytest.fixture
def net():
    return random_network(2, gain=0.8, seed=8)


@pytest.fixture
def figure(net):
    grid = torch.linspace(-1.25, 1.25, 9, dtype=torch.float64)
    z = net.equilibrium().z
    courses = [net.unrolled(5), net.unrolled(3)]
    return portrait(
        grid, grid, net.field(grid, grid), courses, net.unrolled(50), net.distances(50, z), z[0],
        radius=net.spectral_radius(z),
    )  # fmt: skip


def test_strokes_point_along_the_field(net):
    grid = torch.linspace(-1.0, 1.0, 5, dtype=torch.float64)
    field = net.field(grid, grid).numpy()
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


def test_theory_is_the_spectral_radius_to_the_power_of_the_depth(figure, net):
    (line,) = named(figure, "theory")
    rho = net.spectral_radius(net.equilibrium().z)
    first = float(net.distances(50)[0])
    assert line["y"][1] == pytest.approx(first * rho**50, rel=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_plotly_accepts_them(theme, figure):
    for drawn in (
        figure,
        euler_path([0, 1], [0, np.nan], np.full(200, 1e300), 5.0, view=VIEW, theme=theme),
        steps_over_h([0.1, 20.0], [5, 9], 3.0, 7, best=10, limit=20, theme=theme),
        iteration_and_ode([0, 1], [0], [0], ([0], [0]), limit=0.0, view=VIEW, theme=theme),
        evals_over_tol({}, theme=theme),
        portrait([-1, 1], [-1, 1], np.zeros((2, 2, 2)), [], np.zeros((2, 2)), [0, 0], [0, 0],
                 settles=False, stacked=True, theme=theme),
    ):  # fmt: skip
        go.Figure(drawn.to_dict())
