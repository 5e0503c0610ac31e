"""What the gallery says of a problem is what the solvers do; see also test_race.py."""

import pytest

import deq
from deq.digits import example, prepare
from deq.race import SolverSettings, problem, race
from deq.race.digit import digit_problem


def raced(name, gain=0.9, **settings):
    """The runs by name."""
    runs = race(problem(name, gain), SolverSettings(**settings), timed=False)
    return {run.name: run for run in runs}


def test_with_a_small_gain_plain_iteration_is_hard_to_beat():
    runs = raced("tanh layer", 0.2)
    assert runs["Picard"].nfe <= min(run.nfe for run in runs.values()) + 1


def test_beyond_gain_1_there_are_equilibria_that_are_not_stable():
    assert any(run.ode_stable is False for run in raced("tanh layer", 2.5).values())


def test_solvers_that_use_past_steps_leave_the_spiral():
    runs = raced("spiral")
    assert max(runs[name].nfe for name in ("Anderson", "Broyden")) < 10
    assert runs["Picard"].nfe > 100


def test_iteration_and_flow_leave_an_equilibrium_that_newton_finds():
    runs = raced("repelling")
    assert runs["Newton"].ode_stable is False
    assert not any(runs[name].converged for name in ("Picard", "damped", "ODE dopri5"))


def test_iteration_is_exact_after_twenty_steps_and_its_residual_grows_before():
    todo = problem("twenty steps")
    z, way = todo.z0, []
    for _ in range(21):
        way.append(float((todo.f(z) - z).norm()))
        z = todo.f(z)
    assert max(way) > way[0]
    assert way[20] == 0


def test_in_one_dimension_one_past_step_is_enough():
    one, five = (raced("one number", window=w)["Anderson"].nfe for w in (1, 5))
    assert one <= five


@pytest.mark.parametrize("digit", "0123456789")
def test_on_a_digit_each_step_leaves_about_an_eighth_of_the_residual(digit):
    todo = digit_problem(deq.models.load("digits"), prepare(example(digit)))
    found = deq.solve(todo.f, todo.z0, solver=deq.Picard(), tol=1e-4, record=True)
    residuals = found.trajectory.residual[:, 0]
    share = float(residuals[-1] / residuals[0]) ** (1 / (len(residuals) - 1))
    assert 1 / 12 < share < 1 / 6


@pytest.mark.parametrize("digit", "0123456789")
def test_on_a_digit_anderson_and_broyden_save_one_step_at_most(digit):
    todo = digit_problem(deq.models.load("digits"), prepare(example(digit)))
    needed = {run.name: run.nfe for run in race(todo, tol=1e-4, timed=False)}
    for name in ("Anderson", "Broyden"):
        assert needed["Picard"] - 1 <= needed[name] <= needed["Picard"]
