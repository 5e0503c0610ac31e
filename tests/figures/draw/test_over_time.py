"""Probabilities and residual over solver time."""

import math

import numpy as np
import plotly.graph_objects as go
import pytest

from deq.figures import (
    palette,
    probabilities_over_time,
    residuals_over_time,
)
from tests.figures.traces import only


def test_each_digit_has_its_line_in_its_colour(course, shares):
    figure = probabilities_over_time(course.t, shares)
    for digit in range(10):
        line = only(figure, str(digit))
        np.testing.assert_allclose(line.y, 100 * shares[:, digit], atol=0.01)
        assert line.line.color == palette("light").digits[digit]


def test_the_two_most_probable_digits_are_labelled(course, shares):
    labels = [note.text for note in probabilities_over_time(course.t, shares).layout.annotations]
    assert labels == ["<b>4</b>", "<b>9</b>"]


def test_no_digit_has_a_grey_line_and_a_name_inside_the_figure(course, shares_of_none):
    figure = probabilities_over_time(course.t, shares_of_none)
    go.Figure(figure.to_dict())  # validates
    line = only(figure, "no digit")
    np.testing.assert_allclose(line.y, 100 * shares_of_none[:, 10], atol=0.01)
    assert line.line.color == palette("light").muted
    label, nine = figure.layout.annotations
    assert (label.text, label.xanchor) == ("<b>no digit</b>", "right")
    assert label.yshift < 0  # under a line that is near the top
    assert nine.text == "<b>9</b>"


def test_the_residual_is_drawn_on_a_log_axis(course):
    figure = residuals_over_time(course, tol=1e-2)
    assert figure.layout.yaxis.type == "log"
    norms = 2 * (1 - 0.5 ** np.arange(9))  # ‖(a, a, a, a)‖ = 2a
    relative = 0.5 ** np.arange(9) / (1 + norms)
    np.testing.assert_allclose(only(figure, "residual").y, relative, rtol=1e-3)


def test_the_residual_is_below_the_tolerance_where_the_stop_test_is_met(course):
    figure = residuals_over_time(course, tol=1e-2)
    assert set(only(figure, "tolerance").y) == {1e-2}
    norms = np.linalg.norm(course.z.reshape(9, 4), axis=1)
    met = course.residual[:, 0].numpy() <= 1e-2 + 1e-2 * norms
    assert met.tolist() == [y <= 1e-2 for y in only(figure, "residual").y]
    assert 0 < met.sum() < 9


@pytest.mark.parametrize("name", ["ode", "picard", "anderson"])
def test_the_residual_has_the_colour_of_its_solver(course, name):
    line = only(residuals_over_time(course, tol=1e-2, solver=name), "residual")
    assert line.line.color == palette("light").solvers[name]


def test_values_that_a_log_axis_cannot_show_are_left_out(course):
    course.residual[-1] = 0.0
    course.residual[-2] = math.inf
    drawn = only(residuals_over_time(course, tol=1e-2), "residual").y
    assert drawn[-2:] == (None, None)
