"""Running away is not converging; equilibria far from the start are found all the same."""

import math

import pytest
import torch
from torch import Tensor

import deq
from deq import Status
from deq.bookkeeping.stop_test import StopTest
from tests.problems import F64
from tests.solve.test_solve import every_solver

both_precisions = pytest.mark.parametrize("dtype", [F64, torch.float32])


def bounded(z: Tensor, x: float | Tensor = 0.0) -> Tensor:
    """One fixed point, 3 + x; far from it f(z) − z tends to ±1."""
    d = z - 3 - x
    return z - d / (1 + d * d).sqrt()


@both_precisions
@every_solver
def test_a_bounded_residual_is_no_convergence(solver: object, dtype: torch.dtype) -> None:
    sol = deq.solve(bounded, torch.tensor([0.0, -10.0, 50.0], dtype=dtype), solver=solver)
    assert (sol.z[sol.converged] - 3).abs().le(1e-3).all()


@both_precisions
@pytest.mark.parametrize(
    "f",
    [
        lambda z: z + 1,
        lambda z: z + (1 + z * z).sqrt(),
        lambda z: z + 2 + torch.sin(z),
        lambda z: z + torch.sigmoid(z) + 0.1,
        lambda z: z - 1 - 1 / (1 + z * z),
    ],
    ids=["shift", "root", "sine", "sigmoid", "rational"],
)
@every_solver
def test_without_an_equilibrium_nothing_converges(
    solver: object, f: object, dtype: torch.dtype
) -> None:
    sol = deq.solve(f, torch.tensor([[0.0], [0.5], [-3.0]], dtype=dtype), solver=solver)
    assert not sol.converged.any()
    assert sol.z.isfinite().all()


@both_precisions
@every_solver
def test_a_direction_without_an_equilibrium_may_be_a_small_part(
    solver: object, dtype: torch.dtype
) -> None:
    # All but a tenth of the first residual goes; the mean drifts for ever.
    g = torch.Generator().manual_seed(0)
    p = torch.rand(20, 20, generator=g, dtype=F64)
    p = (p / p.sum(1, keepdim=True) / p.sum(0)).to(dtype)
    for _ in range(200):  # doubly stochastic
        p = p / p.sum(1, keepdim=True)
        p = p / p.sum(0)
    c = torch.randn(4, 20, generator=g, dtype=F64).to(dtype)
    c = c - c.mean(1, keepdim=True) + 0.1
    sol = deq.solve(lambda z: z @ p + c, torch.zeros_like(c), solver=solver, max_evals=2000)
    assert not sol.converged.any()


@pytest.mark.parametrize(
    "solver", [deq.Anderson(), deq.Broyden(), deq.Newton(), deq.GMRES()], ids=repr
)
def test_a_far_equilibrium_is_found(solver: deq.solvers.Solver) -> None:
    z0 = torch.zeros(1, dtype=F64)
    sol = deq.solve(lambda z: 0.999999 * z + 1, z0, solver=solver)
    assert sol.converged
    assert sol.z.item() == pytest.approx(1e6, rel=1e-2)
    assert sol.nfe <= 4


def test_a_far_equilibrium_is_found_in_float32() -> None:
    for solver in (deq.Newton(), deq.Broyden()):
        sol = deq.solve(lambda z: 0.999999 * z + 1, torch.zeros(1), solver=solver)
        assert sol.converged, solver
        assert sol.z.item() == pytest.approx(1e6, rel=0.1)


@both_precisions
@every_solver
def test_a_large_equilibrium_is_found(solver: object, dtype: torch.dtype) -> None:
    z0 = torch.zeros(2, 3, dtype=dtype)
    sol = deq.solve(lambda z: z / 2 + 1e30, z0, solver=solver, max_evals=600, tol=1e-3)
    assert sol.converged.all()
    assert torch.allclose(sol.z, torch.full_like(z0, 2e30), rtol=1e-2)


def test_where_rounding_hides_the_residual_a_sample_has_stalled() -> None:
    # In float32, z − 1 rounds to z at 1e8.
    sol = deq.solve(
        lambda z: torch.where(z < 5e7, 2 * z + 1, z - 1), torch.zeros(1), solver=deq.Picard()
    )
    assert Status(int(sol.status)) is Status.STALLED
    assert sol.nfe < 40
    # A start there is judged by its own size.
    assert deq.solve(lambda z: z - 1, torch.full((1,), 1e9)).converged


