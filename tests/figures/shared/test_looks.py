"""Distinguishable colours, figures that Plotly accepts, and exact exports."""

import csv
import io
import itertools
import tomllib
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import plotly.graph_objects as go
import pytest

from deq.figures import (
    cobweb,
    magnify,
    palette,
    probabilities_over_time,
    probability_bars,
    residuals_over_time,
    standalone_page,
    states_over_time,
    trajectory,
    trajectory_csv,
)
from deq.race.solvers import SolverSettings, make_solvers

ROOT = Path(__file__).resolve().parents[3]
THEMES = ("light", "dark")

# Machado, Oliveira, Fernandes 2009, severity 1, on linear RGB.
VISION = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                   [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                     [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                   [0.004733, 0.691367, 0.303900]],
}  # fmt: skip


def linear(colour):
    """Linear RGB of a hex colour."""
    srgb = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def contrast(one, two):
    """WCAG contrast of two hex colours."""
    low, high = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, two))
    return (high + 0.05) / (low + 0.05)


def oklab(rgb):
    """OKLab of linear RGB (Ottosson 2020)."""
    lms = np.array([[0.4122214708, 0.5363325363, 0.0514459929],
                    [0.2119034982, 0.6806995451, 0.1073969566],
                    [0.0883024619, 0.2817188376, 0.6299787005]]) @ rgb  # fmt: skip
    return np.array([[0.2104542553, 0.7936177850, -0.0040720468],
                     [1.9779984951, -2.4285922050, 0.4505937099],
                     [0.0259040371, 0.7827717662, -0.8086757660]]) @ np.cbrt(lms)  # fmt: skip


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("vision", VISION)
def test_any_two_digit_colours_differ_enough(theme, vision):
    seen = [
        oklab(np.clip(np.asarray(VISION[vision]) @ linear(colour), 0, 1))
        for colour in palette(theme).digits
    ]
    nearest = min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2))
    assert nearest > 0.07


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("vision", VISION)
def test_any_two_solvers_differ_in_colour(theme, vision):
    colours = palette(theme)
    seen = [
        oklab(np.clip(np.asarray(VISION[vision]) @ linear(colour), 0, 1))
        for colour in (*colours.solvers.values(), colours.ink, colours.accent)
    ]
    nearest = min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2))
    assert nearest > 0.05


@pytest.mark.parametrize("backward", [False, True])
def test_any_two_lines_of_the_race_differ_in_dash_and_in_marker(backward):
    names = make_solvers(SolverSettings(), SimpleNamespace(adjoint=backward))
    looks = [palette().look(name) for name in names]
    assert len({look.dash for look in looks}) == len(looks)
    assert len({look.symbol for look in looks}) == len(looks)


@pytest.mark.parametrize("theme", THEMES)
def test_text_and_marks_have_enough_contrast(theme):
    colours = palette(theme)
    for text in (colours.ink, colours.muted, colours.accent, *colours.solvers.values()):
        assert contrast(text, colours.page) >= 4.5
    for mark in colours.digits:
        assert contrast(mark, colours.page) >= 3
    assert contrast(colours.ink, colours.panel) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_the_theme_of_the_app_has_the_colours_of_the_figures(theme):
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    page, colours = config["theme"][theme], palette(theme)
    assert page["backgroundColor"] == colours.page
    assert page["secondaryBackgroundColor"] == colours.panel
    assert page["textColor"] == colours.ink
    assert tuple(page["chartCategoricalColors"]) == colours.digits


@pytest.mark.parametrize("theme", THEMES)
def test_plotly_accepts_every_figure(theme, course, points, shares, cloud):
    figures = [
        trajectory(points, course.t, shares, cloud, explained=[0.5, 0.3, 0.1], theme=theme),
        trajectory(points, course.t, shares, cloud, dims=3, theme=theme),
        trajectory(points, course.t, shares, cloud, settled=False, theme=theme),
        trajectory(np.zeros((0, 3)), [], np.zeros((0, 10)), cloud, dims=3, theme=theme),
        probability_bars(shares[-1], chosen=4, theme=theme),
        probabilities_over_time(course.t, shares, theme=theme),
        residuals_over_time(course, tol=1e-3, theme=theme),
        states_over_time({"Picard": course, "ODE": course}, 1.0, theme=theme),
        cobweb(course, [0, 1], [0.5, 1.0], 1.0, theme=theme),
    ]
    for figure in figures:
        checked = go.Figure(figure.to_dict())  # raises on a property Plotly does not know
        assert checked.layout.paper_bgcolor == "rgba(0,0,0,0)"


def test_no_figure_needs_the_internet(course, points, shares, cloud):
    page = standalone_page(
        trajectory(points, course.t, shares, cloud), "A <4> & more", "It settled.", theme="dark"
    )
    assert "<h1>A &lt;4&gt; &amp; more</h1>" in page
    assert "Plotly.newPlot" in page
    assert '<script src="' not in page
    assert "<link" not in page.partition("Plotly.newPlot")[2]
    assert palette("dark").page in page


def test_the_csv_has_full_precision(course, points, shares):
    points = points + np.pi / 7
    rows = list(csv.reader(io.StringIO(
        trajectory_csv(
            course.t, course.residual[:, 0], course.relative_residual[:, 0], points, shares
        )
    )))  # fmt: skip
    assert rows[0][:6] == ["t", "residual", "relative_residual", "pc1", "pc2", "pc3"]
    values = np.array(rows[1:], dtype=float)
    np.testing.assert_array_equal(values[:, 3:6], points)
    np.testing.assert_array_equal(values[:, 6:], shares)


def test_a_magnified_pixel_is_a_square():
    image = np.random.default_rng(0).random((28, 28))
    large = magnify(image, 5)
    assert large.shape == (140, 140)
    blocks = large.reshape(28, 5, 28, 5).swapaxes(1, 2)
    assert (blocks == blocks[..., :1, :1]).all()
