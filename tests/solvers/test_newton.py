"""Newton's method: the textbook's iterates, its few steps, and its failures, said as they are."""

import math
from collections.abc import Callable

import hypothesis.strategies as st
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from scipy import optimize
from torch import Tensor

import deq
from deq import Status
from deq.solvers.jvp import Pushforward
from tests.problems import COS, F64, PROBLEMS, TANH2, Problem, scalar, symmetric, tanh_net

SOLVERS = {
    "dense": deq.Newton(),
    "krylov": deq.Newton(dense_limit=1),
    "searching": deq.Newton(line_search=True),
    "differences": deq.Newton(exact=False),
}
names = pytest.mark.parametrize("name", SOLVERS)
NO_ROOT = {"z² + 1", "log z"}
# Whose Newton iterates run away, or to a root that is not the ODE's.
JUMPS = {"cos z + pi/2", "tanh 2z, up", "tanh 2z, down"}


@pytest.mark.parametrize("problem", [p for p in PROBLEMS if p.name not in NO_ROOT | JUMPS], ids=str)
@names
def test_every_equilibrium_is_found(name: str, problem: Problem) -> None:
    sol = deq.solve(problem.f, problem.z0, solver=SOLVERS[name], tol=1e-9, max_evals=600)
    assert sol.converged.all(), sol
    assert problem.z is not None
    assert torch.allclose(sol.z, problem.z, rtol=1e-5, atol=1e-7)
    assert sol.residual.item() == pytest.approx((problem.f(sol.z) - sol.z).norm().item(), abs=1e-15)


@pytest.mark.parametrize("problem", [p for p in PROBLEMS if p.name in NO_ROOT], ids=str)
@names
def test_where_there_is_none_it_says_so(name: str, problem: Problem) -> None:
    sol = deq.solve(problem.f, problem.z0, solver=SOLVERS[name], tol=1e-9, max_evals=600)
    failures = (Status.MAX_EVALS, Status.DIVERGED, Status.NON_FINITE)
    assert Status(int(sol.status)) in failures
    assert sol.z.isfinite().all()
    assert int(sol.nfe) <= 600


def test_the_textbooks_iterates_on_cos() -> None:
    sol = deq.solve(torch.cos, scalar(-1.0), solver=deq.Newton(), tol=1e-12, record=True)
    assert sol.trajectory is not None
    z = -1.0
    for visited in sol.trajectory.z.flatten().tolist():
        assert visited == pytest.approx(z, rel=1e-9)
        z -= (z - math.cos(z)) / (1 + math.sin(z))
    below = sol.trajectory.residual[:, 0] < 1e-6
    assert int(below.int().argmax()) == 7
    assert sol.trajectory.t.tolist() == list(range(len(below)))
    assert sol.trajectory.z[1].item() == pytest.approx(8.7162, abs=1e-4)
    oracle = optimize.newton(lambda z: z - math.cos(z), -1.0, lambda z: 1 + math.sin(z), tol=1e-12)
    assert sol.z.item() == pytest.approx(oracle, abs=1e-12)


def test_convergence_is_quadratic() -> None:
    f, _, x = tanh_net(n=8, batch=1, gain=1.1)
    sol = deq.solve(f, torch.zeros_like(x), solver=deq.Newton(), tol=1e-14, record=True)
    assert sol.trajectory is not None
    residual = sol.trajectory.residual[:, 0]
    late = residual[(residual < 1e-2) & (residual > 1e-13)]
    assert len(late) >= 2
    assert (late[1:] <= 10 * late[:-1] ** 2 + 1e-15).all()


def test_a_line_search_tames_what_runs_away() -> None:
    f = lambda z: torch.cos(z) + math.pi / 2  # noqa: E731
    plain = deq.solve(f, scalar(-1.0), solver=deq.Newton(), tol=1e-9, max_evals=500)
    assert not plain.converged.any()
    sol = deq.solve(
        f, scalar(-1.0), solver=deq.Newton(line_search=True), tol=1e-9, max_evals=500, record=True
    )
    assert sol.z.item() == pytest.approx(math.pi / 2)
    assert sol.trajectory is not None
    assert (sol.trajectory.residual.diff(dim=0) < 0).all()


