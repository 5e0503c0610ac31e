"""‖f(z) − z‖ / (1 + ‖z‖), the number that the stop test compares with ``tol``."""

import math

import pytest
import torch

import deq
from deq.bookkeeping.norms import relative_residual
from tests.problems import F64
from tests.solve.test_solve import every_solver


def halves(z: torch.Tensor) -> torch.Tensor:
    """Settles at 4, for states of any shape."""
    return 0.5 * z + 2


@every_solver
@pytest.mark.parametrize("tol", [1e-1, 1e-4])
@pytest.mark.parametrize(
    ("shape", "batch_dims"), [((3,), 1), ((3, 4), 1), ((2, 3, 4), 2), ((3, 4), 0), ((), 0), ((), 1)]
)
def test_it_is_at_most_the_tolerance_at_every_shape(
    solver: object, tol: float, shape: tuple[int, ...], batch_dims: int
) -> None:
    z0 = torch.zeros(shape, dtype=F64)
    sol = deq.solve(
        halves, z0, solver=solver, tol=tol, batch_dims=batch_dims, record=True, max_evals=1000
    )
    assert sol.converged.all()
    relative, trajectory = sol.relative_residual, sol.trajectory
    assert relative.shape == sol.residual.shape
    inner = tuple(range(batch_dims, len(shape)))
    size = sol.z.square().sum(inner).sqrt() if inner else sol.z.abs()
    assert torch.allclose(relative, sol.residual / (1 + size), rtol=1e-12, atol=0)
    assert (relative <= tol * (1 + 1e-12)).all()
    assert trajectory is not None
    assert trajectory.relative_residual.shape == trajectory.residual.shape
    assert torch.allclose(trajectory.relative_residual[-1], relative, rtol=1e-12, atol=0)
    # At the start z = 0, where the residual is divided by 1.
    assert torch.equal(trajectory.relative_residual[0], trajectory.residual[0])


def test_several_states_count_together() -> None:
    z = (torch.tensor([[3.0], [0.0]]), torch.tensor([[0.0, 4.0], [0.0, 0.0]]))
    assert relative_residual(torch.tensor([12.0, 5.0]), z).tolist() == [2.0, 5.0]


def test_no_size_of_state_is_too_large_or_too_small() -> None:
    z = torch.tensor([[3e30, 4e30], [0.0, 0.0], [math.inf, 0.0], [0.0, 0.0]])
    residual = torch.tensor([5e29, 1e-40, math.inf, math.nan])
    relative = relative_residual(residual, z)
    assert relative[0] == pytest.approx(0.1)
    assert relative[1] == residual[1]
    assert relative[2] == math.inf
    assert relative[3].isnan()
    half = torch.full((1, 4), 4e4, dtype=torch.float16)  # ‖z‖ is 80,000, too large for the type
    found = relative_residual(torch.tensor([8e3], dtype=torch.float16), half)
    assert found.item() == pytest.approx(0.1, rel=1e-3)


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)])
def test_nothing_has_nothing(shape: tuple[int, ...]) -> None:
    sol = deq.solve(halves, torch.zeros(shape), record=True)
    assert sol.relative_residual.tolist() == [0.0] * shape[0]
    assert sol.trajectory is not None
    assert sol.trajectory.relative_residual.shape == sol.trajectory.residual.shape
