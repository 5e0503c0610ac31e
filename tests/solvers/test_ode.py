"""The ODE road: the exact path, the steady state without extra evaluations, never a hang."""

import math
import warnings
from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torchdiffeq import odeint

import deq
from deq import Status
from tests.problems import F64, linear, rotation, scalar, symmetric, tanh_net

ADAPTIVE = ["dopri5", "dopri8", "bosh3", "adaptive_heun", "fehlberg2"]
FIXED = ["euler", "midpoint", "heun2", "heun3", "rk4"]
STAGES = {"dopri5": 6, "dopri8": 13, "bosh3": 3}


@pytest.mark.parametrize("method", [*ADAPTIVE[:-1], *FIXED])
def test_every_method_settles_cos_and_reports_the_true_residual(method: str) -> None:
    calls = 0

    def f(z: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        return torch.cos(z)

    tol = 1e-2 if method == "adaptive_heun" else 1e-4
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # nor does torchdiffeq complain about its callbacks
        sol = deq.solve(
            f, scalar(-1.0), solver=deq.ODE(method=method), tol=tol, max_evals=3000, record=True
        )
    assert sol.converged.all(), sol
    assert int(sol.nfe) == calls
    assert sol.trajectory is not None
    z = sol.trajectory.z
    assert torch.equal(sol.trajectory.residual, (torch.cos(z) - z).abs())


def test_fehlberg2_bounces_beyond_its_stability_limit_and_is_capped() -> None:
    # Its error estimate is so small that it accepts steps at which it is unstable.
    sol = deq.solve(
        torch.cos, scalar(-1.0), solver=deq.ODE(method="fehlberg2"), tol=1e-4, max_evals=600,
        record=True,
    )  # fmt: skip
    assert Status(int(sol.status)) is Status.MAX_EVALS
    assert int(sol.nfe) == 600
    assert sol.trajectory is not None
    z = sol.trajectory.z
    assert torch.equal(sol.trajectory.residual, (torch.cos(z) - z).abs())
    assert torch.equal(sol.residual[0], sol.trajectory.residual.min())


@pytest.mark.parametrize("method", STAGES)
def test_the_steady_state_costs_no_evaluation_of_its_own(method: str) -> None:
    sol = deq.solve(
        lambda z: 0.5 * z + 1, scalar(0.0), solver=deq.ODE(method=method), tol=1e-3, record=True
    )
    assert sol.converged.all()
    assert sol.trajectory is not None
    steps = len(sol.trajectory.t) - 1
    trials, rest = divmod(int(sol.nfe) - 1, STAGES[method])
    assert rest == 0
    assert steps <= trials <= steps + 2  # rejected trials are booked nowhere


@pytest.mark.parametrize("method", ["dopri5", "dopri8", "bosh3", "rk4"])
def test_the_path_is_the_exact_exponential(method: str) -> None:
    problem = linear("", 0.9 * rotation(1.0, 40))
    assert problem.z is not None
    a = 0.9 * rotation(1.0, 40) - torch.eye(2, dtype=F64)
    solver = deq.ODE(method=method, rtol=1e-9, atol=1e-9, step=0.02)
    sol = deq.solve(problem.f, problem.z0, solver=solver, tol=1e-4, max_evals=30000, record=True)
    assert sol.converged.all()
    assert sol.trajectory is not None
    for t, z in zip(sol.trajectory.t, sol.trajectory.z, strict=True):
        exact = problem.z + (problem.z0 - problem.z) @ torch.linalg.matrix_exp(a * t).T
        assert torch.allclose(z, exact, atol=1e-6)


class Reported:
    """The field f(z) − z for torchdiffeq, with the times at which it says a step was accepted."""

    def __init__(self, f: Callable[[Tensor], Tensor]) -> None:
        self.f = f
        self.accepted = [0.0]

    def __call__(self, t: Tensor, z: Tensor) -> Tensor:
        return self.f(z) - z

    def callback_accept_step(self, t0: Tensor, y0: Tensor, dt: Tensor) -> None:
        self.accepted.append(float(t0 + dt))


@pytest.mark.parametrize("method", STAGES)
def test_accepted_steps_are_those_of_torchdiffeq(method: str) -> None:
    f, _, x = tanh_net(n=5, batch=1, gain=1.5)
    tol, z0 = 1e-5, torch.zeros_like(x)
    solver = deq.ODE(method=method, rtol=1e-12, atol=tol)
    sol = deq.solve(f, z0, solver=solver, tol=1e-3, max_evals=2000, record=True)
    assert sol.converged.all()
    assert sol.trajectory is not None
    t = sol.trajectory.t
    field = Reported(f)
    states = odeint(
        field, z0, t, method=method, rtol=0.0, atol=1.0,
        options={"norm": lambda e: e.norm() / tol, "first_step": float(t[1])},
    )  # fmt: skip
    accepted = torch.tensor(field.accepted[: len(t)], dtype=F64)  # rounding may add a last one
    assert torch.allclose(accepted, t, rtol=1e-6, atol=0)
    assert torch.allclose(states, sol.trajectory.z, atol=1e-9)


@pytest.mark.parametrize("method", FIXED)
def test_fixed_steps_are_those_of_torchdiffeq(method: str) -> None:
    f, _, x = tanh_net(n=5, batch=3, gain=1.5)
    z0 = torch.zeros_like(x)
    solver = deq.ODE(method=method, step=0.2, t_max=1.5)
    sol = deq.solve(f, z0, solver=solver, tol=1e-9, record=True)
    assert sol.trajectory is not None
    states = odeint(lambda t, z: f(z) - z, z0, sol.trajectory.t, method=method)
    assert len(states) == 9
    assert torch.allclose(states, sol.trajectory.z, atol=1e-12)


def test_a_scalar_stops_when_theory_says() -> None:
    # |r(t)| = |r₀| e^{−(1−a)t} reaches tol at ln(|r₀|/tol)/(1−a); here z* = 0, so the bound is tol.
    tol, a = 1e-3, 0.5
    sol = deq.solve(
        lambda z: a * z, scalar(2.0), solver=deq.ODE(rtol=1e-8, atol=1e-8), tol=tol, record=True,
        max_evals=1000,
    )  # fmt: skip
    assert sol.trajectory is not None
    last, before = sol.trajectory.t[-1].item(), sol.trajectory.t[-2].item()
    r0 = 1.0
    assert before < math.log(r0 / tol) / (1 - a) == pytest.approx(13.8155, abs=1e-4)
    bound = tol + tol * 2 * tol  # with ‖z‖ = 2‖r‖ there
    assert last >= math.log(r0 / bound) / (1 - a) - 0.01


def test_euler_with_step_h_is_picard_with_damping_h() -> None:
    f, _, x = tanh_net(n=6, batch=3, gain=0.8)
    z0 = torch.zeros_like(x)
    one = deq.solve(f, z0, solver=deq.ODE(method="euler", step=0.7), tol=1e-6, record=True)
    two = deq.solve(f, z0, solver=deq.Picard(damping=0.7), tol=1e-6, record=True)
    assert one.trajectory is not None
    assert two.trajectory is not None
    assert torch.equal(one.nfe, two.nfe)
    assert torch.allclose(one.trajectory.t, two.trajectory.t)
    assert torch.allclose(one.trajectory.z, two.trajectory.z, atol=1e-12)


@pytest.mark.parametrize("method", [*ADAPTIVE, *FIXED])
def test_time_ends_exactly_at_t_max(method: str) -> None:
    def f(z: Tensor) -> Tensor:
        return 0.9 * z

    solver = deq.ODE(method=method, t_max=2.25, rtol=1e-6, atol=1e-6, step=0.1)
    sol = deq.solve(f, scalar(1.0), solver=solver, tol=1e-6, max_evals=5000, record=True)
    assert Status(int(sol.status)) is Status.MAX_EVALS
    assert sol.trajectory is not None
    assert sol.trajectory.t[-1].item() == pytest.approx(2.25)
    assert sol.z.item() == pytest.approx(math.exp(-0.225), rel=1e-2)
    assert sol.residual.item() == pytest.approx(0.1 * sol.z.item())


@pytest.mark.parametrize(
    ("t_max", "step"),
    [(0.6000000000000001, 0.1), (2.4000000000000004, 0.2), (1.0, 0.1), (0.35, 0.1), (0.05, 0.1)],
)
def test_a_fixed_step_reaches_t_max_without_a_step_of_length_zero(
    t_max: float, step: float
) -> None:
    solver = deq.ODE(method="euler", t_max=t_max, step=step)
    sol = deq.solve(lambda z: 0.9 * z, scalar(1.0), solver=solver, tol=1e-6, record=True)
    assert sol.trajectory is not None
    t = sol.trajectory.t
    assert t[-1] == t_max
    assert len(t) == math.ceil(round(t_max / step, 6)) + 1 == int(sol.nfe)
    assert (t.diff() > 0.4 * step).all()


def test_slow_oscillating_and_explosive_modes_cost_no_more_than_ordinary_ones() -> None:
    ode = deq.ODE()
    cost = {}
    for slope in (0.5, 0.999, -1.0, -3.0):
        sol = deq.solve(lambda z, a=slope: a * z + 1, scalar(0.0), solver=ode, tol=1e-3)
        assert sol.converged.all()
        cost[slope] = int(sol.nfe)
    assert max(cost.values()) <= 98
    sol = deq.solve(lambda z: 0.999 * z + 1, scalar(0.0), solver=deq.Picard(), tol=1e-3,
                    max_evals=5000)  # fmt: skip
    assert int(sol.nfe) > 600


@pytest.mark.parametrize("gain", [0.3, 0.5, 0.7])
def test_on_ordinary_contractive_nets_it_costs_several_times_picard(gain: float) -> None:
    f, _, x = tanh_net(gain=gain)
    z0 = torch.zeros_like(x)
    picard = deq.solve(f, z0, solver=deq.Picard(), tol=1e-3)
    ode = deq.solve(f, z0, solver=deq.ODE(), tol=1e-3)
    assert picard.converged.all()
    assert ode.converged.all()
    assert 3 <= ode.nfe.max() / picard.nfe.max() <= 20


def test_a_stiff_mode_ends_at_the_cap_with_the_best_state() -> None:
    a = torch.diag(torch.tensor([0.99, -50.0], dtype=F64))
    sol = deq.solve(
        lambda z: z @ a.T + 1, torch.zeros(1, 2, dtype=F64), solver=deq.ODE(), tol=1e-4,
        max_evals=400,
    )  # fmt: skip
    assert Status(int(sol.status)) is Status.MAX_EVALS
    assert 400 - 6 < int(sol.nfe) <= 400  # a step that cannot be finished is not begun
    assert sol.residual.item() < math.sqrt(2)


@pytest.mark.parametrize("method", ADAPTIVE[:-1])
def test_loose_tolerances_bounce_but_never_hang(method: str) -> None:
    solver = deq.ODE(method=method, rtol=1e-1, atol=1e-1)
    sol = deq.solve(torch.cos, scalar(-1.0), solver=solver, tol=1e-9, max_evals=500)
    assert not sol.converged.any()
    assert int(sol.nfe) <= 500
    assert sol.z.item() == pytest.approx(0.739, abs=0.2)


def test_an_explosion_is_named_before_time_stands_still() -> None:
    sol = deq.solve(lambda z: torch.exp(z) + z, scalar(1.0), solver=deq.ODE(), tol=1e-4,
                    max_evals=5000)  # fmt: skip
    assert Status(int(sol.status)) in (Status.DIVERGED, Status.NON_FINITE)
    assert sol.z.isfinite().all()


def test_a_jump_that_no_step_can_cross_ends_the_solve() -> None:
    # The field points at the jump from both sides: steps shrink there, and shrink.
    sol = deq.solve(
        lambda z: torch.where(z < 1, z + 1, z - 1), scalar(0.0), solver=deq.ODE(), tol=1e-9,
        max_evals=3000,
    )  # fmt: skip
    assert not sol.converged.any()
    assert int(sol.nfe) <= 3000
    assert sol.z.item() == pytest.approx(1.0, abs=1.0)


def test_batch_mates_do_not_loosen_error_control() -> None:
    a = torch.stack([0.5 * torch.eye(2, dtype=F64), 0.9 * rotation(1.0, 90)])

    def field(a: Tensor, z: Tensor) -> Tensor:
        return (a @ z.unsqueeze(2)).squeeze(2) + 1

    z0 = torch.zeros(100, 2, dtype=F64)
    many = torch.cat([a[:1].expand(99, 2, 2), a[1:]])  # 99 easy ones and one that turns
    # Loose steps, so that a pooled norm would let the one drift by ten times as much.
    solver = deq.ODE(rtol=1e-3, atol=1e-3, t_max=3.0)
    crowd = deq.solve(lambda z: field(many, z), z0, solver=solver, tol=1e-12)
    alone = deq.solve(lambda z: field(a[1:], z), z0[:1], solver=solver, tol=1e-12)
    truth = deq.solve(
        lambda z: field(a[1:], z), z0[:1], solver=deq.ODE(rtol=1e-10, atol=1e-10, t_max=3.0),
        tol=1e-12, max_evals=2000,
    )  # fmt: skip
    error = (alone.z - truth.z).norm()
    assert (crowd.z[-1] - truth.z).norm() <= 1.5 * error + 1e-6


def test_a_finished_sample_does_not_slow_its_mates_down() -> None:
    # The first sample is at rest from the start; a stiff one, once given up, asks for nothing.
    def f(z: Tensor) -> Tensor:
        return torch.stack([z[0], 0.5 * z[1] + 1])

    pair = deq.solve(f, torch.tensor([3.0, 0.0], dtype=F64), solver=deq.ODE(), tol=1e-6)
    alone = deq.solve(lambda z: 0.5 * z + 1, scalar(0.0), solver=deq.ODE(), tol=1e-6)
    assert pair.nfe.tolist() == [1, int(alone.nfe)]
    assert torch.allclose(pair.z[1:], alone.z, atol=1e-12)


def test_the_stop_costs_no_more_than_integrating_to_the_time_nobody_knows_beforehand() -> None:
    a = symmetric(20, 0.8)
    calls = 0

    def field(t: Tensor, z: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        return z @ a.T + 1 - z

    z0 = torch.ones(1, 20, dtype=F64)
    sol = deq.solve(lambda z: z @ a.T + 1, z0, solver=deq.ODE(), tol=1e-4, record=True)
    assert sol.converged.all()
    assert sol.trajectory is not None
    t = torch.stack([torch.zeros((), dtype=F64), sol.trajectory.t[-1]])
    end = odeint(field, z0, t, rtol=1e-5, atol=1e-5)[-1]
    assert int(sol.nfe) <= 1.15 * calls
    assert torch.allclose(end, sol.z, atol=1e-3)


def test_steps_stay_within_the_range_of_half_types() -> None:
    # The field is constant: no error, and every step is longer than the one before.
    z0 = torch.zeros(1, 1, dtype=torch.float16)
    sol = deq.solve(lambda z: z + 0.2668, z0, solver=deq.ODE(method="fehlberg2"), max_evals=60)
    assert not sol.converged.any()
    assert sol.z.isfinite().all()
