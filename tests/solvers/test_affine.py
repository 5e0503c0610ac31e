"""GMRES and dense solves of affine maps, and exact gradients by them."""

import dataclasses
import math

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given, settings
from torch import Tensor

import deq
from deq import Status
from deq.solve import find
from deq.solvers.base import FlatMap, Solver
from tests.problems import F64, LINEAR_PROBLEMS, Problem, symmetric, tanh_net

SOLVERS = {"gmres": deq.GMRES(), "restarted": deq.GMRES(restart=4), "dense": deq.Dense()}
names = pytest.mark.parametrize("name", SOLVERS)


def affine(batch: int, n: int, seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    """A (B, n, n), c (B, n) and the equilibrium of w = A w + c (B, n)."""
    g = torch.Generator().manual_seed(seed)
    a = 0.4 / math.sqrt(n) * torch.randn(batch, n, n, dtype=F64, generator=g)
    c = torch.randn(batch, n, dtype=F64, generator=g)
    return a, c, torch.linalg.solve(torch.eye(n, dtype=F64) - a, c)


def through(a: Tensor, c: Tensor) -> FlatMap:
    return lambda w: (a @ w.unsqueeze(2)).squeeze(2) + c


@pytest.mark.parametrize("problem", LINEAR_PROBLEMS, ids=str)
@pytest.mark.parametrize("name", ["gmres", "dense"])
def test_linear_problems_are_solved(name: str, problem: Problem) -> None:
    sol = deq.solve(problem.f, problem.z0, solver=SOLVERS[name], tol=1e-10, max_evals=3000)
    assert sol.converged.all(), sol
    assert problem.z is not None
    assert torch.allclose(sol.z, problem.z, rtol=1e-6)
    assert sol.residual.item() == pytest.approx((problem.f(sol.z) - sol.z).norm().item(), abs=1e-15)


@names
@pytest.mark.parametrize("batch", [1, 2, 100])
def test_batches_are_solved_in_the_unit_of_each(name: str, batch: int) -> None:
    a, c, exact = affine(batch, 6)
    unit = 10.0 ** torch.linspace(-12, 12, batch, dtype=F64)
    c, exact = c * unit[:, None], exact * unit[:, None]
    sol = find(through(a, c), c, SOLVERS[name], atol=1e-11 * unit, rtol=1e-11, max_evals=200)
    assert sol.converged.all(), sol
    assert ((sol.z - exact).norm(dim=1) <= 1e-9 * unit).all()


def test_evaluations_are_counted_and_as_few_as_promised() -> None:
    a, c, exact = affine(3, 5)
    calls = 0

    def f(w: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        return through(a, c)(w)

    for solver in (deq.GMRES(), deq.Dense()):
        calls = 0
        sol = deq.solve(f, torch.zeros_like(c), solver=solver, tol=1e-11, record=True)
        assert torch.allclose(sol.z, exact)
        assert int(sol.nfe.max()) == calls == 5 + 2
        assert sol.trajectory is not None
        assert sol.trajectory.t.tolist() == [0.0, 6.0]
        for z, residual in zip(sol.trajectory.z, sol.trajectory.residual, strict=True):
            assert torch.allclose(residual, (f(z) - z).norm(dim=1), atol=1e-14)


def test_gmres_needs_the_fewest_evaluations() -> None:
    a = symmetric(200, 0.9)
    b = torch.linspace(-1, 1, 200, dtype=F64).unsqueeze(0)
    nfe = {}
    for solver in (deq.GMRES(restart=100), deq.Anderson(), deq.Picard()):
        sol = deq.solve(
            lambda w: w @ a.T + b, torch.zeros_like(b), solver=solver, tol=1e-8, max_evals=1000
        )
        assert sol.converged.all()
        nfe[type(solver)] = int(sol.nfe)
    assert nfe[deq.GMRES] < nfe[deq.Anderson] < nfe[deq.Picard]


def test_dense_says_so_when_it_may_not_evaluate_often_enough() -> None:
    a, c, _ = affine(2, 10)
    sol = deq.solve(through(a, c), torch.zeros_like(c), solver=deq.Dense(), max_evals=11)
    assert [Status(s) for s in sol.status.tolist()] == [Status.MAX_EVALS] * 2
    assert "max_evals" in str(sol)
    assert (sol.nfe <= 11).all()
    enough = deq.solve(through(a, c), torch.zeros_like(c), solver=deq.Dense(), max_evals=12)
    assert enough.converged.all()


@pytest.mark.parametrize("cap", [1, 2, 3, 7, 20])
@names
def test_the_cap_on_evaluations_is_kept(name: str, cap: int) -> None:
    a, c, _ = affine(2, 30)
    calls = 0

    def f(w: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        return through(a, c)(w)

    sol = deq.solve(f, torch.zeros_like(c), solver=SOLVERS[name], tol=1e-12, max_evals=cap)
    assert calls <= cap
    assert (sol.status == int(Status.MAX_EVALS)).all()
    assert torch.allclose(sol.residual, (f(sol.z) - sol.z).norm(dim=1))


@names
def test_singular_systems_fail_alone(name: str) -> None:
    # The first has no equilibrium, the second one, the third a whole line of them.
    a = torch.diag_embed(torch.tensor([[1.0, 0.5], [0.5, 0.5], [1.0, 0.5]], dtype=F64))
    c = torch.tensor([[1.0, 1.0], [1.0, 1.0], [0.0, 1.0]], dtype=F64)
    sol = deq.solve(through(a, c), torch.full_like(c, 0.3), solver=SOLVERS[name], tol=1e-9)
    expected = Status.DIVERGED if name == "dense" else Status.MAX_EVALS
    assert [Status(s) for s in sol.status.tolist()] == [
        expected, Status.CONVERGED, Status.CONVERGED
    ]  # fmt: skip
    assert torch.allclose(sol.z[1], torch.tensor([2.0, 2.0], dtype=F64))
    assert torch.allclose(sol.z[2], torch.tensor([0.3, 2.0], dtype=F64))
    assert sol.residual[0] >= 1.0 - 1e-9


@names
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_broken_mate_harms_nobody(name: str, bad: float) -> None:
    a, c, exact = affine(3, 5)
    seen: list[Tensor] = []

    def f(w: Tensor) -> Tensor:
        seen.append(w)
        out = through(a, c)(w)
        out[1] = bad
        return out

    sol = deq.solve(f, torch.zeros_like(c), solver=SOLVERS[name], tol=1e-10)
    assert Status(int(sol.status[1])) is Status.NON_FINITE
    assert torch.allclose(sol.z[[0, 2]], exact[[0, 2]], atol=1e-8)
    assert all(w.isfinite().all() for w in seen)


@given(
    name=st.sampled_from(sorted(SOLVERS)), seed=st.integers(0, 2**20), batch=st.integers(1, 5),
    n=st.integers(1, 6),
)  # fmt: skip
@settings(max_examples=60)
def test_alone_equals_in_company(name: str, seed: int, batch: int, n: int) -> None:
    a, c, _ = affine(batch, n, seed)
    solve = lambda f, z0: deq.solve(f, z0, solver=SOLVERS[name], tol=1e-9, max_evals=2000)  # noqa: E731
    together = solve(through(a, c), torch.zeros_like(c))
    for b in range(batch):
        one = slice(b, b + 1)
        alone = solve(through(a[one], c[one]), torch.zeros_like(c[one]))
        assert together.status[b] == alone.status[0] == 0
        assert torch.allclose(together.z[b], alone.z[0], atol=1e-6 * float(alone.z.norm() + 1))


def test_what_is_not_affine_is_judged_honestly() -> None:
    f, _, x = tanh_net(n=10, batch=3, gain=0.9)
    for solver in (deq.GMRES(), deq.Dense()):
        sol = deq.solve(f, torch.zeros_like(x), solver=solver, tol=1e-8, max_evals=500)
        within = sol.residual <= 1e-8 * (1 + sol.z.norm(dim=1))
        assert torch.equal(within, sol.converged)
        assert torch.allclose(sol.residual, (f(sol.z) - sol.z).norm(dim=1), atol=1e-15)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@names
def test_dtypes_are_kept(name: str, dtype: torch.dtype) -> None:
    a, c, exact = affine(2, 4)
    sol = deq.solve(through(a.to(dtype), c.to(dtype)), c.to(dtype), solver=SOLVERS[name], tol=1e-5)
    assert sol.converged.all()
    assert sol.z.dtype == dtype
    assert torch.allclose(sol.z.double(), exact, atol=1e-3)


# --- Gradients --------------------------------------------------------------------------------


def layer_of(solver: Solver, w: Tensor) -> deq.DEQ:
    return deq.DEQ(
        lambda z, x: torch.tanh(z @ w.T + x),
        tol=1e-12,
        max_evals=2000,
        gradient=deq.Implicit(solver=solver, tol=1e-12, max_evals=200),
    )


@names
@pytest.mark.parametrize("batch", [1, 3])
def test_gradients_pass_gradcheck(name: str, batch: int) -> None:
    _, w, x = tanh_net(n=4, batch=batch, gain=0.8)
    w.requires_grad_()
    x.requires_grad_()
    assert torch.autograd.gradcheck(lambda w, x: layer_of(SOLVERS[name], w)(x), (w, x))


@names
def test_an_adjoint_beyond_the_reach_of_iterations_is_exact(name: str) -> None:
    # z = 3 − 2z has slope −2: Picard's adjoint diverges; the truth is dz/dx = 1/(1 + 2).
    x = torch.tensor([[3.0]], dtype=F64, requires_grad=True)
    layer = deq.DEQ(
        lambda z, x: x - 2 * z,
        solver=deq.Anderson(),
        gradient=deq.Implicit(solver=SOLVERS[name], max_evals=10),
    )
    layer(x).sum().backward()
    assert x.grad is not None
    assert x.grad.item() == pytest.approx(1 / 3)
    assert layer.last is not None
    assert layer.last.backward is not None
    assert int(layer.last.backward.nfe) == 3


def test_a_singular_adjoint_is_reported() -> None:
    # z = z + x has no equilibrium but at x = 0, where ∂f/∂z = 1: the adjoint does not exist.
    x = torch.zeros(1, 1, dtype=F64, requires_grad=True)
    layer = deq.DEQ(lambda z, x: z + x, gradient=deq.Implicit(solver=deq.Dense()))
    with pytest.warns(RuntimeWarning, match="backward solve"):
        layer(x).sum().backward()


@pytest.mark.parametrize(
    ("options", "error"), [({"restart": 0}, ValueError), ({"restart": 2.0}, TypeError)]
)
def test_bad_options_get_a_sentence(options: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error, match="restart"):
        deq.GMRES(**options)
    with pytest.raises(TypeError, match="restart"):
        deq.Dense(**options)


@names
def test_solvers_are_small_frozen_dataclasses(name: str) -> None:
    solver = SOLVERS[name]
    assert not hasattr(solver, "__dict__")
    assert solver == dataclasses.replace(solver)
    assert hash(solver) == hash(dataclasses.replace(solver))
