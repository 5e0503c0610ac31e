"""Anderson and Broyden by hand: what their histories may do to states, samples and each other."""

import math
from collections.abc import Callable
from copy import deepcopy

import pytest
import torch
from torch import Tensor

import deq
from deq.solvers import Iteration
from deq.solvers.broyden import _test_vector
from tests.problems import F64, tanh_net

Map = Callable[[Tensor], Tensor]

SOLVERS = [
    deq.Anderson(),
    deq.Anderson(window=1),
    deq.Anderson(window=3, damping=0.6),
    deq.Anderson(restart=1.0),
    deq.Broyden(),
    deq.Broyden(damping=0.5),
    deq.Broyden(memory=3),
    deq.Broyden(memory=1),
]
every_solver = pytest.mark.parametrize("solver", SOLVERS, ids=repr)


def tanh_map(n: int, gain: float, seed: int = 0, dtype: torch.dtype = F64) -> Map:
    g = torch.Generator().manual_seed(seed)
    w = gain / math.sqrt(n) * torch.randn(n, n, generator=g, dtype=F64).to(dtype)
    x = torch.randn(n, generator=g, dtype=F64).to(dtype)
    return lambda z: torch.tanh(z @ w.T + x)


def walk(solver: Iteration, f: Map, z: Tensor, steps: int) -> list[Tensor]:
    """The iterates (B, D) from z."""
    state, seen = solver.init(z), []
    for _ in range(steps):
        z, state = solver.step(state, z, f(z))
        seen.append(z)
    return seen


@every_solver
@pytest.mark.parametrize("gain", [0.5, 0.9, 1.8])
@pytest.mark.parametrize("mates", [1, 40])
def test_alone_walks_as_in_company(solver: Iteration, gain: float, mates: int) -> None:
    f = tanh_map(20, gain)
    start = torch.randn(1, 20, dtype=F64, generator=torch.Generator().manual_seed(2))
    alone = walk(solver, f, start, 12)
    company = walk(solver, f, torch.cat([start, *[start + 1, -start] * mates]), 12)
    for k, (one, other) in enumerate(zip(alone, company, strict=True)):
        # Rounding differs, and a root finder amplifies it as it goes.
        torch.testing.assert_close(one, other[:1], rtol=1e-6, atol=1e-9 * 4**k)


@every_solver
@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("dtype", [torch.float32, F64, torch.bfloat16])
def test_the_start_and_what_f_returns_are_left_alone(
    solver: Iteration, dtype: torch.dtype, batch: int
) -> None:
    f = tanh_map(6, 0.8, dtype=dtype)
    z = torch.zeros(batch, 6, dtype=dtype)
    state = solver.init(z)
    for _ in range(9):
        fz = f(z)
        before, image = z.clone(), fz.clone()
        new, state = solver.step(state, z, fz)
        assert torch.equal(z, before)
        assert torch.equal(fz, image)
        assert new.dtype == dtype
        kept = new.clone()
        solver.step(deepcopy(state), new, f(new))  # writes into no iterate that it handed out
        assert torch.equal(new, kept)
        z = new


@every_solver
@pytest.mark.parametrize("f", [lambda z: 0 * z + 2, lambda z: z, lambda z: z + 1, lambda z: 3 * z])
def test_singular_systems_end_with_a_status_and_a_finite_state(solver: Iteration, f: Map) -> None:
    sol = deq.solve(f, torch.ones(1, 4), solver=solver, tol=1e-5, max_evals=60)
    both = deq.solve(f, torch.ones(2, 4), solver=solver, tol=1e-5, max_evals=60)
    assert torch.isfinite(sol.z).all()
    assert bool(sol.converged) == bool(both.converged[0])


@every_solver
@pytest.mark.parametrize("batch", [1, 3])
def test_overflow_and_nan_are_no_warnings_but_a_status(solver: Iteration, batch: int) -> None:
    for f in (lambda z: z * 1e20 + 1e18, lambda z: z + math.nan, lambda z: torch.sqrt(z - 1e-3)):
        sol = deq.solve(f, torch.full((batch, 3), 1e-3), solver=solver, max_evals=50)
        assert torch.isfinite(sol.z).all()
        assert not (sol.converged & (sol.residual >= 1e-3)).any()


@every_solver
def test_a_solve_in_inference_mode_and_one_after_it(solver: Iteration) -> None:
    f, z0 = tanh_map(5, 0.7), torch.zeros(1, 5, dtype=F64)
    with torch.inference_mode():
        inside = deq.solve(f, z0.clone(), solver=solver, tol=1e-9)
    outside = deq.solve(f, z0, solver=solver, tol=1e-9)
    assert torch.equal(inside.z, outside.z)
    assert bool(inside.converged)


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_window_is_no_longer_than_the_state(batch: int, n: int) -> None:
    f = tanh_map(n, 0.9, seed=4)
    start = torch.linspace(-1, 1, batch * n, dtype=F64).reshape(batch, n)
    long, short = (walk(deq.Anderson(window=w), f, start, 6) for w in (12, n))
    assert all(torch.equal(one, other) for one, other in zip(long, short, strict=True))


@every_solver
@pytest.mark.parametrize("batch", [2, 40])
def test_a_failing_sample_takes_nobody_with_it(solver: Iteration, batch: int) -> None:
    f, _, x = tanh_net(n=12, batch=batch)
    z = torch.zeros_like(x)
    sol = deq.solve(lambda z: torch.cat([f(z)[:-1], z[-1:] * math.nan]), z, solver=solver, tol=1e-8)
    assert sol.converged[:-1].all()
    assert int(sol.status[-1]) == int(deq.Status.NON_FINITE)
    exact = deq.solve(f, z, solver=deq.Picard(), tol=1e-10)
    assert torch.allclose(sol.z[:-1], exact.z[:-1], atol=1e-6)


@pytest.mark.parametrize("left", [0.0, 1e-9, 1e-7, 1e-5, 1e-3, 1.0])
def test_the_test_vector_of_nearly_opposite_moves(left: float) -> None:
    # p keeps a tenth of d along the way before: 0.1·‖d‖² ≤ pᵀd ≤ ‖d‖², also where the sum of the
    # two moves before it is mostly rounding, or nothing.
    v, rest, d = torch.randn(3, 40, 30, generator=torch.Generator().manual_seed(3))
    p = _test_vector([v, left * rest - v, d])
    share = (p * d).sum(1) / d.square().sum(1)  # (B,)
    assert ((share > 0.099) & (share < 1.001)).all()


@every_solver
@pytest.mark.parametrize("batch", [1, 2, 40])
def test_a_copied_state_goes_on_by_itself(solver: Iteration, batch: int) -> None:
    f, _, x = tanh_net(n=12, batch=batch)
    z = torch.zeros_like(x)
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
