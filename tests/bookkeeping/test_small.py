"""NumPy's small algebra and torch's, near and far histories: the same method, the same iterates."""

import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from copy import deepcopy

import numpy as np
import pytest
import torch
from torch import Tensor

import deq
from deq.bookkeeping import small
from deq.solvers import anderson, anderson_history, broyden
from tests.problems import F64, tanh_net
from tests.solvers.test_one_sample import SOLVERS, compare, walk

every_solver = pytest.mark.parametrize("solver", SOLVERS, ids=repr)
many = pytest.mark.parametrize("batch", [2, 40])


@contextmanager
def as_on_a_gpu() -> Iterator[None]:
    """Nothing is handed to NumPy."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (small, anderson, anderson_history, broyden):
            patch.setattr(module, "small", lambda values: values)
        patch.setattr(small, "_NEAR", -1)
        for module in (anderson, anderson_history):
            patch.setattr(module, "FEW", 0)
        yield


@contextmanager
def far() -> Iterator[None]:
    """Every batch is so large that torch would share the work among threads."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(small, "_NEAR", -1)
        yield


def problem(batch: int) -> tuple[Callable[[Tensor], Tensor], Tensor]:
    """A map and a start (B, 12)."""
    f, _, x = tanh_net(n=12, batch=batch)
    return f, torch.zeros_like(x)


@every_solver
def test_as_on_a_gpu_there_is_no_numpy(solver) -> None:
    with as_on_a_gpu():
        state = solver.init(torch.zeros(40, 12))
        assert not [s for s in state.__slots__ if isinstance(getattr(state, s), np.ndarray)]


@every_solver
@many
@pytest.mark.parametrize("elsewhere", [as_on_a_gpu, far])
def test_elsewhere_the_iterates_are_the_same(
    solver, batch, elsewhere: Callable[[], AbstractContextManager[None]]
) -> None:
    expected = walk(solver, *problem(batch), 12)
    with elsewhere():
        compare(walk(solver, *problem(batch), 12), expected, atol=1e-12)


@every_solver
@pytest.mark.parametrize("batch", [1, 2, 40])
def test_asking_for_the_residual_changes_nothing(solver, batch) -> None:
    expected = walk(solver, *problem(batch), 12)
    for one, other in zip(walk(solver, *problem(batch), 12, asked=True), expected, strict=True):
        assert torch.equal(one, other)


@every_solver
@pytest.mark.parametrize("batch", [1, 2, 40])
def test_half_types_keep_the_rounding_of_their_residuals(solver, batch) -> None:
    f, z = problem(batch)
    z = z.bfloat16()
    state = solver.init(z)
    for _ in range(6):
        fz = f(z.to(F64)).bfloat16()
        r = solver.residual(state, z, fz)
        assert r.dtype is torch.bfloat16
        assert torch.equal(r, fz - z)
        z, state = solver.step(state, z, fz)
        assert z.dtype is torch.bfloat16


@every_solver
@many
def test_a_failing_sample_takes_nobody_with_it_without_numpy(solver, batch) -> None:
    f, z = problem(batch)

    def broken(z: Tensor) -> Tensor:
        return torch.cat([f(z)[:-1], z[-1:] * math.nan])

    with as_on_a_gpu():
        sol = deq.solve(broken, z, solver=solver, tol=1e-8)
    assert sol.converged[:-1].all()
    assert int(sol.status[-1]) == int(deq.Status.NON_FINITE)
    exact = deq.solve(f, z, solver=deq.Picard(), tol=1e-10)
    assert torch.allclose(sol.z[:-1], exact.z[:-1], atol=1e-6)


@pytest.mark.parametrize("left", [0.0, 1e-9, 1e-7, 1e-5, 1e-3, 1.0])
def test_the_test_vector_of_nearly_opposite_moves(left: float) -> None:
    # p keeps a tenth of d along the way before: 0.1·‖d‖² ≤ pᵀd ≤ ‖d‖², also where the sum of the
    # two moves before it is mostly rounding, or nothing.
    g = torch.Generator().manual_seed(3)
    v, rest, d = torch.randn(3, 40, 30, generator=g)
    state = deq.Broyden().init(v)
    for row, move in zip(state.row, (v, left * rest - v, d), strict=False):
        row.copy_(move)
    for last in range(3):
        (products,) = small.products(state.near, range(last, last + 1), last + 1)
        p, _, back = broyden._tested(state, products, last)
        assert back == last
    share = p[:, 0, 2] / d.square().sum(1).numpy()  # (B,)
    assert ((share > 0.099) & (share < 1.001)).all()


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
