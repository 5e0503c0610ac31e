"""States at the ends of a dtype's range, and starts outside of it."""

import math

import pytest
import torch
from torch import Tensor

import deq
from deq import Status
from deq.bookkeeping.norms import norm, scaled_norm
from tests.problems import F64
from tests.solve.test_solve import every_solver


@pytest.mark.parametrize("dtype", [F64, torch.float32, torch.float16, torch.bfloat16])
def test_norms_do_not_overflow(dtype: torch.dtype) -> None:
    most = torch.finfo(dtype).max
    x = torch.tensor([[most / 4, -most / 4], [3.0, 4.0], [most, most], [0.0, 0.0]], dtype=dtype)
    expected = torch.tensor([most / 4 * math.sqrt(2), 5.0, most, 0.0], dtype=F64)
    assert torch.allclose(norm(x).to(F64), expected, rtol=2 * torch.finfo(dtype).eps)
    odd = torch.tensor([[math.inf, 1.0], [math.nan, 1.0], [most, 1.0]], dtype=dtype)
    assert norm(odd).isfinite().tolist() == [False, False, True]


def test_scaled_norms_do_not_vanish() -> None:
    assert scaled_norm(torch.full((1, 4), 1e-30)).item() == pytest.approx(2e-30)
    assert scaled_norm(torch.zeros(2, 0)).tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("dtype", "size", "tol"),
    [(torch.float32, 1e25, 1e-3), (torch.bfloat16, 1e25, 3e-2), (F64, 1e200, 1e-3),
     (torch.float16, 2e4, 1e-2)],
)  # fmt: skip
@every_solver
def test_states_whose_squares_overflow(
    solver: object, dtype: torch.dtype, size: float, tol: float
) -> None:
    z0 = torch.tensor([[1.0, 1e-3, 0.5], [-1e-3, 0.0, 1.0]], dtype=F64).mul(size).to(dtype)
    sol = deq.solve(lambda z: z / 2 + size, z0, solver=solver, tol=tol, max_evals=600)
    assert sol.converged.all()
    assert torch.allclose(sol.z.to(F64) / size, torch.full((2, 3), 2.0, dtype=F64), rtol=10 * tol)
    exact = ((sol.z / 2 + size - sol.z).to(F64) / size).norm(dim=1)
    assert torch.allclose(sol.residual.to(F64) / size, exact, rtol=1e-2)


def test_a_residual_whose_squares_vanish_is_no_zero() -> None:
    # In float32, (1e-25)² is zero.
    z0 = torch.full((1, 2), 1e-25)
    sol = deq.solve(lambda z: z / 2, z0, solver=deq.Picard(), tol=1e-30, max_evals=5)
    assert not sol.converged
    assert sol.residual.item() == pytest.approx(1e-25 / 32 * math.sqrt(2), rel=1e-3)


@pytest.mark.parametrize("tol", [1e-46, 1e-200])
@every_solver
def test_a_tolerance_that_the_dtype_cannot_hold(solver: object, tol: float) -> None:
    z0 = torch.tensor([[0.0, 0.0], [5.0, -1.0]])
    sol = deq.solve(lambda z: z / 2 + 1, z0, solver=solver, tol=tol, max_evals=2000)
    for status in sol.status.tolist():
        assert status in (Status.CONVERGED, Status.STALLED, Status.MAX_EVALS)
    assert torch.allclose(sol.z, torch.full_like(z0, 2.0), rtol=1e-5)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("record", [False, True])
@every_solver
def test_a_row_that_starts_outside_comes_back_as_it_came(
    solver: object, bad: float, record: bool
) -> None:
    z0 = torch.tensor([[1.0, 1.0], [bad, 2.0], [4.0, -1.0], [0.5, bad], [0.0, 3.0]])
    fine = torch.tensor([True, False, True, False, True])

    def f(z: Tensor) -> Tensor:
        return 0.5 * torch.cos(z) + 1

    sol = deq.solve(f, z0, solver=solver, record=record)
    assert torch.equal(sol.z.nan_to_num()[~fine], z0.nan_to_num()[~fine])
    assert (sol.status[~fine] == int(Status.NON_FINITE)).all()
    assert sol.residual[~fine].isinf().all()
    assert sol.converged[fine].all()
    if record:
        assert torch.equal(sol.trajectory.z[-1].nan_to_num(), sol.z.nan_to_num())
    others = deq.solve(f, z0[fine], solver=solver)
    assert torch.equal(sol.nfe[fine], others.nfe)
    assert torch.allclose(sol.z[fine], others.z, atol=1e-6)


def test_a_broken_matrix_leaves_the_state_with_its_residual() -> None:
    # The columns of I − A look across the cliff; a finished sample must not move.
    sol = deq.solve(
        lambda z: torch.where(z > 1, torch.nan, 0.5 * z + 1.5), torch.zeros(1), solver=deq.Dense()
    )
    assert Status(int(sol.status)) is Status.NON_FINITE
    assert sol.z.item() == 0
    assert sol.residual.item() == 1.5
