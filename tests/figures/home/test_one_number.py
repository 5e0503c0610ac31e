"""The figures of one number end at the equilibria of real solves."""

import numpy as np
import pytest
import torch

import deq
from deq.figures import cobweb, states_over_time
from deq.figures.home.one_number import corners
from tests.figures.traces import only


def test_paths_of_real_solves_end_at_the_marked_equilibrium():
    z0 = torch.tensor([-1.0], dtype=torch.float64)
    courses = {
        name: deq.solve(torch.cos, z0, solver=solver, tol=1e-6, record=True).trajectory
        for name, solver in (("Picard", deq.Picard()), ("ODE", deq.ODE()))
    }
    limit = 0.7390851332151607
    figure = states_over_time(courses, limit)
    for name in courses:
        assert only(figure, name).y[0] == -1
        assert only(figure, name).y[-1] == pytest.approx(limit, abs=1e-4)
    x = torch.linspace(-1, 1, 21, dtype=torch.float64)
    web = only(cobweb(courses["Picard"], x, torch.cos(x), limit), "web")
    # Every second corner lies on the curve, the others on the diagonal.
    np.testing.assert_allclose(web.y[1::2], np.cos(np.asarray(web.x[1::2])), atol=2e-4)
    np.testing.assert_allclose(web.y[2::2], web.x[2::2], atol=2e-4)


def test_without_states_the_cobweb_is_empty():
    x, y = corners(np.array([]))
    assert len(x) == len(y) == 0