def test_it_finds_roots_that_are_unstable_for_the_ode() -> None:
    sol = deq.solve(lambda z: 2 * z + 1, scalar(0.0), solver=deq.Newton())
    assert sol.z.item() == -1.0
    up = deq.solve(lambda z: torch.tanh(2 * z), scalar(0.8), solver=deq.Newton(), tol=1e-9)
    assert up.z.item() == pytest.approx(TANH2)


def scipy_root(f: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """SciPy's root of f(z) − z from zero, for states like ``x`` (B, n)."""

    def g(flat: np.ndarray) -> np.ndarray:
        z = torch.from_numpy(flat).reshape(x.shape)
        return (f(z) - z).flatten().numpy()

    oracle = optimize.root(g, np.zeros(x.numel()), method="hybr", tol=1e-13)
    assert np.abs(g(oracle.x)).max() < 1e-10
    return torch.from_numpy(oracle.x).reshape(x.shape)


@pytest.mark.parametrize("gain", [0.5, 0.9])
@names
def test_nets_agree_with_scipy(name: str, gain: float) -> None:
    f, _, x = tanh_net(n=20, batch=3, gain=gain)
    sol = deq.solve(f, torch.zeros_like(x), solver=SOLVERS[name], tol=1e-9, max_evals=2000)
    assert sol.converged.all()
    assert torch.allclose(sol.z, scipy_root(f, x), atol=1e-6)


@given(seed=st.integers(0, 2**20))
@settings(max_examples=20)
@names
def test_beyond_contraction_near_a_root_it_is_found(name: str, seed: int) -> None:
    f, _, x = tanh_net(n=20, batch=3, gain=1.3)
    root = scipy_root(f, x)
    off = torch.randn(x.shape, dtype=F64, generator=torch.Generator().manual_seed(seed))
    sol = deq.solve(f, root + 0.01 * off, solver=SOLVERS[name], tol=1e-9, max_evals=2000)
    assert sol.converged.all()
    assert torch.allclose(sol.z, root, atol=1e-6)


@pytest.mark.parametrize("name", sorted(SOLVERS.keys() - {"searching"}))
def test_beyond_contraction_one_is_found_from_afar(name: str) -> None:
    # A line search is caught at a local minimum of the residual that is no root, or by a hair not.
    f, _, x = tanh_net(n=20, batch=3, gain=1.3)
    sol = deq.solve(f, torch.zeros_like(x), solver=SOLVERS[name], tol=1e-9, max_evals=2000)
    assert sol.converged.all()


# --- Evaluations ------------------------------------------------------------------------------


@pytest.mark.parametrize("cap", [1, 2, 3, 6, 7, 8, 13, 20])
@pytest.mark.parametrize("derivatives", [True, False])
@names
def test_evaluations_are_counted_and_capped(name: str, cap: int, derivatives: bool) -> None:
    f, _, x = tanh_net(n=5, batch=2, gain=0.9)
    calls = 0

    def counted(z: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        return f(z if derivatives else z.detach())

    sol = deq.solve(counted, torch.zeros_like(x), solver=SOLVERS[name], tol=1e-13, max_evals=cap)
    assert calls <= cap
    assert torch.allclose(sol.residual, (f(sol.z) - sol.z).norm(dim=1))
    assert (sol.nfe <= calls).all()


def test_a_dense_step_costs_a_column_each_and_one() -> None:
    f, _, x = tanh_net(n=5, batch=2, gain=0.9)
    calls = 0

    def counted(z: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        return f(z)

    sol = deq.solve(counted, torch.zeros_like(x), solver=deq.Newton(), tol=1e-10, record=True)
    assert sol.trajectory is not None
    assert calls == int(sol.nfe.max()) == 1 + (len(sol.trajectory.t) - 1) * (5 + 1)


def test_forcing_terms_save_products() -> None:
    f, _, x = tanh_net(n=200, batch=1, gain=0.95)
    nfe = []
    for forcing in (0.1, 1e-10):
        solver = deq.Newton(forcing=forcing, krylov=200)
        sol = deq.solve(f, torch.zeros_like(x), solver=solver, tol=1e-9, max_evals=2000)
        assert sol.converged.all()
        nfe.append(int(sol.nfe))
    assert nfe[0] < nfe[1]


def test_the_last_step_is_solved_to_the_tolerance_and_no_further() -> None:
    f, _, x = tanh_net(n=50, batch=8, gain=0.9)
    tol = 1e-8
    sol = deq.solve(f, torch.zeros_like(x), solver=deq.Newton(), tol=tol, record=True)
    assert sol.converged.all()
    assert int(sol.nfe.max()) <= 60  # 76 for steps as accurate as the residual's square
    # The whole batch goes on until its last sample is there: that one is not far below.
    bound = tol * (1 + torch.linalg.vector_norm(sol.z, dim=1))
    assert (sol.residual / bound).max() > 0.01


def test_large_states_take_the_krylov_road() -> None:
    a = symmetric(200, 0.5)
    b = torch.linspace(-1, 1, 200, dtype=F64).unsqueeze(0)
    sol = deq.solve(lambda z: z @ a.T + b, torch.zeros_like(b), solver=deq.Newton(), tol=1e-8)
    assert sol.converged.all()
    assert int(sol.nfe) < 60  # a dense Jacobian would take 200


# --- Derivatives ------------------------------------------------------------------------------


class NoRule(torch.autograd.Function):
    """cos without a forward-mode rule."""

    @staticmethod
    def forward(ctx: object, z: Tensor) -> Tensor:
        return torch.cos(z)


@pytest.mark.parametrize(
    "f",
    [
        lambda z: torch.from_numpy(np.cos(z.numpy())),
        lambda z: torch.cos(z.detach()),
        NoRule.apply,
    ],
)
def test_maps_without_derivatives_are_differenced(f: object) -> None:
    sol = deq.solve(f, scalar(-1.0), solver=deq.Newton(), tol=1e-12)
    assert sol.z.item() == pytest.approx(COS, abs=1e-11)
    with torch.inference_mode():
        sol = deq.solve(f, scalar(-1.0), solver=deq.Newton(), tol=1e-12)
    assert sol.z.item() == pytest.approx(COS, abs=1e-11)


def test_pushforward_is_the_jacobian() -> None:
    f, w, x = tanh_net(n=6, batch=3, gain=1.5)
    z = 0.1 * x
    v = x.flip(0)
    exact = (1 - f(z) ** 2) * (v @ w.T)
    push = Pushforward(f, z, f(z))
    assert torch.allclose(push(v), exact, atol=1e-14)
    assert push.exact
    difference = Pushforward(f, z, f(z), exact=False)
    assert torch.allclose(difference(v), exact, atol=1e-6)
    assert torch.equal(difference(torch.zeros_like(v)), torch.zeros_like(v))


def test_a_constant_map_takes_one_step() -> None:
    f = lambda z: torch.full_like(z, 3.0)  # noqa: E731
    sol = deq.solve(f, torch.zeros(2, 4), solver=deq.Newton())
    assert torch.equal(sol.z, torch.full((2, 4), 3.0))


def test_an_error_of_the_maps_own_comes_through() -> None:
    def f(z: Tensor) -> Tensor:
        raise RuntimeError("own goal")

    with pytest.raises(RuntimeError, match="own goal"):
        deq.solve(f, scalar(0.0), solver=deq.Newton())


def test_a_page_may_play_it_step_by_step() -> None:
    f, _, x = tanh_net(n=4, batch=2, gain=0.8)
    solver = deq.Newton(damping=0.7)
    sol = deq.solve(f, torch.zeros_like(x), solver=solver, tol=1e-9, record=True)
    assert sol.trajectory is not None
    z = torch.zeros_like(x)
    for k in range(5):
        assert torch.allclose(z, sol.trajectory.z[k], atol=1e-12)
        fz = f(z)
        before = z.clone(), fz.clone()
        following = solver.step(f, z, fz)
        assert torch.equal(z, before[0])
        assert torch.equal(fz, before[1])
        assert not following.requires_grad
        z = following
    assert sol.trajectory.t[:3].tolist() == pytest.approx([0.0, 0.7, 1.4])


# --- Batches ----------------------------------------------------------------------------------


def test_a_singular_jacobian_means_a_picard_step_for_its_sample() -> None:
    # At 0 the first map has slope 1; the second is ordinary.
    c = torch.tensor([[1.0, 0.0], [1.0, 2.0]], dtype=F64)
    slope = torch.tensor([[1.0, 0.0], [0.5, 0.0]], dtype=F64)
    f = lambda z: slope * torch.sin(z) + c  # noqa: E731
    z = torch.zeros(2, 2, dtype=F64)
    following = deq.Newton().step(f, z, f(z))
    expected = torch.tensor([[1.0, 0.0], [2.0, 2.0]], dtype=F64)
    assert torch.allclose(following, expected)
