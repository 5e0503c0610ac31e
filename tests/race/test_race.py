"""The race: every case ends as its sentence says, with the solvers' own counts."""

import numpy as np
import pytest
import torch

import deq
from deq.models import load
from deq.race import (
    GALLERY,
    SolverSettings,
    adjoint_problem,
    landscape,
    make_solvers,
    problem,
    race,
)
from deq.race.digit import digit_problem
from deq.status import Status


def results_of(name, **more):
    return {result.name: result for result in race(problem(name), **more)}


@pytest.mark.parametrize("name", GALLERY)
def test_a_result_equals_the_solve(name):
    todo = problem(name)
    results = results_of(name, max_evals=60)
    for label, solver in make_solvers(SolverSettings(), todo).items():
        result = results[label]
        # Recorded, like the race, so that every state of Picard is tested for convergence.
        sol = deq.solve(todo.f, todo.z0, solver=solver, tol=1e-4, max_evals=60, record=True)
        assert result.sample_nfe == sol.nfe.tolist()
        assert result.nfe == max(result.sample_nfe) == result.evals[-1] or not result.converged
        assert result.evals[0] == 1
        assert result.evals == sorted(result.evals)
        assert len(result.evals) == len(result.residuals)
        assert result.seconds > 0
        if result.converged:
            assert result.residuals[-1] <= 1e-4
            end = (todo.f(result.z) - result.z).reshape(todo.batch, -1).norm(dim=1)
            assert result.residual == pytest.approx(float(end.max()), abs=1e-14)
            end /= 1 + result.z.reshape(todo.batch, -1).norm(dim=1)
            assert result.relative_residual == pytest.approx(float(end.max()), abs=1e-14)
            assert result.relative_residual == pytest.approx(result.residuals[-1], rel=1e-12)


def test_a_race_shows_what_is_tested_and_no_run_away_seems_to_settle():
    """z ← z + 1: ‖f(z) − z‖ / (1 + ‖z‖) falls like 1/n, without an equilibrium."""
    (start,) = {run.residuals[0] for run in results_of("three speeds", tol=1e-1).values()}
    assert start > 1  # from z = 0, where ‖f(z) − z‖ is divided by 1
    for run in results_of("no equilibrium", tol=1e-1).values():
        assert not run.converged
        assert min(run.residuals) > 1e-1, run.name


def test_the_gallery_separates_the_solvers_as_its_sentences_say():
    three = results_of("three speeds")
    assert three["Picard"].status is Status.MAX_EVALS
    assert three["Anderson"].nfe < 10
    turning = results_of("turning for ever")
    assert turning["Picard"].status is Status.MAX_EVALS
    assert turning["damped"].converged
    assert results_of("twenty steps")["Picard"].nfe <= 21
    copies = results_of("all alike")
    assert all(result.converged for result in copies.values())
    assert copies["Anderson"].nfe <= 4
    stiff = results_of("stiff")
    assert stiff["Picard"].status is Status.DIVERGED
    assert stiff["ODE dopri5"].converged
    assert not any(result.converged for result in results_of("no equilibrium").values())
    few, many = (
        results_of("two hundred speeds", settings=SolverSettings(window=w))["Anderson"]
        for w in (2, 15)
    )
    assert many.nfe < few.nfe


def test_an_equilibrium_that_is_found_need_not_be_stable():
    repelling = results_of("repelling")
    assert repelling["Broyden"].ode_stable is False
    assert float(repelling["Broyden"].z) == pytest.approx(-1)
    assert repelling["ODE dopri5"].status is Status.DIVERGED
    assert results_of("one number")["Picard"].ode_stable is True


def test_one_hard_sample_does_not_delay_the_others():
    result = results_of("one hard member")["Picard"]
    *easy, hard = result.sample_nfe
    assert hard > 5 * max(easy)
    # Every easy sample ends at the same state in another solve.
    todo = problem("one hard member")
    other = deq.solve(todo.f, todo.z0, solver=deq.Broyden(), tol=1e-8)
    assert torch.allclose(other.z[:-1], result.z[:-1], atol=1e-3)


def test_the_backward_problem_is_the_adjoint_system():
    todo = problem("tanh layer")
    adjoint = adjoint_problem(todo, seed=3)
    assert adjoint is not None
    z = deq.solve(todo.f, todo.z0, tol=1e-10).z
    j = deq.diagnostics.jacobian(todo.f, z)[0]
    g = adjoint.f(torch.zeros_like(adjoint.z0))
    w = torch.linalg.solve(torch.eye(50, dtype=torch.float64) - j.T, g[0])
    for result in race(adjoint, tol=1e-8):
        if result.converged:
            assert torch.allclose(result.z[0], w, atol=1e-5), result.name
    assert "GMRES" in make_solvers(SolverSettings(), adjoint)
    assert adjoint_problem(problem("no equilibrium")) is None


def test_all_solvers_read_a_digit_with_the_network():
    model = load("digits")
    image = np.zeros((28, 28), np.float32)
    image[6:22, 13:16] = 1
    results = {result.name: result for result in race(digit_problem(model, image), tol=1e-3)}
    assert all(result.converged for result in results.values())
    for result in results.values():
        assert int(model.probabilities(result.z).argmax()) == 1
    expected = model.predict(image, solver=deq.Picard(), tol=1e-3).solution
    assert results["Picard"].nfe == int(expected.nfe)


def test_the_landscape_is_the_log_of_the_residual():
    todo = problem("spiral")
    land = landscape(todo, size=5)
    z = torch.tensor([[land.x[1], land.y[3]]])
    assert float(land.height[3, 1]) == pytest.approx(float((todo.f(z) - z).norm().log10()))
    with pytest.raises(ValueError, match="two numbers"):
        landscape(problem("one number"))


@pytest.mark.parametrize("cap", [1, 2])
def test_a_tiny_cap_ends_with_max_evals(cap):
    for result in results_of("two hundred speeds", max_evals=cap).values():
        assert result.status is Status.MAX_EVALS
        assert result.nfe <= cap


def test_an_unknown_case_is_named():
    with pytest.raises(ValueError, match="three speeds"):
        problem("four speeds")
