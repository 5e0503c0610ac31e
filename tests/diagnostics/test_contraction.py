"""The contraction constant, estimated from the residuals of a recorded run."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import deq
from deq.diagnostics import contraction
from tests.problems import COS_SLOPE, F64, symmetric


@pytest.mark.parametrize("tol", [1e-3, 1e-6, 1e-10, 1e-15])
def test_cosine_contracts_by_its_slope(tol: float) -> None:
    """Also when the run continues down to rounding."""
    start = torch.tensor([-1.0], dtype=F64)
    sol = deq.solve(torch.cos, start, solver=deq.Picard(), tol=tol, record=True)
    assert contraction(sol.trajectory.residual).item() == pytest.approx(-COS_SLOPE, abs=1e-2)


def test_damping_changes_the_constant_as_in_the_formula() -> None:
    solver = deq.Picard(damping=0.25)
    sol = deq.solve(lambda z: -3 * z + 4, torch.zeros(1, dtype=F64), solver=solver, record=True)
    assert contraction(sol.trajectory.residual).item() == 0.0  # (1 − h) − 3h = 0: one step
    solver = deq.Picard(damping=0.1)
    sol = deq.solve(lambda z: -3 * z + 4, torch.zeros(1, dtype=F64), solver=solver, record=True)
    assert contraction(sol.trajectory.residual).item() == pytest.approx(0.6)


def test_each_sample_of_a_batch_has_its_own_constant() -> None:
    """Finished samples repeat their last residual until all are done; one sample diverges."""
    slopes = torch.tensor([0.5, 0.9, -0.2, 1.5], dtype=F64)
    sol = deq.solve(
        lambda z: slopes * z + 1, torch.zeros(4, dtype=F64), solver=deq.Picard(), record=True
    )
    residual = sol.trajectory.residual
    for found in (contraction(residual), contraction(residual, count=sol.nfe)):
        assert torch.allclose(found, slopes.abs(), rtol=1e-6)
    assert contraction(residual[:, 1]).item() == pytest.approx(0.9)


def test_late_in_a_linear_run_it_is_the_spectral_radius() -> None:
    a = symmetric(20, 0.9)
    sol = deq.solve(
        lambda z: z @ a.T + 1,
        torch.zeros(1, 20, dtype=F64),
        solver=deq.Picard(),
        tol=1e-9,
        max_evals=400,
        record=True,
    )
    assert contraction(sol.trajectory.residual).item() == pytest.approx(0.9, abs=5e-3)


@given(
    factor=st.floats(0.05, 1.3),
    size=st.floats(1e-6, 1e6),
    steps=st.integers(2, 60),
    wobble=st.floats(0, 0.2),
)
def test_geometric_residuals_give_their_ratio(
    factor: float, size: float, steps: int, wobble: float
) -> None:
    t = torch.arange(steps, dtype=F64)
    exact = size * factor**t
    assert contraction(exact).item() == pytest.approx(factor, rel=1e-6)
    noisy = exact * (1 + wobble * torch.cos(3 * t))
    if steps >= 40 and factor > 0.7:
        assert contraction(noisy).item() == pytest.approx(factor, rel=0.02)


def test_short_exact_cyclic_and_finished_runs() -> None:
    nan = math.nan
    columns = {
        "one row of numbers": ([1.0, nan, nan, nan], nan),
        "not finite later": ([8.0, 4.0, 2.0, nan], 0.5),
        "exact after one step": ([1.0, 0.0, 0.0, 0.0], 0.0),
        "a cycle": ([1.0, 1.0, 1.0, 1.0], 1.0),
        "at the equilibrium from the start": ([0.0, 0.0, 0.0, 0.0], nan),
        "finished": ([9.0, 3.0, 1.0, 1.0], 1 / 3),
        "rounding": ([1.0, 0.1, 2e-16, 1e-16], 0.1),
    }
    residuals = torch.tensor([c for c, _ in columns.values()], dtype=F64).T
    wanted = torch.tensor([w for _, w in columns.values()], dtype=F64)
    assert torch.allclose(contraction(residuals), wanted, equal_nan=True)


def test_the_count_distinguishes_a_cycle_from_a_finished_sample() -> None:
    r = torch.tensor([9.0, 3.0, 1.0, 1.0, 1.0, 1.0, 1.0], dtype=F64)
    assert contraction(r).item() == pytest.approx(1 / 3, rel=0.01)
    assert contraction(r, count=torch.tensor([7])).item() == 1.0


def test_residuals_below_the_floor_are_ignored() -> None:
    r = torch.tensor([1.0, 0.5, 0.25, 1e-3, 2e-3, 1e-3, 2e-3], dtype=F64)
    assert contraction(r, floor=0.01).item() == pytest.approx(0.5)
    assert contraction(r[:, None], floor=torch.tensor([0.01])).item() == pytest.approx(0.5)


def test_bad_arguments_are_named() -> None:
    with pytest.raises(TypeError, match="residuals"):
        contraction([1.0, 0.5])
    with pytest.raises(ValueError, match=r"\(T, B\)"):
        contraction(torch.ones(2, 2, 2))
    with pytest.raises(ValueError, match="count"):
        contraction(torch.ones(3, 2), count=torch.tensor([1, 2, 3]))
    with pytest.raises(ValueError, match="floor"):
        contraction(torch.ones(3, 2), floor=torch.ones(3))
