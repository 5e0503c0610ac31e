"""A sample's answer is its own: alone or in any company, in any order."""

import math

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given, settings
from torch import Tensor

import deq
from deq import Status
from deq.solvers import Iteration
from tests.problems import F64
from tests.solve import test_solve

SOLVERS = {
    **test_solve.SOLVERS,
    "damped": deq.Picard(damping=0.6),
    "window 2": deq.Anderson(window=2),
    "rk4": deq.ODE(method="rk4"),
}
TOL = 1e-6


def contraction(seed: int, batch: int, n: int, gains: list[float]) -> tuple[Tensor, Tensor]:
    """Weights (B, n, n) with ‖W‖₂ = gain, so tanh(W z + x) contracts; inputs x (B, n)."""
    g = torch.Generator().manual_seed(seed)
    w = torch.randn(batch, n, n, dtype=F64, generator=g)
    w = w / torch.linalg.matrix_norm(w, ord=2, keepdim=True)
    w = w * torch.tensor(gains, dtype=F64)[:, None, None]
    return w, torch.randn(batch, n, dtype=F64, generator=g)


def apply(w: Tensor, x: Tensor, z: Tensor) -> Tensor:
    """tanh(W z + x), sample by sample, (B, n)."""
    return torch.tanh((w @ z.unsqueeze(2)).squeeze(2) + x)


@given(
    name=st.sampled_from(sorted(SOLVERS)),
    seed=st.integers(0, 2**20),
    n=st.integers(1, 7),
    gains=st.lists(st.floats(0.0, 0.95), min_size=1, max_size=6),
)
@settings(max_examples=60)
def test_alone_equals_in_company(name: str, seed: int, n: int, gains: list[float]) -> None:
    solver = SOLVERS[name]
    w, x = contraction(seed, len(gains), n, gains)
    z0 = torch.zeros_like(x)
    together, watched = (
        deq.solve(
            lambda z: apply(w, x, z), z0, solver=solver, tol=TOL, max_evals=5000, record=record
        )
        for record in (False, True)
    )
    assert together.converged.all(), together
    for b, gain in enumerate(gains):
        pick = slice(b, b + 1)
        alone = deq.solve(
            lambda z, pick=pick: apply(w[pick], x[pick], z),
            z0[pick],
            solver=solver,
            tol=TOL,
            max_evals=5000,
        )
        # Each is within residual/(1 − gain) of the one equilibrium.
        apart = (together.z[b] - alone.z[0]).norm()
        assert apart <= (together.residual[b] + alone.residual[0]) / (1 - gain) + 1e-12
        if isinstance(solver, Iteration):  # the samples of others share steps, or their cost
            # With every state looked at, exactly so; a company's Picard looks at some only.
            assert watched.nfe[b] == alone.nfe[0]
            assert (watched.z[b] - alone.z[0]).norm() <= 1e-8
            late = int(together.nfe[b] - alone.nfe[0])
            assert 0 <= late <= (7 if len(gains) > 4 and solver.steady else 0)
            assert together.residual[b] <= alone.residual[0] if late else apart <= 1e-8


@given(seed=st.integers(0, 2**20), order=st.permutations(range(5)))
@settings(max_examples=20)
@pytest.mark.parametrize("name", SOLVERS)
def test_the_order_of_a_batch_does_not_matter(name: str, seed: int, order: list[int]) -> None:
    gains = [0.1, 0.5, 0.9, 0.3, 0.7]
    w, x = contraction(seed, 5, 4, gains)
    z0 = torch.zeros_like(x)
    one = deq.solve(lambda z: apply(w, x, z), z0, solver=SOLVERS[name], tol=TOL, max_evals=2000)
    w, x = w[order], x[order]
    two = deq.solve(lambda z: apply(w, x, z), z0, solver=SOLVERS[name], tol=TOL, max_evals=2000)
    assert torch.equal(one.nfe[order], two.nfe)
    assert torch.allclose(one.z[order], two.z, atol=1e-12)


