"""The four panels of y = 2x against the closed form of the straight line."""

import json
import math

import numpy as np
import plotly.graph_objects as go
import pytest

from deq.figures.doubling.learning import learning
from deq.training.doubling.config import DoublingConfig
from deq.training.doubling.curves import curves_of


def record(epoch: int, a: float, b: float, loss: float) -> dict[str, object]:
    """A record of a run: a network with f(u) = a u + b."""
    weights = [1.0] * 5 + [0.0] * 5 + [a / 5] * 5 + [b]
    return {"epoch": epoch, "slope": a, "intercept": b, "loss": loss, "weights": weights}


LINES = [(-1.5, 1.0), (0.2, 0.5), (0.5, 0.1), (2 / 3, 0.0)]
RECORDS = [record(k, a, b, 10.0 ** (2 - k)) for k, (a, b) in enumerate(LINES)]


@pytest.fixture(scope="module")
def course():
    return curves_of(RECORDS, DoublingConfig())


def test_answers_and_flows_match_the_closed_form(course):
    assert course.epochs.tolist() == [0, 1, 2, 3] or course.epochs[-1] == 3
    for k, epoch in enumerate(course.epochs):
        a, b = LINES[epoch]
        np.testing.assert_allclose(course.answers[k], (a * course.x + b) / (1 - a), atol=1e-5)
        assert course.outside[k] == pytest.approx((a * -5 + b) / (1 - a), abs=1e-5)
        end = (a * course.inputs + b) / (1 - a)
        start = a * course.inputs + b
        exact = end[:, None] + (start - end)[:, None] * np.exp(-(1 - a) * course.t)
        np.testing.assert_allclose(course.flows[k], exact, atol=5e-3)


def test_the_target_line_has_the_wanted_equilibria():
    course = curves_of(RECORDS, DoublingConfig(slope=1.0, intercept=4.0))
    assert course.goal == pytest.approx((0.5, 2.0))
    np.testing.assert_allclose(course.targets, course.inputs + 4)


def test_without_a_stable_equilibrium_there_is_no_answer():
    course = curves_of([record(0, 1.4, 0.0, math.nan)], DoublingConfig(constrained=False))
    assert np.isnan(course.answers).all()
    assert (course.flows[0][:, -1] > 100).all()  # and the states diverge
    figure = learning(course, played=False).to_dict()
    json.dumps(figure, allow_nan=False)
    assert figure["frames"] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("stacked", [False, True])
def test_a_frame_shows_its_epoch_in_every_panel(course, theme, stacked):
    figure = learning(course, stacked=stacked, theme=theme).to_dict()
    go.Figure(figure)  # raises on a property Plotly does not know
    k = len(course.epochs) - 2
    epoch = int(course.epochs[k])
    (frame,) = [f for f in figure["frames"] if f["name"] == str(k)]
    answers, outside, walk, flows, ends, loss, words = frame["data"]
    a, b = LINES[epoch]
    assert answers["y"][0] == pytest.approx((a * course.x[0] + b) / (1 - a), abs=1e-3)
    assert outside["y"][0] == pytest.approx((a * -5 + b) / (1 - a), abs=1e-3)
    assert (walk["x"][0], walk["y"][0]) == pytest.approx((a, b), abs=1e-3)
    assert flows["y"].count(None) == 10
    assert len(ends["y"]) == 10
    assert (loss["x"], loss["y"]) == ([epoch], [10.0 ** (2 - epoch)])
    assert f"epoch {epoch}: asked −5" in words["text"][0]
    assert len(json.dumps(figure, allow_nan=False)) < 300_000


def test_the_tanh_network_is_drawn():
    weights = np.linspace(-0.6, 0.6, 16).tolist()
    records = [{"epoch": 0, "slope": 0.3, "intercept": 0.0, "loss": 5.0, "weights": weights}] * 3
    course = curves_of(records, DoublingConfig(variant="tanh"))
    assert np.isfinite(course.answers).all()
    # The flow has stopped at its end: that is an equilibrium.
    np.testing.assert_allclose(
        course.flows[-1][:, -1], np.interp(course.inputs, course.x, course.answers[-1]), atol=0.05
    )
