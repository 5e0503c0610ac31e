"""One sample is solved in NumPy, several in torch: the same method, so the same iterates."""

import math

import pytest
import torch
from torch import Tensor

import deq
from deq.solvers.anderson_alone import AloneState as AndersonAlone
from deq.solvers.broyden_alone import AloneState as BroydenAlone

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


def tanh_map(n: int, gain: float, seed: int = 0, dtype: torch.dtype = torch.float64):
    g = torch.Generator().manual_seed(seed)
    w = gain / math.sqrt(n) * torch.randn(n, n, generator=g, dtype=torch.float64).to(dtype)
    x = torch.randn(n, generator=g, dtype=torch.float64).to(dtype)
    return lambda z: torch.tanh(z @ w.T + x)


def walk(solver, f, z: Tensor, steps: int, asked: bool = False) -> list[Tensor]:
    """The iterates (B, D) from z; the residual vector is asked for before each step, or not."""
    state, seen = solver.init(z), []
    for _ in range(steps):
        fz = f(z)
        if asked:
            assert torch.equal(solver.residual(state, z, fz), fz - z)
        z, state = solver.step(state, z, fz)
        seen.append(z)
    return seen


def compare(found: list[Tensor], expected: list[Tensor], atol: float = 1e-9) -> None:
    """Rounding differs, and a root finder amplifies it as it goes."""
    for k, (one, other) in enumerate(zip(found, expected, strict=True)):
        torch.testing.assert_close(one, other, rtol=1e-6, atol=atol * 4**k)


@pytest.mark.parametrize("solver", SOLVERS, ids=repr)
@pytest.mark.parametrize("gain", [0.5, 0.9, 1.8])
def test_alone_walks_as_in_company(solver, gain):
    f = tanh_map(20, gain)
    start = torch.randn(1, 20, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    alone = walk(solver, f, start, 12)
    company = walk(solver, f, torch.cat([start, start + 1, -start]), 12)
    compare(alone, [z[:1] for z in company])


def test_which_of_the_two_is_used():
    one, two = torch.zeros(1, 3), torch.zeros(2, 3)
    for solver, kind in ((deq.Anderson(), AndersonAlone), (deq.Broyden(), BroydenAlone)):
        assert isinstance(solver.init(one), kind)
        assert isinstance(solver.init(one.double()), kind)
        assert not isinstance(solver.init(two), kind)
        assert not isinstance(solver.init(one.bfloat16()), kind)  # NumPy does not know it


@pytest.mark.parametrize("solver", SOLVERS, ids=repr)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_start_and_what_f_returns_are_left_alone(solver, dtype):
    f = tanh_map(6, 0.8, dtype=dtype)
    z = torch.zeros(1, 6, dtype=dtype)
    state = solver.init(z)
    for _ in range(9):
        fz = f(z)
        before, image = z.clone(), fz.clone()
        new, state = solver.step(state, z, fz)
        assert torch.equal(z, before)
        assert torch.equal(fz, image)
        assert new.dtype == dtype
        kept = new.clone()
        solver.step(state, new, f(new))  # must not write into an iterate that it handed out
        assert torch.equal(new, kept)
        z = new


@pytest.mark.parametrize("solver", SOLVERS, ids=repr)
@pytest.mark.parametrize("f", [lambda z: 0 * z + 2, lambda z: z, lambda z: z + 1, lambda z: 3 * z])
def test_singular_systems_end_with_a_status_and_a_finite_state(solver, f):
    sol = deq.solve(f, torch.ones(1, 4), solver=solver, tol=1e-5, max_evals=60)
    both = deq.solve(f, torch.ones(2, 4), solver=solver, tol=1e-5, max_evals=60)
    assert torch.isfinite(sol.z).all()
    assert bool(sol.converged) == bool(both.converged[0])


@pytest.mark.parametrize("solver", SOLVERS, ids=repr)
def test_overflow_and_nan_are_no_warnings_but_a_status(solver):
    for f in (lambda z: z * 1e20 + 1e18, lambda z: z + math.nan, lambda z: torch.sqrt(z - 1e-3)):
        sol = deq.solve(f, torch.full((1, 3), 1e-3), solver=solver, max_evals=50)
        assert torch.isfinite(sol.z).all()
        assert int(sol.status) != int(deq.Status.CONVERGED) or float(sol.residual) < 1e-3


def test_a_solve_in_inference_mode_and_one_after_it():
    f = tanh_map(5, 0.7)
    for solver in SOLVERS:
        with torch.inference_mode():
            inside = deq.solve(f, torch.zeros(1, 5, dtype=torch.float64), solver=solver, tol=1e-9)
        outside = deq.solve(f, torch.zeros(1, 5, dtype=torch.float64), solver=solver, tol=1e-9)
        assert torch.equal(inside.z, outside.z)
        assert bool(inside.converged)


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_window_is_no_longer_than_the_state(batch, n):
    f = tanh_map(n, 0.9, seed=4)
    start = torch.linspace(-1, 1, batch * n, dtype=torch.float64).reshape(batch, n)
    long, short = (walk(deq.Anderson(window=w), f, start, 6) for w in (12, n))
    assert all(torch.equal(one, other) for one, other in zip(long, short, strict=True))
