"""Picard observes some states only: what that may change, and what not."""

import math

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from torch import Tensor

import deq
from deq import Solution, Status
from deq.bookkeeping.ledger import Ledger
from deq.bookkeeping.schedule import pause
from tests.problems import F64

BATCH = 8


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Evaluations at each look."""
    seen: list[int] = []
    observe = Ledger.observe

    def watched(self: Ledger, t: float, z: Tensor, r: Tensor) -> bool:
        seen.append(self.evals)
        return observe(self, t, z, r)

    monkeypatch.setattr(Ledger, "observe", watched)
    return seen


def rates(low: float, high: float) -> Tensor:
    """Slopes (B, 1) of linear maps."""
    return torch.linspace(low, high, BATCH, dtype=F64)[:, None]


@given(rate=st.floats(0.01, 0.99), since=st.integers(1, 8), now=st.floats(1.1, 1e12))
def test_at_a_steady_rate_at_most_three_quarters_of_the_way_are_passed(
    rate: float, since: int, now: float
) -> None:
    steps = pause(since, now / rate**since, now)
    assert 1 <= steps <= 8
    assert steps == 1 or now * rate ** (steps / 0.75) >= 1 - 1e-9


@given(
    numbers=st.lists(st.floats(min_value=5e-324, allow_infinity=False), min_size=2, max_size=2),
    since=st.integers(1, 8),
)
def test_no_two_lengths_are_too_much_for_it(numbers: list[float], since: int) -> None:
    now, before = sorted(numbers)
    assert 1 <= pause(since, before, now) <= 8
    assert 1 <= pause(since, math.nextafter(now, math.inf), now) <= 8
    assert pause(1, 1e300, 1.5) == 1


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (10.0, 10.0),
        (10.0, 20.0),
        (math.inf, 1e9),
        (10.0, math.nan),
        (math.nan, 10.0),
        (math.inf, math.inf),
        (10.0, 0.9),
        (0.0, 0.0),
    ],
)
def test_where_nothing_is_foreseen_the_next_state_is_observed(before: float, now: float) -> None:
    assert pause(1, before, now) == 1


def test_faster_and_faster_convergence_costs_seven_more_evaluations_at_most() -> None:
    squares = torch.linspace(0.5, 900, BATCH, dtype=F64)[:, None]
    solve = {"solver": deq.Picard(), "tol": 1e-9}

    def newton(a: Tensor) -> Solution:
        return deq.solve(lambda z: (z + a / z) / 2, torch.full_like(a, 30.0), **solve)

    sol, alone = newton(squares), [newton(a) for a in squares]
    late = sol.nfe - torch.cat([one.nfe for one in alone])
    assert torch.allclose(sol.z, squares.sqrt(), rtol=1e-8)
    assert late.min() >= 0
    assert sol.nfe.max() - max(one.nfe for one in alone) <= 7


@pytest.mark.parametrize("damping", [1.0, 0.7])
def test_most_states_far_from_the_end_are_not_looked_at(looks: list[int], damping: float) -> None:
    slopes = rates(0.2, 0.9)
    calls = 0

    def f(z: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        return slopes * z + 1

    picard = deq.Picard(damping=damping)
    z0 = torch.zeros(BATCH, 1, dtype=F64)
    sol = deq.solve(f, z0, solver=picard, tol=1e-8, max_evals=1000)
    assert sol.converged.all()
    assert looks[-1] == calls == sol.nfe.max()
    assert len(looks) < 0.3 * calls
    # Whoever is alone is looked at every time.
    for i in range(BATCH):
        alone = deq.solve(
            lambda z, i=i: slopes[i] * z + 1, z0[i : i + 1], solver=picard, tol=1e-8, max_evals=1000
        )
        assert 0 <= sol.nfe[i] - alone.nfe[0] <= 7
        assert sol.residual[i] <= alone.residual[0]
        apart = (sol.z[i] - alone.z[0]).abs()
        assert apart <= (sol.residual[i] + alone.residual[0]) / (1 - slopes[i])
    # The last to finish is not found out late.
    assert sol.nfe[-1] == alone.nfe[0]


def test_a_recording_has_every_state(looks: list[int]) -> None:
    slopes, z0 = rates(0.2, 0.9), torch.zeros(BATCH, 1, dtype=F64)
    sol = deq.solve(lambda z: slopes * z + 1, z0, solver=deq.Picard(), tol=1e-6, record=True)
    assert sol.trajectory is not None
    assert sol.trajectory.nfe.tolist() == looks == list(range(1, int(sol.nfe.max()) + 1))


@pytest.mark.parametrize("solver", [deq.Anderson(), deq.Broyden()])
def test_accelerated_steps_jump_and_are_all_looked_at(
    looks: list[int], solver: deq.Anderson | deq.Broyden
) -> None:
    slopes, z0 = rates(0.2, 0.9), torch.zeros(BATCH, 3, dtype=F64)
    sol = deq.solve(lambda z: torch.tanh(slopes * z + 1), z0, solver=solver, tol=1e-9)
    assert looks == list(range(1, int(sol.nfe.max()) + 1))


@pytest.mark.parametrize("cap", range(1, 20))
def test_at_the_cap_the_state_is_the_best_that_was_looked_at(looks: list[int], cap: int) -> None:
    slopes, z0 = rates(0.9, 0.99), torch.zeros(BATCH, 1, dtype=F64)
    sol = deq.solve(lambda z: slopes * z + 1, z0, solver=deq.Picard(), tol=1e-9, max_evals=cap)
    assert looks[-1] == cap
    assert (sol.status == Status.MAX_EVALS).all()
    assert (sol.nfe == cap).all()
    assert torch.allclose(sol.z, (1 - slopes ** (cap - 1)) / (1 - slopes))
    assert torch.allclose(sol.residual, slopes[:, 0] ** (cap - 1))


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("after", range(3, 25))
def test_sudden_failure_is_found_out_and_harms_nobody(after: int, bad: float) -> None:
    slopes, z0 = rates(0.8, 0.9), torch.zeros(BATCH, 1, dtype=F64)
    broken = torch.arange(BATCH)[:, None] == 2
    wall = (1 - slopes[2] ** (after - 0.5)) / (1 - slopes[2])  # passed by evaluation ``after``
    sol = deq.solve(
        lambda z: torch.where(broken & (z > wall), bad, slopes * z + 1),
        z0,
        solver=deq.Picard(),
        tol=1e-6,
        max_evals=500,
    )
    clean = deq.solve(lambda z: slopes * z + 1, z0, solver=deq.Picard(), tol=1e-6, max_evals=500)
    mates = ~broken[:, 0]
    assert torch.equal(sol.converged, mates)
    assert Status(int(sol.status[2])) is Status.NON_FINITE
    assert after + 1 <= sol.nfe[2] <= after + 8
    assert sol.z.isfinite().all()
    assert torch.allclose(sol.residual, (slopes * sol.z + 1 - sol.z).abs()[:, 0], rtol=1e-6)
    # No more than seven steps are lost.
    assert sol.residual[2] <= slopes[2, 0] ** max(after - 8, 0) * (1 + 1e-9)
    assert torch.allclose(sol.z[mates], clean.z[mates], rtol=1e-4)


@pytest.mark.parametrize("damping", [1.0, 0.7])
def test_the_converged_go_on_between_looks_and_are_back_for_them(
    looks: list[int], damping: float
) -> None:
    slopes, z0 = rates(0.1, 0.99), torch.zeros(BATCH, 1, dtype=F64)
    exact = 1 / (1 - slopes)
    seen: list[Tensor] = []

    def f(z: Tensor) -> Tensor:
        seen.append(z)
        return slopes * z + 1

    sol = deq.solve(f, z0, solver=deq.Picard(damping=damping), tol=1e-4, max_evals=2000)
    assert sol.converged.all()
    gone_on = 0
    for evals, z in enumerate(seen, start=1):
        done = sol.nfe < evals
        if evals in looks:
            assert torch.equal(z[done], sol.z[done])
        else:
            gone_on += int((z != sol.z)[done].sum())
            assert ((z - exact).abs() <= (sol.z - exact).abs())[done].all()
    assert gone_on > len(seen)


def test_the_lost_are_held_and_the_others_go_on_unwatched(looks: list[int]) -> None:
    slopes, z0 = rates(0.1, 0.99), torch.zeros(BATCH, 1, dtype=F64)
    broken = torch.arange(BATCH)[:, None] == 2
    seen: list[Tensor] = []

    def f(z: Tensor) -> Tensor:
        seen.append(z)
        return torch.where(broken & (len(seen) > 4), math.nan, slopes * z + 1)

    sol = deq.solve(f, z0, solver=deq.Picard(), tol=1e-9, max_evals=5000)
    assert Status(int(sol.status[2])) is Status.NON_FINITE
    assert sol.nfe[2] <= 12
    assert all(torch.equal(z[2], sol.z[2]) for z in seen[int(sol.nfe[2]) :])
    assert len(looks) < 0.3 * len(seen)


@example(seed=55603, spread=0.59375, gain=0.625)  # mates that moved on between two looks
@given(seed=st.integers(0, 2**20), spread=st.floats(0, 6), gain=st.floats(0.3, 0.97))
def test_where_samples_mix_both_ways_all_settle(seed: int, spread: float, gain: float) -> None:
    # Some are fast by themselves, and all pull at each other.
    g = torch.Generator().manual_seed(seed)
    mix = torch.randn(BATCH, BATCH, dtype=F64, generator=g)
    size = torch.exp(-spread * torch.rand(BATCH, 1, dtype=F64, generator=g))  # (B, 1)
    mix = gain * size * mix / torch.linalg.matrix_norm(size * mix, 2)
    c = torch.randn(BATCH, 1, dtype=F64, generator=g)
    exact = torch.linalg.solve(torch.eye(BATCH, dtype=F64) - mix, c)
    tol = 1e-6
    z0 = torch.zeros_like(c)
    sol = deq.solve(lambda z: mix @ z + c, z0, solver=deq.Picard(), tol=tol, max_evals=5000)
    assert sol.converged.all()
    bound = 1.01 * tol * (1 + sol.z.abs())
    assert (sol.residual[:, None] <= bound).all()
    assert (sol.z - exact).norm() <= bound.norm() / (1 - gain) * (1 + 1e-6)
