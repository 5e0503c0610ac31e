"""Probabilities and residual over solver time, the bars, and the pictures of one number."""

import math

import numpy as np
import pytest
import torch

import deq
from deq.figures import (
    cobweb,
    palette,
    probabilities_over_time,
    probability_bars,
    residuals_over_time,
    states_over_time,
)
from deq.figures.home.one_number import corners


def named(figure, name):
    """The one trace of that name."""
    (trace,) = [trace for trace in figure.data if trace.name == name]
    return trace


def test_each_digit_has_its_line_in_its_colour(course, shares):
    figure = probabilities_over_time(course.t, shares)
    for digit in range(10):
        line = named(figure, str(digit))
        np.testing.assert_allclose(line.y, 100 * shares[:, digit], atol=0.01)
        assert line.line.color == palette("light").digits[digit]


def test_the_final_favourite_and_its_rival_are_labelled(course, shares):
    labels = [note.text for note in probabilities_over_time(course.t, shares).layout.annotations]
    assert labels == ["<b>4</b>", "<b>9</b>"]


def test_the_residual_is_drawn_as_it_is_on_a_log_axis(course):
    figure = residuals_over_time(course, tol=1e-2)
    assert figure.layout.yaxis.type == "log"
    np.testing.assert_allclose(named(figure, "residual").y, 0.5 ** np.arange(9), rtol=1e-3)


def test_the_tolerance_is_the_stop_test_at_each_state(course):
    drawn = named(residuals_over_time(course, tol=1e-2), "tolerance").y
    norms = 2 * (1 - 0.5 ** np.arange(9))  # ‖(a, a, a, a)‖ = 2a
    np.testing.assert_allclose(drawn, 1e-2 + 1e-2 * norms, rtol=1e-3)


@pytest.mark.parametrize("name", ["ode", "picard", "anderson"])
def test_a_solver_wears_its_colour(course, name):
    line = named(residuals_over_time(course, tol=1e-2, solver=name), "residual")
    assert line.line.color == palette("light").solvers[name]


def test_what_a_log_axis_cannot_show_is_left_out(course):
    course.residual[-1] = 0.0
    course.residual[-2] = math.inf
    drawn = named(residuals_over_time(course, tol=1e-2), "residual").y
    assert drawn[-2:] == (None, None)


def test_bars_show_shares_in_per_cent_with_the_chosen_one_in_full_colour():
    shares = [0.0] * 10
    shares[4], shares[9] = 0.9, 0.1
    bars = probability_bars(shares, chosen=4).data[0]
    assert bars.x[4] == 90
    assert bars.text[4] == "90.0 %"
    assert bars.marker.color[4] == palette("light").digits[4]
    assert bars.marker.color[9].startswith("rgba")


def test_real_solves_arrive_where_the_figures_say():
    z0 = torch.tensor([-1.0], dtype=torch.float64)
    courses = {
        name: deq.solve(torch.cos, z0, solver=solver, tol=1e-6, record=True).trajectory
        for name, solver in (("Picard", deq.Picard()), ("ODE", deq.ODE()))
    }
    limit = 0.7390851332151607
    figure = states_over_time(courses, limit)
    for name in courses:
        assert named(figure, name).y[0] == -1
        assert named(figure, name).y[-1] == pytest.approx(limit, abs=1e-4)
    x = torch.linspace(-1, 1, 21, dtype=torch.float64)
    web = named(cobweb(courses["Picard"], x, torch.cos(x), limit), "web")
    # Every second corner lies on the curve, the others on the diagonal.
    np.testing.assert_allclose(web.y[1::2], np.cos(np.asarray(web.x[1::2])), atol=2e-4)
    np.testing.assert_allclose(web.y[2::2], web.x[2::2], atol=2e-4)


def test_no_states_make_no_web():
    x, y = corners(np.array([]))
    assert len(x) == len(y) == 0
