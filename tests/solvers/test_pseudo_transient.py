"""Pseudo-transient continuation: the ODE's equilibria, by a fraction of its evaluations."""

import math

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given, settings
from torch import Tensor

import deq
from deq import Status
from deq.solvers.linearised import fastest
from tests.problems import F64, PROBLEMS, Problem, linear, rotation, row, scalar, tanh_net

SOLVER = deq.PseudoTransient()
# Beside what the ODE settles: it is implicit, so stiffness is no hindrance.
SETTLES = [p for p in PROBLEMS if "ode" in p.settles or p.name == "diag .99 -50"]
FAILS = [p for p in PROBLEMS if p not in SETTLES]


@pytest.mark.parametrize("problem", SETTLES, ids=str)
def test_it_settles_what_the_ode_settles(problem: Problem) -> None:
    tol = 1e-9
    sol = deq.solve(problem.f, problem.z0, solver=SOLVER, tol=tol, max_evals=1000)
    assert sol.converged.all(), sol
    assert problem.z is not None
    assert sol.residual.item() == pytest.approx((problem.f(sol.z) - sol.z).norm().item(), abs=1e-15)
    assert torch.allclose(sol.z, problem.z, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("problem", FAILS, ids=str)
def test_it_fails_where_the_ode_fails(problem: Problem) -> None:
    sol = deq.solve(problem.f, problem.z0, solver=SOLVER, tol=1e-6, max_evals=1000)
    assert Status(int(sol.status)) in problem.fails["ode"]
    assert sol.z.isfinite().all()


CONTRACTIVE = {
    "cos": (torch.cos, scalar(-1.0)),
    "0.5": (lambda z: 0.5 * z + 1, scalar(0.0)),
    "0.99": (lambda z: 0.99 * z + 1, scalar(0.0)),
    "0.999": (lambda z: 0.999 * z + 1, scalar(0.0)),
    "net": (tanh_net(gain=0.5)[0], torch.zeros(8, 50, dtype=F64)),
}


@pytest.mark.parametrize("tol", [1e-3, 1e-6])
@pytest.mark.parametrize("name", CONTRACTIVE)
def test_it_needs_at_most_half_of_the_odes_evaluations(name: str, tol: float) -> None:
    f, z0 = CONTRACTIVE[name]
    ode = deq.solve(f, z0, solver=deq.ODE(), tol=tol, max_evals=2000)
    sol = deq.solve(f, z0, solver=SOLVER, tol=tol, max_evals=2000)
    assert ode.converged.all()
    assert sol.converged.all()
    assert int(sol.nfe.max()) <= 0.5 * int(ode.nfe.max())


@pytest.mark.parametrize("gain", [0.5, 0.9])
@pytest.mark.parametrize("tol", [1e-4, 1e-8])
def test_a_contraction_is_iterated_plainly(gain: float, tol: float) -> None:
    f, _, x = tanh_net(n=50, batch=8, gain=gain)
    plain = deq.solve(f, torch.zeros_like(x), solver=deq.Picard(), tol=tol)
    sol = deq.solve(f, torch.zeros_like(x), solver=SOLVER, tol=tol, record=True)
    assert plain.converged.all()
    assert sol.converged.all()
    assert sol.trajectory is not None
    if gain < 0.9:
        assert torch.equal(sol.trajectory.z[1], f(sol.trajectory.z[0]))
        assert sol.trajectory.t[:4].tolist() == [0, 1, 2, 3]
        assert sol.trajectory.nfe[:4].tolist() == [1, 3, 4, 5]  # one to find out
    assert int(sol.nfe.max()) <= 1.3 * int(plain.nfe.max()) + 2


def test_plain_steps_are_given_up_where_they_do_not_do() -> None:
    # The residual at zero lies along the quick modes; the slow one would take 2,000 plain steps.
    a, b = row(0.5, -0.4, 0.99), row(1.0, 1.0, 0.01)
    sol = deq.solve(lambda z: a * z + b, row(0, 0, 0), solver=SOLVER, tol=1e-9, record=True)
    assert sol.trajectory is not None
    assert sol.trajectory.t[1] == 1
    assert sol.converged.all()
    assert int(sol.nfe) < 60
    assert torch.allclose(sol.z, b / (1 - a), atol=1e-6)


def test_a_mode_that_flips_ends_plain_steps() -> None:
    # Plain steps promise much along the first two, and the third, nearly absent at first, flips.
    a, b = row(0.5, -0.4, -1.5), row(1.0, 1.0, 1e-3)
    sol = deq.solve(lambda z: a * z + b, row(0, 0, 0), solver=SOLVER, tol=1e-9, record=True)
    assert sol.trajectory is not None
    assert sol.trajectory.t[1] == 1
    assert sol.converged.all()
    assert torch.allclose(sol.z, b / (1 - a), atol=1e-6)


@pytest.mark.parametrize("slope", [1.5, 2.0, 3.0])
def test_it_runs_away_from_unstable_equilibria(slope: float) -> None:
    sol = deq.solve(lambda z: slope * z + 1, scalar(0.0), solver=SOLVER, max_evals=500, record=True)
    assert Status(int(sol.status)) is Status.DIVERGED
    assert sol.trajectory is not None
    z = sol.trajectory.z[:-1]  # the last is the best state, which is returned
    assert (z.diff(dim=0) > 0).all()  # as dz/dt = (slope − 1) z + 1 does


@pytest.mark.parametrize("matrix", [torch.diag(row(0.5, 2.0)[0]), 1.3 * rotation(1.0, 20)])
def test_saddles_and_spirals_are_left(matrix: Tensor) -> None:
    problem = linear("", matrix)
    sol = deq.solve(problem.f, problem.z0, solver=SOLVER, tol=1e-6, max_evals=3000)
    assert Status(int(sol.status)) is Status.DIVERGED


def test_nets_settle_where_the_ode_does() -> None:
    stable = same = 0
    for seed in range(12):
        f, w, _ = tanh_net(n=10, batch=1, gain=1.5, seed=seed)
        z0 = torch.full((1, 10), 0.1, dtype=F64)
        x = 0.3 * torch.sin(torch.arange(10, dtype=F64) + seed)
        f = lambda z, w=w, x=x: torch.tanh(z @ w.T + x)  # noqa: E731
        ode = deq.solve(f, z0, solver=deq.ODE(), tol=1e-7, max_evals=5000)
        sol = deq.solve(f, z0, solver=SOLVER, tol=1e-7, max_evals=5000)
        if ode.converged.all():
            stable += 1
            same += torch.allclose(sol.z, ode.z, atol=1e-4)
    assert stable >= 8
    assert same >= stable - 1


def test_the_limit_on_steps_lets_growing_modes_grow() -> None:
    modes = torch.tensor([[0.5 + 0j, -3], [0.1 + 0.5j, 0.1 - 0.5j], [-1 + 0j, -1], [0.01 + 1j, -1]])
    rate = fastest(modes.to(torch.complex128))  # (4,)
    growth = (1 / (1 - modes[:2] / rate[:2, None])).abs().amax(1)
    assert growth[0].item() == pytest.approx(2.0)
    assert 1 < growth[1] <= 2
    assert torch.equal(rate[2:], torch.zeros(2, dtype=F64))


def test_the_first_step_is_implicit_eulers() -> None:
    problem = linear("", torch.diag(row(0.5, -3.0)[0]))
    sol = deq.solve(
        problem.f, problem.z0, solver=deq.PseudoTransient(step=0.25), tol=1e-6, record=True
    )
    assert sol.trajectory is not None
    # The start is at zero with residual √2 > 1, so the first step is as long as `step` says.
    assert sol.trajectory.t[1].item() == pytest.approx(0.25)
    matrix = torch.diag(row(4 + 1 - 0.5, 4 + 1 + 3.0)[0])
    expected = torch.linalg.solve(matrix, torch.ones(2, dtype=F64))
    exact = deq.solve(
        problem.f, problem.z0, solver=deq.PseudoTransient(step=0.25, krylov_tol=1e-9), tol=1e-6,
        record=True,
    )  # fmt: skip
    assert exact.trajectory is not None
    assert torch.allclose(exact.trajectory.z[1, 0], expected, atol=1e-6)
    assert (exact.trajectory.t.diff() > 0).all()


def test_only_plain_evaluations_are_needed_and_all_are_counted() -> None:
    calls = 0
    net, _, x = tanh_net(n=6, batch=3, gain=1.1)

    def f(z: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        assert not z.requires_grad
        return torch.from_numpy(net(z).numpy())

    sol = deq.solve(f, torch.zeros_like(x), solver=SOLVER, tol=1e-9, max_evals=500)
    assert sol.converged.all()
    assert int(sol.nfe.max()) == calls


@pytest.mark.parametrize("cap", [1, 2, 3, 4, 5, 9])
@pytest.mark.parametrize(("gain", "krylov_tol"), [(1.3, 1e-9), (0.5, 0.5)])
def test_the_cap_on_evaluations_is_kept(cap: int, gain: float, krylov_tol: float) -> None:
    calls = 0
    net, _, x = tanh_net(n=20, batch=2, gain=gain)

    def f(z: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        return net(z)

    solver = deq.PseudoTransient(krylov_tol=krylov_tol)
    sol = deq.solve(f, torch.zeros_like(x), solver=solver, tol=1e-12, max_evals=cap)
    assert calls <= cap
    if gain < 1 and cap != 2:  # two will not do for any step, but plain ones use them all
        assert calls == cap
    assert (sol.status == int(Status.MAX_EVALS)).all()
    assert torch.allclose(sol.residual, (net(sol.z) - sol.z).norm(dim=1))


def test_a_step_that_fails_is_taken_back() -> None:
    # From 3 a long step on atan overshoots ever further, as Newton's method does.
    f = lambda z: z - torch.atan(z)  # noqa: E731
    solver = deq.PseudoTransient(step=1e6)
    sol = deq.solve(f, scalar(3.0), solver=solver, tol=1e-10, record=True)
    assert sol.converged.all(), sol
    assert abs(sol.z.item()) < 1e-9
    assert sol.trajectory is not None
    assert (sol.trajectory.residual.diff(dim=0) <= 0).all()


# --- Batches ----------------------------------------------------------------------------------


def cells(seed: int, n: int, gains: list[float]) -> tuple[Tensor, Tensor]:
    g = torch.Generator().manual_seed(seed)
    w = torch.randn(len(gains), n, n, dtype=F64, generator=g) / math.sqrt(n)
    w = w * torch.tensor(gains, dtype=F64)[:, None, None]
    return w, torch.randn(len(gains), n, dtype=F64, generator=g)


def apply(w: Tensor, x: Tensor, z: Tensor) -> Tensor:
    return torch.tanh((w @ z.unsqueeze(2)).squeeze(2) + x)


@given(
    seed=st.integers(0, 2**20), n=st.integers(1, 6),
    gains=st.lists(st.floats(0.0, 1.2), min_size=1, max_size=5),
)  # fmt: skip
@settings(max_examples=60)
def test_alone_equals_in_company(seed: int, n: int, gains: list[float]) -> None:
    w, x = cells(seed, n, gains)
    z0 = torch.zeros_like(x)
    together = deq.solve(lambda z: apply(w, x, z), z0, solver=SOLVER, tol=1e-9, max_evals=3000)
    for b in range(len(gains)):
        one = slice(b, b + 1)
        alone = deq.solve(
            lambda z, one=one: apply(w[one], x[one], z), z0[one], solver=SOLVER, tol=1e-9,
            max_evals=1000,
        )  # fmt: skip
        if alone.converged.all():
            assert together.converged[b]
            assert torch.allclose(together.z[b], alone.z[0], atol=1e-6)


def test_a_mate_that_leaves_its_domain_harms_nobody() -> None:
    # √(z − 1) from 1.2 runs into the edge of its domain; its mate, √(z + 2), settles at 2.
    shift = torch.tensor([[-1.0], [2.0]], dtype=F64)
    seen: list[Tensor] = []

    def f(z: Tensor) -> Tensor:
        seen.append(z)
        return torch.sqrt(z + shift)

    sol = deq.solve(f, torch.full((2, 1), 1.2, dtype=F64), solver=SOLVER, tol=1e-9)
    assert Status(int(sol.status[0])) is Status.NON_FINITE
    assert sol.z[0].isfinite().all()
    assert sol.residual[0].item() == pytest.approx(abs((sol.z[0] - 1).sqrt() - sol.z[0]).item())
    assert sol.z[1].item() == pytest.approx(2.0)
    assert all(z.isfinite().all() for z in seen)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("problem", SETTLES[:10], ids=str)
def test_dtypes_are_kept(problem: Problem, dtype: torch.dtype) -> None:
    sol = deq.solve(problem.f, problem.z0.to(dtype), solver=SOLVER, tol=1e-4)
    assert sol.converged.all()
    assert sol.z.dtype == sol.residual.dtype == dtype


def test_the_clock_is_that_of_the_sample_furthest_behind() -> None:
    slope = torch.tensor([[0.5], [0.999]], dtype=F64)
    sol = deq.solve(
        lambda z: slope * z + 1, torch.zeros(2, 1, dtype=F64), solver=SOLVER, tol=1e-6, record=True
    )
    assert sol.trajectory is not None
    assert sol.trajectory.t[0] == 0
    assert (sol.trajectory.t.diff() > 0).all()
    z = sol.trajectory.z
    assert torch.allclose(sol.trajectory.residual, (slope * z + 1 - z).norm(dim=2))
