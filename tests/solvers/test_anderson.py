"""Anderson's inner algebra, and the degenerate histories that break others."""

import math

import pytest
import torch
from torch import Tensor

import deq
from deq import Status
from deq.solvers.anderson import _weights
from tests.problems import F64, scalar, symmetric, tanh_net


def test_window_one_on_a_scalar_is_the_secant_method() -> None:
    def g(z: float) -> float:
        return math.cos(z) - z

    zs = [-1.0, math.cos(-1.0)]
    while abs(g(zs[-1])) > 1e-13:
        a, b = zs[-2:]
        zs.append(b - g(b) * (b - a) / (g(b) - g(a)))
    sol = deq.solve(torch.cos, scalar(-1.0), solver=deq.Anderson(window=1), tol=1e-13, record=True)
    assert sol.trajectory is not None
    path = sol.trajectory.z[:, 0].tolist()
    assert path == pytest.approx(zs[: len(path)], abs=1e-9)
    assert len(path) >= 7


def test_a_step_solves_the_least_squares_problem() -> None:
    f, _, x = tanh_net(n=12, batch=3, gain=0.9)
    solver = deq.Anderson(window=3, damping=0.8)
    z = torch.zeros_like(x)
    state = solver.init(z)
    zs, gs = [], []
    for _ in range(8):
        fz = f(z)
        zs.append(z)
        gs.append(fz - z)
        expected = z + 0.8 * gs[-1]
        m = min(3, len(zs) - 1)
        if m:
            dg = torch.stack([gs[-i] - gs[-i - 1] for i in range(1, m + 1)], dim=2)  # (B, D, m)
            dz = torch.stack([zs[-i] - zs[-i - 1] for i in range(1, m + 1)], dim=2)
            gamma = torch.linalg.lstsq(dg, gs[-1].unsqueeze(2)).solution
            expected = expected - ((dz + 0.8 * dg) @ gamma).squeeze(2)
        z, state = solver.step(state, z, fz)
        assert torch.allclose(z, expected, rtol=1e-6, atol=1e-8)


def test_a_linear_map_is_solved_in_dimension_plus_two_evaluations() -> None:
    g = torch.Generator().manual_seed(0)
    a = torch.randn(4, 4, dtype=F64, generator=g)  # no contraction
    sol = deq.solve(
        lambda z: z @ a.T + 1, torch.zeros(1, 4, dtype=F64), solver=deq.Anderson(window=4), tol=1e-8
    )
    assert sol.converged.all()
    assert int(sol.nfe) <= 7
    exact = torch.linalg.solve(torch.eye(4, dtype=F64) - a, torch.ones(4, dtype=F64))
    assert torch.allclose(sol.z[0], exact, atol=1e-6)


@pytest.mark.parametrize("window", [1, 2, 5, 20])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_windows_longer_than_the_state_do_no_harm(window: int, dtype: torch.dtype) -> None:
    tol = 1e-5 if dtype is torch.float32 else 1e-10
    for f, start in ((torch.cos, -1.0), (lambda z: 2 / z, 1.0), (lambda z: -3 * z + 4, 0.0)):
        sol = deq.solve(
            f, torch.tensor([start], dtype=dtype), solver=deq.Anderson(window=window), tol=tol
        )
        assert sol.converged.all()
        assert int(sol.nfe) <= 10


def test_duplicate_history_is_no_crash() -> None:
    solver = deq.Anderson(window=3)
    z = torch.zeros(2, 4, dtype=F64)
    state = solver.init(z)
    for _ in range(6):  # the same point again and again: a Gram matrix of zeros
        z_next, state = solver.step(state, z, z + 1)
        assert torch.allclose(z_next, z + 1, rtol=0, atol=1e-12)


@pytest.mark.parametrize("rows", [((1.0, 1.0), (1.0, 1.0)), ((0.0, 0.0), (0.0, 0.0))])
def test_a_singular_system_gets_a_finite_answer(rows: tuple[tuple[float, ...], ...]) -> None:
    singular = torch.tensor([rows, ((2.0, 0.0), (0.0, 4.0))], dtype=F64)
    newest = torch.tensor([0.0, 1.0], dtype=F64)
    alpha = _weights(singular, torch.ones(2, 2, 1, dtype=F64), newest)
    assert alpha[0].flatten().tolist() == [0.0, 1.0]
    assert alpha[1].flatten().tolist() == pytest.approx([2 / 3, 1 / 3])


