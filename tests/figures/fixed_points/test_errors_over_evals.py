"""The error plot shows its numbers, except those below rounding."""

import numpy as np
import plotly.graph_objects as go
import pytest

from deq.figures import errors_over_evals
from tests.figures.traces import only


def test_the_line_through_the_errors_has_the_slope_of_the_map():
    n = np.arange(12.0)
    figure = errors_over_evals({"Picard": (n + 1, 3 * 0.5**n)}, slope=-0.5)
    line = only(figure, "theory")
    assert (np.log(line.y[1]) - np.log(line.y[0])) / (line.x[1] - line.x[0]) == pytest.approx(
        np.log(0.5)
    )
    np.testing.assert_allclose(line.y[0], 3.0)
    np.testing.assert_allclose(only(figure, "Picard").y, 3 * 0.5**n, rtol=1e-3)


def test_errors_below_rounding_are_left_out():
    figure = errors_over_evals({"Newton": ([1, 3, 5], [1.0, 1e-9, 0.0])})
    assert list(only(figure, "Newton").x) == [1, 3]
    assert not [trace for trace in figure.data if trace.name == "theory"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_plotly_accepts_the_figure(theme):
    errors = {"Picard": ([1, 2, 3], [1.0, 0.5, 0.25]), "Newton": ([1, 3], [1.0, 0.0])}
    figure = errors_over_evals(errors, slope=0.5, chosen="Picard", theme=theme)
    go.Figure(figure.to_dict())  # raises on a property Plotly does not know
    assert figure.layout.paper_bgcolor == "rgba(0,0,0,0)"
