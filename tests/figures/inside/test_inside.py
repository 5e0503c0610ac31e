"""The figures of the page "One equilibrium"."""

import json

import numpy as np
import plotly.graph_objects as go
import pytest
import torch

from deq.figures.inside.channels import channel_maps, mosaic
from deq.figures.inside.curves import Curve, curves
from deq.figures.inside.many_paths import many_paths
from deq.figures.inside.sensitivity import sensitivity_maps
from deq.figures.inside.smudge import smudged
from deq.figures.shared.cloud import Cloud
from deq.inside import Sensitivity, Smudge

THEMES = pytest.mark.parametrize("theme", ["light", "dark"])
STACKED = pytest.mark.parametrize("stacked", [False, True])


@pytest.fixture
def cloud():
    rng = np.random.default_rng(0)
    return Cloud.of(rng.normal(size=(60, 3)), np.repeat(np.arange(10), 6))


@THEMES
@pytest.mark.parametrize("log", [False, True])
def test_curves_accept_values_that_cannot_be_drawn(theme, log):
    some = [
        Curve("falls", range(5), [1.0, 0.1, 0.0, np.nan, np.inf]),
        Curve("never", range(2), [np.nan, np.nan], "muted"),
        Curve("three", [0, 1], [2.0, 3.0], "3", dash="dash"),
    ]
    figure = curves(some, across="k", up="error", log=log, marks=[(1.0, "kick")], theme=theme)
    go.Figure(figure.to_dict())  # validates
    assert [trace.name for trace in figure.data] == ["falls", "three"]
    assert len(figure.data[0].y) == (2 if log else 3)
    go.Figure(curves([], across="k", up="error").to_dict())


def test_a_mosaic_separates_the_channels():
    whole = mosaic(np.arange(12).reshape(3, 2, 2))
    assert whole.shape == (5, 5)
    assert whole[:2, :2].tolist() == [[0, 1], [2, 3]]
    assert whole[3:, :2].tolist() == [[8, 9], [10, 11]]
    assert np.isnan(whole[2]).all()
    assert np.isnan(whole[3:, 3:]).all()


@THEMES
def test_the_last_frame_of_the_channels_is_the_still_picture(theme):
    states = np.random.default_rng(1).random((4, 9, 3, 3))
    figure = channel_maps([0, 1, 2, 3], states, theme=theme)
    go.Figure(figure.to_dict())
    *_, last = figure.to_dict()["frames"]
    assert last["data"][0]["z"] == figure.to_dict()["data"][0]["z"]
    flat = [v for row in last["data"][0]["z"] for v in row if v is not None]
    assert min(flat) >= 0
    assert max(flat) <= 60
    go.Figure(
        channel_maps([0.0], np.zeros((1, 4, 2, 2))).to_dict()
    )  # all zero: there is no largest value to scale by


@THEMES
def test_paths_end_at_their_last_state(cloud, theme):
    points = np.random.default_rng(2).normal(size=(6, 4, 3))
    figure = many_paths(range(6), points, cloud, target=[0.0, 1.0, 2.0], theme=theme)
    go.Figure(figure.to_dict())
    assert figure.data[-1].x == pytest.approx(points[-1, :, 0], abs=0.01)
    assert len(figure.to_dict()["frames"]) == 6
    without = many_paths(range(6), points, cloud)
    assert len(without.data) == len(figure.data) - 1


@THEMES
@STACKED
@pytest.mark.parametrize(("then", "head"), [(torch.eye(10)[8], "8"), (torch.eye(11)[10], "–")])
def test_the_first_frame_of_the_smudge_has_none(cloud, theme, stacked, then, head):
    shares = torch.stack([torch.eye(len(then))[3]] * 2 + [then])
    found = Smudge(
        amounts=torch.tensor([0.0, 0.5, 1.0]),
        images=torch.rand(3, 28, 28),
        points=torch.randn(3, 3),
        probabilities=shares,
        z_shift=torch.zeros(3),
        x_shift=torch.zeros(3),
        steps=torch.zeros(3),
        converged=torch.ones(3, dtype=torch.bool),
    )
    figure = smudged(found, cloud, stacked=stacked, theme=theme)
    go.Figure(figure.to_dict())
    heat = next(t for t in figure.to_dict()["data"] if t["type"] == "heatmap")
    assert np.allclose(np.array(heat["z"]) / 100, found.images[0], atol=0.01)
    heads = [frame["data"][0]["text"] for frame in figure.to_dict()["frames"]]
    assert heads == [["<b>3</b>"], ["<b>3</b>"], [f"<b>{head}</b>"]]
    assert figure.layout.sliders[0].active == 0
    assert found.flip_amount == 1.0
    (bars,) = [trace for trace in figure.data if trace.type == "bar"]
    assert len(bars.x) == len(figure.layout.yaxis3.ticktext) == len(then)
    assert figure.layout.yaxis3.range[0] > len(then) - 1
    caption = figure.layout.sliders[0].steps[2].label
    assert caption.startswith("1.00: " if stacked else "amount 1.00: ")
    assert ("no digit (" if head == "–" else "reads 8 (") in caption


@THEMES
@STACKED
def test_both_gradients_have_one_scale(theme, stacked):
    gradient = torch.randn(28, 28)
    found = Sensitivity(3, gradient, 0.5 * gradient, 1, 0.5, True)
    figure = sensitivity_maps(torch.rand(28, 28), found, stacked=stacked, theme=theme)
    go.Figure(figure.to_dict())
    _, implicit, unrolled = figure.data
    assert (implicit.zmin, implicit.zmax) == (unrolled.zmin, unrolled.zmax)
    assert implicit.zmin == -implicit.zmax
    blank = Sensitivity(3, torch.zeros(28, 28), torch.full((28, 28), torch.nan), 1, 0.0, False)
    json.dumps(sensitivity_maps(torch.zeros(28, 28), blank).to_dict(), allow_nan=False)