def test_a_sample_without_a_finite_solution_takes_the_damped_step() -> None:
    solver = deq.Anderson(window=2, damping=0.5)
    z = torch.zeros(2, 3, dtype=F64)
    state = solver.init(z)
    z, state = solver.step(state, z, z + 1)
    state.g[0] = math.nan  # a poisoned history
    fz = 0.5 * z + 1
    z_next, _ = solver.step(state, z, fz)
    assert torch.equal(z_next[0], z[0] + 0.5 * (fz[0] - z[0]))
    assert not torch.equal(z_next[1], z[1] + 0.5 * (fz[1] - z[1]))
    assert z_next.isfinite().all()


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_the_ridge_is_relative(scale: float) -> None:
    # Stretching the state must not change the work: an absolute ridge would.
    a = symmetric(30, 0.9)
    z0 = torch.zeros(1, 30, dtype=F64)
    b = torch.linspace(1, 2, 30, dtype=F64)
    sol = deq.solve(lambda z: z @ a.T + b, z0, tol=1e-9, record=True)
    other = deq.solve(lambda z: z @ a.T + scale * b, z0, tol=1e-300, max_evals=len(sol.nfe) * 30,
                      record=True)  # fmt: skip
    assert sol.trajectory is not None
    assert other.trajectory is not None
    n = min(len(sol.trajectory.t), len(other.trajectory.t), 20)
    assert torch.allclose(
        sol.trajectory.residual[:n] * scale, other.trajectory.residual[:n], rtol=1e-3
    )


def test_near_convergence_it_stays_faster_than_picard() -> None:
    picard = deq.solve(torch.cos, scalar(-1.0), solver=deq.Picard(), tol=1e-12)
    anderson = deq.solve(torch.cos, scalar(-1.0), solver=deq.Anderson(), tol=1e-12)
    assert anderson.converged.all()
    assert int(anderson.nfe) < int(picard.nfe) / 5


def test_hard_and_easy_members_share_a_batch() -> None:
    a = torch.stack([symmetric(40, 0.99), symmetric(40, 0.1)])

    def f(z: Tensor) -> Tensor:
        return (a @ z.unsqueeze(2)).squeeze(2) + 1

    both = deq.solve(f, torch.zeros(2, 40, dtype=F64), tol=1e-6, max_evals=2000)
    assert both.converged.all()
    assert both.nfe[1] < 15 < both.nfe[0]
    for b in range(2):
        alone = deq.solve(lambda z, b=b: z @ a[b].T + 1, torch.zeros(1, 40, dtype=F64), tol=1e-6,
                          max_evals=2000)  # fmt: skip
        assert torch.allclose(both.z[b], alone.z[0], atol=1e-4)


def test_it_can_leave_a_domain_that_the_iteration_never_leaves_and_says_so() -> None:
    sol = deq.solve(lambda z: torch.sqrt(z) - 2, scalar(1.0), solver=deq.Anderson())
    assert Status(int(sol.status)) is Status.NON_FINITE
    assert sol.z.isfinite().all()


def test_with_restarts_it_stays_with_the_equilibrium_that_iteration_finds() -> None:
    # From −0.1 plain Anderson lands on the unstable equilibrium 0 of tanh 2z.
    start = torch.tensor([-0.1, 0.1], dtype=F64)

    def f(z: Tensor) -> Tensor:
        return torch.tanh(2 * z)

    plain = deq.solve(f, start, solver=deq.Anderson(), tol=1e-8)
    assert plain.z.abs().max() < 1e-6
    for batch in (1, 20):  # few samples and many keep their Gram matrices in different ways
        many = start.repeat(batch)
        sol = deq.solve(f, many, solver=deq.Anderson(restart=1.0), tol=1e-8)
        assert sol.converged.all()
        assert torch.allclose(sol.z, many.sign() * 0.9575040240772687, atol=1e-6)


def test_a_restart_is_a_damped_step_that_leaves_mates_alone() -> None:
    solver = deq.Anderson(window=3, damping=0.5, restart=1.0)
    z0 = torch.tensor([[1.0], [1.0]], dtype=F64).repeat(6, 1)  # (12, 1)
    state = solver.init(z0)
    z, state = solver.step(state, z0, z0 + 1)
    fz = z + torch.tensor([[2.0], [0.5]], dtype=F64).repeat(6, 1)  # grown, fallen
    z_next, _ = solver.step(state, z, fz)
    assert torch.allclose(z_next[::2], z[::2] + 0.5 * 2.0, atol=1e-12)
    assert torch.allclose(z_next[1::2], z[1::2] + 0.5, atol=1e-6)  # secant: g is 0 at z + 0.5
