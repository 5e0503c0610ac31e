"""GMRES sample by sample: as SciPy's and as dense solves, and never worse for bad company."""

import math

import hypothesis.strategies as st
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from scipy.sparse.linalg import gmres as scipy_gmres
from torch import Tensor

from deq.solvers.krylov import Apply, Arnoldi, gmres
from tests.problems import F64


def systems(batch: int, n: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Random well-posed systems: A (B, n, n) and b (B, n)."""
    g = torch.Generator().manual_seed(seed)
    a = torch.eye(n, dtype=F64) + 0.6 / math.sqrt(n) * torch.randn(
        batch, n, n, dtype=F64, generator=g
    )
    return a, torch.randn(batch, n, dtype=F64, generator=g)


def times(a: Tensor) -> Apply:
    return lambda v: (a @ v.unsqueeze(2)).squeeze(2)


@pytest.mark.parametrize("m", [1, 3, 10, 30])
def test_each_step_is_scipys(m: int) -> None:
    a, b = systems(3, 30)
    x = gmres(times(a), b, tol=1e-12, max_iters=m)
    for i in range(3):
        oracle, _ = scipy_gmres(a[i].numpy(), b[i].numpy(), rtol=1e-12, restart=m, maxiter=1)
        assert np.allclose(x[i].numpy(), oracle, atol=1e-11)


@pytest.mark.parametrize(("batch", "n"), [(1, 1), (2, 1), (1, 7), (2, 20), (100, 5)])
def test_all_steps_solve_the_system(batch: int, n: int) -> None:
    a, b = systems(batch, n, seed=1)
    x = gmres(times(a), b, tol=1e-14, max_iters=1000)
    assert torch.allclose(x, torch.linalg.solve(a, b), atol=1e-10)


def test_a_step_is_the_best_of_its_krylov_space() -> None:
    a, b = systems(1, 12)
    powers = [b]
    for k in range(1, 6):
        x = gmres(times(a), b, tol=0.0, max_iters=k)
        space = torch.stack(powers, dim=2)  # (1, n, k) b, A b, …
        best = torch.linalg.lstsq(a @ space, b.unsqueeze(2)).solution
        residual = (b - (a @ space @ best).squeeze(2)).norm()
        assert (b - times(a)(x)).norm().item() == pytest.approx(residual.item(), rel=1e-8)
        powers.append(times(a)(powers[-1]))


def test_it_stops_at_the_first_step_within_the_tolerance() -> None:
    a, b = systems(1, 40)
    calls = 0

    def apply(v: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        return times(a)(v)

    x = gmres(apply, b, tol=1e-5, max_iters=40)
    assert (b - times(a)(x)).norm() <= 1e-5 * b.norm()
    earlier = gmres(times(a), b, tol=0.0, max_iters=calls - 1)
    assert (b - times(a)(earlier)).norm() > 1e-5 * b.norm()
    assert calls < 40


@given(
    seed=st.integers(0, 2**20), batch=st.integers(1, 5), n=st.integers(1, 8), m=st.integers(1, 8),
    tol=st.sampled_from([1e-1, 1e-4, 1e-10]),
)  # fmt: skip
@settings(max_examples=60)
def test_alone_equals_in_company(seed: int, batch: int, n: int, m: int, tol: float) -> None:
    a, b = systems(batch, n, seed)
    together = gmres(times(a), b, tol=tol, max_iters=m)
    for i in range(batch):
        alone = gmres(times(a[i : i + 1]), b[i : i + 1], tol=tol, max_iters=m)
        assert torch.allclose(together[i], alone[0], atol=1e-9 * float(alone.norm() + 1))


def test_tolerances_may_differ_by_sample() -> None:
    a, b = systems(2, 30)
    tol = torch.tensor([0.3, 1e-10], dtype=F64)
    x = gmres(times(a), b, tol=tol, max_iters=30)
    left = (b - times(a)(x)).norm(dim=1) / b.norm(dim=1)
    assert 1e-3 < left[0] <= 0.3  # it stood still while its mate went on
    assert left[1] <= 1e-10


def test_happy_breakdown_is_harmless() -> None:
    # b is an eigenvector of the first, in a plane of the second, and general for the third.
    a = torch.diag_embed(torch.tensor([[2.0, 3, 4, 5], [2, 2, 4, 4], [1, 2, 3, 4]], dtype=F64))
    b = torch.tensor([[0.0, 1, 0, 0], [1, 0, 1, 0], [1, 1, 1, 1]], dtype=F64)
    x = gmres(times(a), b, tol=0.0, max_iters=4)
    assert torch.allclose(x, torch.linalg.solve(a, b), atol=1e-13)


def test_zero_and_broken_right_hand_sides_give_zero() -> None:
    a, b = systems(4, 6)
    b[1] = 0.0
    b[2, 3] = math.nan
    x = gmres(times(a), b, tol=1e-12, max_iters=6)
    assert torch.equal(x[1:3], torch.zeros(2, 6, dtype=F64))
    assert torch.allclose(x[[0, 3]], torch.linalg.solve(a, b)[[0, 3]])
    nothing = torch.zeros_like(b)
    assert torch.equal(gmres(times(a), nothing, tol=1e-3, max_iters=6), nothing)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_broken_operator_harms_only_its_own(bad: float) -> None:
    a, b = systems(3, 8)
    broken = a.clone()
    broken[1, 2, 4] = bad
    shown: list[Tensor] = []

    def apply(v: Tensor) -> Tensor:
        shown.append(v)
        return times(broken)(v)

    x = gmres(apply, b, tol=1e-12, max_iters=8)
    assert x.isfinite().all()
    assert torch.allclose(x[[0, 2]], torch.linalg.solve(a, b)[[0, 2]])
    assert all(v.isfinite().all() for v in shown)


def test_a_singular_system_gets_its_least_squares_part() -> None:
    a = torch.diag_embed(torch.tensor([[0.0, 2.0], [1.0, 2.0]], dtype=F64))
    b = torch.ones(2, 2, dtype=F64)
    x = gmres(times(a), b, tol=1e-12, max_iters=2)
    assert x.isfinite().all()
    assert (b - times(a)(x))[0].norm().item() == pytest.approx(1.0)
    assert torch.allclose(x[1], torch.tensor([1.0, 0.5], dtype=F64))


def test_the_basis_is_orthonormal_and_satisfies_arnoldis_relation() -> None:
    a, b = systems(2, 15)
    basis = Arnoldi(b, 10)
    for _ in range(10):
        basis.grow(times(a)(basis.newest))
    eye = torch.eye(11, dtype=F64).expand(2, 11, 11)
    assert torch.allclose(basis.v @ basis.v.mT, eye, atol=1e-14)
    assert torch.allclose(a @ basis.v[:, :10].mT, basis.v.mT @ basis.h, atol=1e-13)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_dtypes_are_kept(dtype: torch.dtype) -> None:
    a, b = systems(2, 4)
    x = gmres(times(a.to(dtype)), b.to(dtype), tol=1e-2, max_iters=4)
    assert x.dtype == dtype
    left = (b - times(a)(x.double())).norm(dim=1)
    assert (left <= 0.1 * b.norm(dim=1)).all()