@given(
    name=st.sampled_from(sorted(SOLVERS)),
    seed=st.integers(0, 2**20),
    shape=st.lists(st.integers(1, 4), min_size=0, max_size=3),
)
@settings(max_examples=40)
def test_the_shape_of_a_state_does_not_matter(name: str, seed: int, shape: list[int]) -> None:
    n = math.prod(shape)
    w, x = contraction(seed, 3, n, [0.2, 0.6, 0.9])
    flat = deq.solve(lambda z: apply(w, x, z), torch.zeros(3, n, dtype=F64), solver=SOLVERS[name])
    shaped = deq.solve(
        lambda z: apply(w, x, z.reshape(3, n)).reshape(3, *shape),
        torch.zeros(3, *shape, dtype=F64),
        solver=SOLVERS[name],
    )
    assert torch.equal(flat.z, shaped.z.reshape(3, n))
    assert torch.equal(flat.residual, shaped.residual)


@given(bad=st.sampled_from([math.nan, math.inf, -math.inf, 1e300]), at=st.integers(0, 3))
@settings(max_examples=16)
@pytest.mark.parametrize("name", SOLVERS)
@pytest.mark.parametrize("n", [1, 4])
def test_a_broken_mate_harms_nobody(n: int, name: str, bad: float, at: int) -> None:
    w, x = contraction(3, 4, n, [0.8, 0.5, 0.9, 0.7])
    broken = torch.zeros(4, 1, dtype=torch.bool)
    broken[at] = True
    z0 = torch.zeros_like(x)
    seen: list[Tensor] = []

    def f(z: Tensor) -> Tensor:
        seen.append(z)
        return torch.where(broken, bad, apply(w, x, z))

    # The steps of an ODE are shared: a mate on its way to 1e300 costs evaluations, no more.
    solver, tol, cap = SOLVERS[name], 1e-10, 10_000
    sol = deq.solve(f, z0, solver=solver, tol=tol, max_evals=cap)
    clean = deq.solve(lambda z: apply(w, x, z), z0, solver=solver, tol=tol, max_evals=cap)
    mates = ~broken[:, 0]
    assert sol.converged[mates].all()
    assert torch.allclose(sol.z[mates], clean.z[mates], atol=1e-8)
    if not math.isfinite(bad):  # (a constant 1e300 is an equilibrium)
        assert Status(int(sol.status[at])) is Status.NON_FINITE
        assert all(z.isfinite().all() for z in seen)  # nobody is ever shown a poisoned state


@pytest.mark.parametrize("batch", [1, 2, 100])
@pytest.mark.parametrize("name", sorted(SOLVERS))
def test_batch_sizes(name: str, batch: int) -> None:
    w, x = contraction(1, 100, 10, [0.5, 0.8] * 50)
    w, x = w[:batch], x[:batch]
    z0 = torch.zeros_like(x)
    sol = deq.solve(lambda z: apply(w, x, z), z0, solver=SOLVERS[name], tol=1e-9, max_evals=3000)
    assert sol.converged.all()
    assert torch.allclose(apply(w, x, sol.z), sol.z, rtol=0, atol=1e-7)


@pytest.mark.parametrize("solver", [deq.Picard(), deq.Picard(damping=0.7)])
def test_where_f_mixes_samples_none_is_left_behind(solver: deq.Picard) -> None:
    # The first sample settles at once, on a mate that has barely moved; its equilibrium moves on.
    mix = torch.tensor([[0.0, 0.5], [0.0, 0.95]], dtype=F64)
    c = torch.tensor([[-0.5], [0.05]], dtype=F64)

    def f(z: Tensor) -> Tensor:
        return mix @ z + c

    z0 = torch.tensor([[-0.5], [1e-7]], dtype=F64)
    sol = deq.solve(f, z0, solver=solver, tol=1e-6, max_evals=2000)
    assert sol.converged.all()
    assert torch.allclose(sol.residual, (f(sol.z) - sol.z).abs().flatten(), rtol=1e-9, atol=1e-12)
    assert torch.allclose(sol.z, torch.tensor([[0.0], [1.0]], dtype=F64), atol=1e-4)
