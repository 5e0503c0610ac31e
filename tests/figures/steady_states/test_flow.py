"""The flow's figure: its data against closed forms."""

import json
from types import SimpleNamespace

import numpy as np
import plotly.graph_objects as go
import pytest

from deq.figures.steady_states.flow import flow_field
from deq.figures.steady_states.phase_line import flow_stability, segments
from tests.figures.traces import named

VIEW = (-2.0, 2.0)


@pytest.fixture
def figure():
    """dx/dt = −2x, which is g(x) = −x: x(t) = x₀e^{−2t}; iteration only changes the sign."""
    t = np.linspace(0, 8, 97)
    starts = np.array([1.0, -2.0, 2.0])
    x = np.linspace(-2.1, 2.1, 201)
    return flow_field(
        t,
        starts[:, None] * np.exp(-2 * t),
        (-1.0) ** np.arange(9),
        x,
        -2 * x,
        view=VIEW,
        points=[SimpleNamespace(x=0.0, kind="neutral", slope=-1.0)],
    )


def test_segments_have_the_slope_of_the_flow_and_equal_length():
    x = np.linspace(*VIEW, 401)
    across, up = segments(x, 1 - x, 8.0, VIEW)
    assert across[2::3] == [None] * (len(across) // 3)
    a, b = np.array(across[0::3]), np.array(across[1::3])
    c, d = np.array(up[0::3]), np.array(up[1::3])
    np.testing.assert_allclose((d - c) / (b - a), 1 - (c + d) / 2, rtol=0.03, atol=0.01)
    length = np.hypot((b - a) * 1.9 / 8.0, (d - c) / 4.0)
    assert length.max() < 1.02 * length.min()


def test_the_flow_and_the_iterates_share_one_axis(figure):
    (iterates,) = named(figure, "iterates")
    assert iterates["x"] == list(range(9))
    assert iterates["y"] == [1, -1, 1, -1, 1, -1, 1, -1, 1]
    chosen = named(figure, "trajectories")[1]
    t = np.array(chosen["x"][:-1])
    np.testing.assert_allclose(chosen["y"][:-1], np.exp(-2 * t), atol=3e-3)
    (level,) = named(figure, "stable equilibrium")  # g′ = −1: stable for the flow only
    assert level["y"] == [0, 0]
    assert level["line"].get("dash", "solid") == "solid"


def test_arrows_on_the_phase_line_point_along_the_flow(figure):
    (arrows,) = named(figure, "arrows")
    for x, symbol in zip(arrows["y"], arrows["marker"]["symbol"], strict=True):
        assert symbol == ("triangle-down" if x > 0 else "triangle-up")
    assert len(arrows["y"]) >= 8


@pytest.mark.parametrize(
    ("slope", "kind"), [(-5.0, "stable"), (0.5, "stable"), (1.5, "unstable"), (1.0, "neutral")]
)
def test_the_flow_is_stable_where_the_slope_is_below_one(slope, kind):
    assert flow_stability(SimpleNamespace(x=0.0, kind="unstable", slope=slope)) == kind


def test_a_frame_shows_the_path_up_to_its_time(figure):
    frames = {frame["name"]: frame for frame in figure.to_dict()["frames"]}
    frame = frames["48"]  # t = 4
    iterates, now, _ = frame["data"]
    assert iterates["x"] == [0, 1, 2, 3, 4]
    assert now["x"] == [4.0] * 3
    np.testing.assert_allclose(now["y"], np.array([1, -2, 2]) * np.exp(-8), atol=1e-4)
    assert "<br>t = 8.00: the flow is at 1.1" in figure.data[-1].text[0]
    assert "<br>t = 4.00: " in frame["data"][-1]["text"][0]
    assert len(json.dumps(figure.to_dict())) < 300_000


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_plotly_accepts_the_figure(theme, figure):
    go.Figure(figure.to_dict())
    unknown = flow_field(np.linspace(0, 8, 20), np.full((2, 20), np.nan), [], [0.0, 1.0],
                         [np.nan, np.nan], view=VIEW, stacked=True, theme=theme)  # fmt: skip
    go.Figure(unknown.to_dict())
