"""What the tasks and captions of the Steady states page claim, computed."""

import doctest
import math

import pytest
import torch

from deq.scalar import PRESETS, euler_steps
from deq.status import Status
from pages.parts.fixed_points.lesson import Choice
from pages.parts.steady_states import captions, lesson, words
from pages.parts.steady_states.solver_lesson import METHODS, TOLERANCES, deep, price, walk
from pages.parts.steady_states.tasks import TRY
from tests.pages.code_box import boxes, printed


def flowing(key="cos", x0=None, **values):
    preset = PRESETS[key]
    return lesson.flowing(
        Choice(
            preset.text,
            tuple({**preset.defaults, **values}.items()),
            preset.view,
            preset.start if x0 is None else x0,
        )
    )


def the_cosine():
    found = flowing()
    gap = found.iterates - found.goal.x
    assert bool((gap[1:-1] * gap[2:] < 0).all())  # the dots swing
    for course in found.courses:
        assert len((course - found.goal.x).sign().unique()) == 1  # no curve crosses


def three_equilibria():
    assert flowing("tanh", 0.1).goal.x == pytest.approx(0.9575, abs=1e-4)
    assert flowing("tanh", -0.1).goal.x == pytest.approx(-0.9575, abs=1e-4)
    assert flowing("tanh").points[1].slope > 1


def chaos_and_its_flow():
    found = flowing("logistic", r=4.0)
    assert found.goal.x == pytest.approx(0.75)
    assert float(found.iterates[-5:].std()) > 0.1


def no_equilibrium():
    found = flowing("square")
    assert not len(found.points)
    assert float(found.speed.min()) > 0
    assert "runs away" in words.flow_verdict(found)


def the_best_step():
    g = PRESETS["cos"]
    steps = [euler_steps(g, -1.0, h) for h in (0.5975, 1.0, 1.19, 1.2)]
    assert steps == [5, 33, 1404, None]


def smaller_steps():
    g = PRESETS["inverse"]
    assert flowing("inverse").slope == pytest.approx(-1)
    assert euler_steps(g, 1.0, 1.0) is None
    assert all(euler_steps(g, 1.0, h) for h in (0.5, 0.9, 0.99))
    x = torch.tensor([0.3, 1.0, 3.0], dtype=torch.float64)
    assert torch.allclose(x + 0.5 * (2 / x - x), PRESETS["heron"](x))


def too_steep():
    found = walk(-5.0, "dopri5", 1e-4)
    assert found.slope == pytest.approx(-5, abs=0.05)
    assert found.iteration is None
    assert found.run.status is Status.CONVERGED
    costs = {name: price(-5.0, name)[1] for name in ("Picard", "dopri5", "dopri8", "bosh3")}
    assert captions.prices(costs, 1e-4) == (
        "Evaluations at 10⁻⁴: dopri5 103, dopri8 105, bosh3 115, Picard never settles."
    )


def where_the_ode_loses():
    for problem in (-0.5, "calm"):
        one, two = price(problem, "Picard")[1][-1], price(problem, "dopri5")[1][-1]
        assert two > 5 * one


def a_spiral():
    found = deep(1.3, 8, (1.0, 1.0))
    assert found.eigenvalues[0].imag != 0  # it turns
    assert found.distances[50] < 0.01 * found.distances[10]
    assert found.settles


def too_much_gain():
    found = deep(2.0, 8, (1.0, 1.0))
    assert found.radius > 1
    assert 0.3 < float(found.distances[20:].min()) < float(found.distances[20:].max()) < 2
    assert all(float((course[-1] - found.z).norm()) < 0.02 for course in found.courses)


CLAIMS = {
    "The cosine as a flow": the_cosine,
    "Three equilibria": three_equilibria,
    "Chaos and its flow": chaos_and_its_flow,
    "No equilibrium": no_equilibrium,
    "The best step": the_best_step,
    "Smaller steps help": smaller_steps,
    "Too steep to iterate": too_steep,
    "Where the ODE loses": where_the_ode_loses,
    "A spiral": a_spiral,
    "Too much gain": too_much_gain,
}


@pytest.mark.parametrize("task", TRY, ids=lambda task: task.label)
def test_a_task_leads_to_what_it_says(task):
    CLAIMS[task.label]()


@pytest.mark.parametrize("w", [-6.0, -5.0, -2.0, -0.5, 3.0])
@pytest.mark.parametrize("method", METHODS[:3])
def test_the_chart_has_the_evaluations_of_the_run_at_every_tolerance(w, method):
    for tol, evals in zip(*price(w, method), strict=True):
        run = walk(w, method, tol).run
        assert (run.status is Status.CONVERGED) == math.isfinite(evals)
        if math.isfinite(evals):
            assert run.nfe == evals


@pytest.mark.parametrize("tol", TOLERANCES)
def test_the_readout_of_the_iteration_is_the_point_in_the_chart(tol):
    evals = dict(zip(*price(-0.5, "Picard"), strict=True))[tol]
    found = walk(-0.5, "dopri5", tol)
    assert found.iteration == evals
    assert words.walk_readouts(found)["Evaluations, iteration"] == f"{evals:.0f}"


@pytest.mark.parametrize("w", [-5.0, -0.5, 3.0])
@pytest.mark.parametrize("tol", [1e-1, 1e-4])
def test_the_caption_says_that_steps_get_longer_only_if_they_do(w, tol):
    found = walk(w, "dopri5", tol)
    lengths = found.run.t.diff()
    if "farther apart" in captions.walk_shows(found):
        assert lengths[-1] > lengths[0]


def test_the_examples_in_the_docstrings_hold():
    found = doctest.testmod(captions)
    assert found.attempted > 0
    assert found.failed == 0


UNUSUAL = [
    {"map": "own", "formula": "2 - x^3/5", "own-x0": "-3.25"},
    {"map": "exponential", "exponential-x0": "2.9"},  # the flow runs away
    {"map": "line", "line-a": "1.2", "line-b": "-4"},
    {"part": "Euler step", "map": "line", "line-a": "0.9", "h": "10"},
    {"part": "Euler step", "map": "tanh", "tanh-w": "-4.9", "tanh-b": "0.7", "h": "0.123456"},
    {"part": "Euler step", "map": "logistic", "logistic-r": "3.9", "h": "1.19"},
    {"part": "Why an ODE", "w": "-5", "tol": "1e-01"},
    {"part": "Why an ODE", "w": "3", "tol": "1e-06", "ode": "bosh3"},
    {"part": "Why an ODE", "w": "-1.1", "tol": "1e-02", "ode": "dopri8"},
    {"part": "Depth", "gain": "6", "seed": "31", "z1": "-1.2", "z2": "0.35"},
    {"part": "Depth", "gain": "0.1", "seed": "9999"},
]  # fmt: skip


def test_boxes_print_what_the_page_says_at_unusual_settings(open_page):
    codes, says = [], []
    for query in UNUSUAL:
        app = open_page("steady_states", **query)
        assert not app.exception
        ((shown, below),) = boxes(app)
        assert len(shown.splitlines()) <= 10
        codes.append(shown)
        says.append(f"{below}\n")
    assert printed("\n".join(codes)) == "".join(says)
