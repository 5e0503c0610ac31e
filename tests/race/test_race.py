"""The race: every case ends as its sentence says, and the counts are the solvers' own."""

import numpy as np
import pytest
import torch

import deq
from deq.models import load
from deq.race import GALLERY, Field, adjoint_problem, landscape, problem, race, racers
from deq.race.digit import digit_problem
from deq.status import Status


def laps_of(name, **more):
    return {lap.name: lap for lap in race(problem(name), **more)}


@pytest.mark.parametrize("name", GALLERY)
def test_a_curve_is_the_solve_itself(name):
    todo = problem(name)
    laps = laps_of(name, max_evals=60)
    for who, solver in racers(Field(), todo).items():
        lap = laps[who]
        # Recorded too, so that every state of Picard's is looked at.
        sol = deq.solve(todo.f, todo.z0, solver=solver, tol=1e-4, max_evals=60, record=True)
        assert lap.members == sol.nfe.tolist()
        assert lap.nfe == max(lap.members) == lap.evals[-1] or not lap.settled
        assert lap.evals[0] == 1
        assert lap.evals == sorted(lap.evals)
        assert len(lap.evals) == len(lap.residuals)
        assert lap.seconds > 0
        if lap.settled:
            assert lap.residuals[-1] <= 1e-4
            end = (todo.f(lap.end) - lap.end).reshape(todo.members, -1).norm(dim=1)
            assert lap.residual == pytest.approx(float(end.max()), abs=1e-14)


def test_the_gallery_separates_the_solvers_as_it_says():
    three = laps_of("three speeds")
    assert three["Picard"].status is Status.MAX_EVALS
    assert three["Anderson"].nfe < 10
    turning = laps_of("turning for ever")
    assert turning["Picard"].status is Status.MAX_EVALS
    assert turning["damped"].settled
    assert laps_of("twenty steps")["Picard"].nfe <= 21
    copies = laps_of("all alike")
    assert all(lap.settled for lap in copies.values())
    assert copies["Anderson"].nfe <= 4
    stiff = laps_of("stiff")
    assert stiff["Picard"].status is Status.DIVERGED
    assert stiff["ODE dopri5"].settled
    assert not any(lap.settled for lap in laps_of("no equilibrium").values())
    few, many = (laps_of("two hundred speeds", field=Field(window=w))["Anderson"] for w in (2, 15))
    assert many.nfe < few.nfe


def test_found_is_not_stable():
    repelling = laps_of("repelling")
    assert repelling["Broyden"].attracts is False
    assert float(repelling["Broyden"].end) == pytest.approx(-1)
    assert repelling["ODE dopri5"].status is Status.DIVERGED
    assert laps_of("one number")["Picard"].attracts is True


def test_one_hard_member_does_not_keep_the_others_going():
    lap = laps_of("one hard member")["Picard"]
    *easy, hard = lap.members
    assert hard > 5 * max(easy)
    # The easy ones alone end where they ended beside the hard one.
    todo = problem("one hard member")
    alone = deq.solve(todo.f, todo.z0, solver=deq.Broyden(), tol=1e-8)
    assert torch.allclose(alone.z[:-1], lap.end[:-1], atol=1e-3)


def test_backward_it_is_the_gradients_linear_system():
    todo = problem("tanh layer")
    adjoint = adjoint_problem(todo, seed=3)
    assert adjoint is not None
    z = deq.solve(todo.f, todo.z0, tol=1e-10).z
    j = deq.diagnostics.jacobian(todo.f, z)[0]
    g = adjoint.f(torch.zeros_like(adjoint.z0))
    w = torch.linalg.solve(torch.eye(50, dtype=torch.float64) - j.T, g[0])
    for lap in race(adjoint, tol=1e-8):
        if lap.settled:
            assert torch.allclose(lap.end[0], w, atol=1e-5), lap.name
    assert "GMRES" in racers(Field(), adjoint)
    assert adjoint_problem(problem("no equilibrium")) is None


def test_a_digit_is_raced_on_under_the_network():
    model = load("digits")
    image = np.zeros((28, 28), np.float32)
    image[6:22, 13:16] = 1
    laps = {lap.name: lap for lap in race(digit_problem(model, image), tol=1e-3)}
    assert all(lap.settled for lap in laps.values())
    for lap in laps.values():
        assert int(model.probabilities(lap.end).argmax()) == 1
    expected = model.predict(image, solver=deq.Picard(), tol=1e-3).solution
    assert laps["Picard"].nfe == int(expected.nfe)


def test_the_landscape_is_the_residual():
    todo = problem("spiral")
    land = landscape(todo, size=5)
    z = torch.tensor([[land.x[1], land.y[3]]])
    assert float(land.height[3, 1]) == pytest.approx(float((todo.f(z) - z).norm().log10()))
    with pytest.raises(ValueError, match="two numbers"):
        landscape(problem("one number"))


@pytest.mark.parametrize("cap", [1, 2])
def test_a_cap_of_hardly_anything_is_an_honest_picture(cap):
    for lap in laps_of("two hundred speeds", max_evals=cap).values():
        assert lap.status is Status.MAX_EVALS
        assert lap.nfe <= cap


def test_an_unknown_case_is_named():
    with pytest.raises(ValueError, match="three speeds"):
        problem("four speeds")