@every_solver
def test_warm_starts_take_one_evaluation(solver: object) -> None:
    target = torch.tensor([[3.0, -4.0], [1e-3, 0.0], [1e8, 1.0]], dtype=F64)
    sol = deq.solve(lambda z: 0.9 * z + 0.1 * target, target * (1 + 5e-4), solver=solver)
    assert sol.converged.all()
    assert (sol.nfe == 1).all()


def test_the_inequalities_are_the_stated_ones() -> None:
    r0, size0, tol = 2.0, 3.0, 1e-4
    test = StopTest(
        torch.tensor(tol, dtype=F64), tol, torch.float32, torch.tensor(1.0),
        torch.tensor([r0], dtype=F64), torch.tensor([size0], dtype=F64),
    )  # fmt: skip
    eps = torch.finfo(torch.float32).eps
    for size in (0.0, 1.0, 5.0, 10.0, 1e3, 1e5, 1e6, 2e6):
        far = max(tol + tol * (size0 + r0), math.sqrt(tol) * r0, eps * size / 2)
        expected = tol + tol * size if size <= size0 + r0 else min(tol + tol * size, far)
        sizes = torch.tensor([size], dtype=F64)
        bound = test.strict_bound(sizes)
        assert bound.item() == pytest.approx(expected)
    assert test.strict_bound(torch.tensor([3e6], dtype=F64)) < 0  # ε·3e6 > r₀/8


def _lasso(dtype: torch.dtype, batch: int = 100) -> tuple[object, tuple[Tensor, Tensor]]:
    """ADMM for ``½‖A x − b‖² + λ‖x‖₁``, states (z, u) of 100 problems (Boyd et al., 2011)."""
    g = torch.Generator().manual_seed(0)
    m, n = 12, 20
    a = torch.randn(batch, m, n, generator=g, dtype=F64)
    x = torch.randn(batch, n, generator=g, dtype=F64) * (torch.rand(batch, n, generator=g) < 0.2)
    b = torch.einsum("bmn,bn->bm", a, x) + 0.1 * torch.randn(batch, m, generator=g, dtype=F64)
    atb = torch.einsum("bmn,bm->bn", a, b)
    lam = 0.1 * atb.abs().amax(1, keepdim=True)
    rho = 10 ** (2 * torch.rand(batch, 1, generator=g, dtype=F64) - 1)
    inverse = torch.linalg.inv(a.mT @ a + rho[:, :, None] * torch.eye(n, dtype=F64))
    q, lam, rho, inverse = (t.to(dtype) for t in (atb, lam, rho, inverse))

    def f(state: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        z, u = state
        x = torch.einsum("bij,bj->bi", inverse, q + rho * (z - u))
        new = torch.sign(x + u) * ((x + u).abs() - lam / rho).clamp(min=0)
        return new, u + x - new

    return f, (torch.zeros(batch, n, dtype=dtype), torch.zeros(batch, n, dtype=dtype))


@pytest.fixture(scope="module")
def lasso_answer() -> Tensor:
    f, z0 = _lasso(F64)
    return deq.solve(f, z0, solver=deq.Anderson(), tol=1e-9, max_evals=5000).z[0]


@both_precisions
@pytest.mark.parametrize("solver", [deq.Anderson(), deq.Broyden(), deq.Newton()], ids=repr)
def test_admm_for_lasso(
    solver: deq.solvers.Solver, dtype: torch.dtype, lasso_answer: Tensor
) -> None:
    f, z0 = _lasso(dtype)
    layer = deq.DEQ(lambda state, x: f(state), solver=solver, max_evals=400, on_failure="ignore")
    z, _ = layer(z0[0], z0=z0)
    error = (z.to(F64) - lasso_answer).norm(dim=1) / (1 + lasso_answer.norm(dim=1))
    converged = layer.last.converged
    assert converged.sum() >= 50
    assert error[converged].max() < 0.1


def test_a_layer_says_that_it_ran_away() -> None:
    x = torch.zeros(1, 1, dtype=F64, requires_grad=True)
    for solver in (deq.Anderson(), deq.Broyden(), deq.Newton()):
        layer = deq.DEQ(bounded, solver=solver)
        with pytest.warns(deq.ConvergenceWarning):
            layer(x, z0=torch.full_like(x, -10))
        assert not layer.last.converged
    layer = deq.DEQ(bounded, solver=deq.PseudoTransient())
    layer(x, z0=torch.full_like(x, -10)).sum().backward()
    assert layer.last.converged
    assert x.grad.item() == pytest.approx(1.0, abs=1e-3)
