"""Iteration beside the ODE: each accepted step has its dot, each solver its line."""

import plotly.graph_objects as go
import pytest

from deq.figures.steady_states.iteration_and_ode import apart, evals_over_tol, iteration_and_ode
from tests.figures.traces import named


def test_each_accepted_step_has_a_dot_on_the_curve():
    t, x = [0.0, 0.1, 0.4, 1.5], [1.0, 0.8, 0.4, 0.1]
    figure = iteration_and_ode([1, -1, 1], t, x, (t, x), limit=0.1, view=(-1, 1))
    (dots,) = named(figure, "accepted steps")
    assert (dots["x"], dots["y"]) == (t, x)
    (stems,) = named(figure, "stems")
    assert stems["x"][0::3] == t
    assert stems["y"][0::3] == x


def test_a_solver_that_did_not_converge_is_named_but_not_drawn():
    never = float("nan")
    courses = {"Picard": ([1e-1, 1e-2], [never, never]), "dopri5": ([1e-1, 1e-2], [30, never])}
    figure = evals_over_tol(courses, chosen="dopri5", now=1e-2)
    assert not named(figure, "Picard")
    assert named(figure, "dopri5")[0]["y"] == [30]
    texts = [note.text for note in figure.layout.annotations]
    assert any("Picard: never" in text for text in texts)
    assert any("no further" in text for text in texts)


def test_labels_do_not_overlap():
    moved = apart([1.0, 1.0, 1.05, 3.0], 0.5)
    assert all(b - a >= 0.5 - 1e-12 for a, b in zip(sorted(moved), sorted(moved)[1:], strict=False))
    assert moved[3] == 3.0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_plotly_accepts_the_figures(theme):
    drawn = iteration_and_ode([0, 1], [0], [0], ([0], [0]), limit=0.0, view=(-1, 1), theme=theme)
    go.Figure(drawn.to_dict())
    go.Figure(evals_over_tol({}, theme=theme).to_dict())
