"""Smooth curves through the accepted steps of an adaptive solver, against closed forms."""

import numpy as np
import torch

from deq.scalar import flow, random_network
from deq.scalar.curve import hermite
from deq.status import Status


def test_interpolation_between_two_states_is_exact_for_a_cubic() -> None:
    t = np.array([0.0, 0.7, 3.0])
    cubic = np.polynomial.Polynomial([1.0, -2.0, 0.5, 0.25])
    at = np.linspace(0, 3, 31)
    np.testing.assert_allclose(hermite(t, cubic(t), cubic.deriv()(t), at), cubic(at), atol=1e-12)
    assert hermite([0.0], [4.0], [1.0], [0.0, 9.0]).tolist() == [4.0, 4.0]


def test_a_solution_is_smooth_and_level_at_its_end() -> None:
    g = lambda x: 0.5 * x + 1  # noqa: E731
    [run] = flow(g, [-1.0], tol=1e-6)  # x(t) = 2 − 3e^{−t/2}
    t = torch.linspace(0, float(run.t[-1]) + 5, 200, dtype=torch.float64)
    assert torch.allclose(run.at(g, t), 2 - 3 * torch.exp(-t / 2), atol=1e-3)


def test_a_diverged_solution_ends_at_its_last_state() -> None:
    g = lambda x: 3 * x  # noqa: E731
    [run] = flow(g, [1.0], max_evals=200)
    assert run.status is not Status.CONVERGED
    end = float(run.t[-1])
    curve = run.at(g, torch.tensor([0.0, end / 2, end + 1], dtype=torch.float64))
    assert curve[:2].isfinite().all()
    assert curve[2].isnan()


def test_courses_go_from_their_start_to_the_equilibrium() -> None:
    net = random_network(2, gain=0.7, seed=3)
    starts = torch.tensor([[1.0, -1.0], [0.0, 0.5]], dtype=torch.float64)
    for start, course in zip(starts, net.resampled(starts, 40, tol=1e-6), strict=True):
        assert course.shape == (40, 2)
        assert torch.equal(course[0], start)
        assert torch.allclose(course[-1], net.equilibrium().z[0], atol=1e-4)
