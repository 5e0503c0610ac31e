"""NumPy's small algebra and torch's, near and far histories: the same method, the same iterates."""

import math
from collections.abc import Iterator
from copy import deepcopy

import numpy as np
import pytest
import torch
from torch import Tensor

import deq
from deq.solvers import anderson, broyden, small
from deq.solvers.base import Iteration
from tests.problems import F64

SOLVERS = [
    deq.Anderson(),
    deq.Anderson(window=2, damping=0.7),
    deq.Anderson(restart=1.0),
    deq.Broyden(),
    deq.Broyden(damping=0.5),
    deq.Broyden(memory=3),
    deq.Broyden(memory=1),
]
every_solver = pytest.mark.parametrize("solver", SOLVERS, ids=repr)


def problem(batch: int, n: int = 12, dtype: torch.dtype = F64):
    g = torch.Generator().manual_seed(batch)
    w = 0.9 / math.sqrt(n) * torch.randn(n, n, generator=g, dtype=F64)
    x = torch.randn(batch, n, generator=g, dtype=F64)
    return lambda z: torch.tanh(z.to(F64) @ w + x).to(dtype), torch.zeros(batch, n, dtype=dtype)


def walk(solver: Iteration, batch: int, steps: int = 12, asked: bool = False) -> list[Tensor]:
    """Iterates; the residual vector is asked for before each step, or not."""
    f, z = problem(batch)
    state, seen = solver.init(z), []
    for _ in range(steps):
        fz = f(z)
        if asked:
            assert torch.equal(solver.residual(state, z, fz), fz - z)
        z, state = solver.step(state, z, fz)
        seen.append(z)
    return seen


@pytest.fixture
def as_on_a_gpu(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is handed to NumPy."""
    for module in (small, anderson, broyden):
        monkeypatch.setattr(module, "small", lambda values: values)
    monkeypatch.setattr(anderson, "near", lambda rows: rows)
    monkeypatch.setattr(broyden, "near", lambda rows: rows)
    monkeypatch.setattr(anderson, "_FEW", 0)
    return


@pytest.fixture
def far(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every batch is so large that torch would share the work among threads."""
    monkeypatch.setattr(small, "_NEAR", 0)
    return


BATCHES = pytest.mark.parametrize("batch", [2, 40])
EXPECTED = {(solver, batch): walk(solver, batch) for solver in SOLVERS for batch in (2, 40)}


def compare(found: list[Tensor], expected: list[Tensor]) -> None:
    for k, (one, other) in enumerate(zip(found, expected, strict=True)):
        # Rounding differs, and a root finder amplifies it as it goes.
        torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-12 * 4**k)


@every_solver
@BATCHES
def test_without_numpy_the_iterates_are_the_same(solver, batch, as_on_a_gpu) -> None:
    state = solver.init(torch.zeros(batch, 12))
    arrays = [s for s in state.__slots__ if isinstance(getattr(state, s), np.ndarray)]
    assert not arrays
    compare(walk(solver, batch), EXPECTED[solver, batch])


@every_solver
@BATCHES
def test_far_histories_give_the_same_iterates(solver, batch, far) -> None:
    compare(walk(solver, batch), EXPECTED[solver, batch])


@every_solver
@pytest.mark.parametrize("batch", [1, 2, 40])
def test_asking_for_the_residual_changes_nothing(solver, batch) -> None:
    expected = EXPECTED.get((solver, batch)) or walk(solver, batch)
    for one, other in zip(walk(solver, batch, asked=True), expected, strict=True):
        assert torch.equal(one, other)


@every_solver
@pytest.mark.parametrize("batch", [1, 2, 40])
def test_half_types_keep_the_rounding_of_their_residuals(solver, batch) -> None:
    f, z = problem(batch, dtype=torch.bfloat16)
    state = solver.init(z)
    for _ in range(6):
        fz = f(z)
        r = solver.residual(state, z, fz)
        assert r.dtype is torch.bfloat16
        assert torch.equal(r, fz - z)
        z, state = solver.step(state, z, fz)
        assert z.dtype is torch.bfloat16


@every_solver
@pytest.mark.parametrize("batch", [2, 40])
def test_a_failing_sample_takes_nobody_with_it_without_numpy(solver, batch, as_on_a_gpu) -> None:
    f, z = problem(batch)

    def broken(z: Tensor) -> Tensor:
        return torch.cat([f(z)[:-1], z[-1:] * math.nan])

    sol = deq.solve(broken, z, solver=solver, tol=1e-8)
    assert sol.converged[:-1].all()
    assert int(sol.status[-1]) == int(deq.Status.NON_FINITE)
    exact = deq.solve(f, z, solver=deq.Picard(), tol=1e-10)
    assert torch.allclose(sol.z[:-1], exact.z[:-1], atol=1e-6)


def test_nearly_opposite_moves_do_not_blow_up() -> None:
    # A slope of −1e6: the second move undoes the first one, and what is left is rounding.
    rotation = torch.linalg.qr(torch.randn(3, 3, generator=torch.Generator().manual_seed(1))).Q
    slopes = rotation * torch.tensor([-1e4, -0.5, 0.5]) @ rotation.T
    b = torch.tensor([[1.0, -2.0, 0.5], [0.3, 0.1, -0.7]])
    sol = deq.solve(lambda z: b + z @ slopes.T, torch.zeros(2, 3), solver=deq.Broyden(), tol=1e-4)
    assert sol.converged.all(), sol
    exact = torch.linalg.solve(torch.eye(3).double() - slopes.double(), b.double().T).T
    assert torch.allclose(sol.z.double(), exact, atol=1e-2)


@every_solver
@pytest.mark.parametrize("batch", [1, 2, 40])
def test_a_copied_state_goes_on_by_itself(solver, batch) -> None:
    f, z = problem(batch)
    state = solver.init(z)
    for _ in range(8):
        z, state = solver.step(state, z, f(z))
    kept, other = z, deepcopy(state)
    expected = []
    for _ in range(4):
        z, state = solver.step(state, z, f(z))
        expected.append(z)
    z = kept
    for one in expected:
        z, other = solver.step(other, z, f(z))
        assert torch.equal(z, one)
