"""Finished samples stand still while the others go on, are lost, or pull at them."""

import math

import pytest
import torch
from torch import Tensor

import deq
from deq.bookkeeping.ledger import Ledger
from deq.solvers import Iteration
from tests.problems import F64, tanh_net
from tests.solvers.test_histories import SOLVERS

every_solver = pytest.mark.parametrize("solver", SOLVERS, ids=repr)


class Watched:
    """A map whose samples contract at rates from nought to 0.95; it keeps what it saw."""

    def __init__(self, batch: int, dtype: torch.dtype = F64) -> None:
        self.f, _, x = tanh_net(n=6, batch=batch, gain=1.0)
        self.z0 = torch.zeros_like(x).to(dtype)
        self.gains = torch.linspace(0, 0.95, batch, dtype=F64)[:, None]
        self.seen: list[Tensor] = []

    def __call__(self, z: Tensor) -> Tensor:
        self.seen.append(z)
        return (self.gains * self.f(z.to(F64))).to(z.dtype)


@every_solver
@pytest.mark.parametrize("dtype", [F64, torch.float32, torch.bfloat16])
def test_fast_and_slow_samples_share_a_batch(solver: Iteration, dtype: torch.dtype) -> None:
    tol = {F64: 1e-10, torch.float32: 1e-5, torch.bfloat16: 3e-2}[dtype]
    f = Watched(120, dtype=dtype)
    sol = deq.solve(f, f.z0, solver=solver, tol=tol)
    assert sol.converged.all()
    assert int(sol.nfe.min()) < int(sol.nfe.max())
    residual = (f(sol.z) - sol.z).to(F64).norm(dim=1)
    assert torch.allclose(sol.residual.to(F64), residual, rtol=2e-2, atol=1e-13)
    exact = deq.solve(Watched(120), f.z0.to(F64), solver=deq.Picard(), tol=1e-12, max_evals=900)
    assert torch.allclose(sol.z.to(F64), exact.z, atol=100 * tol)


@every_solver
def test_finished_samples_stand_still(solver: Iteration) -> None:
    f = Watched(60)
    sol = deq.solve(f, f.z0, solver=solver, tol=1e-9, record=True)
    path = sol.trajectory
    assert path is not None
    assert len(f.seen) == len(path.z) == int(sol.nfe.max())
    for z, seen in zip(path.z, f.seen, strict=True):
        assert torch.equal(z, seen)
    for b, nfe in enumerate(sol.nfe.tolist()):
        assert (path.z[nfe - 1 :, b] == sol.z[b]).all()
        assert (path.residual[nfe - 1 :, b] == sol.residual[b]).all()


@every_solver
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_when_most_of_a_batch_is_lost_the_rest_converges(solver: Iteration, bad: float) -> None:
    clean, f = Watched(40), Watched(40)
    lost = torch.arange(40) % 3 > 0

    def broken(z: Tensor) -> Tensor:
        return torch.where((lost & (len(f.seen) > 4))[:, None], bad, f(z))

    sol = deq.solve(broken, f.z0, solver=solver, tol=1e-9)
    expected = deq.solve(clean, clean.z0, solver=solver, tol=1e-9)
    assert sol.converged[~lost].all()
    assert torch.allclose(sol.z[~lost], expected.z[~lost], atol=1e-8)
    done = lost & (sol.nfe > 5)
    assert done.any()
    assert (sol.status[done] == int(deq.Status.NON_FINITE)).all()
    assert all(z.isfinite().all() for z in f.seen)
    assert sol.z.isfinite().all()


@every_solver
def test_a_cap_reports_which_samples_were_still_on_the_way(solver: Iteration) -> None:
    f = Watched(40)
    nfe = deq.solve(f, f.z0, solver=solver, tol=1e-9).nfe
    cap = int(nfe.sort().values[20]) + 1  # one step after half have finished
    f.seen.clear()
    sol = deq.solve(f, f.z0, solver=solver, tol=1e-9, max_evals=cap)
    assert len(f.seen) == cap
    left = sol.status == int(deq.Status.MAX_EVALS)
    assert left.any()
    assert sol.converged.any()
    assert (sol.converged | left).all()
    assert torch.allclose(sol.residual, (f(sol.z) - sol.z).norm(dim=1), rtol=1e-9, atol=1e-15)


@every_solver
def test_under_inference_mode_and_in_any_shape(solver: Iteration) -> None:
    f = Watched(40)
    expected = deq.solve(f, f.z0, solver=solver, tol=1e-9)
    with torch.inference_mode():
        sol = deq.solve(
            lambda z: f(z.reshape(40, 6)).reshape(40, 2, 3),
            f.z0.reshape(40, 2, 3),
            solver=solver,
            tol=1e-9,
        )
    assert torch.allclose(sol.z.reshape(40, 6), expected.z, atol=1e-8)


@every_solver
def test_where_f_mixes_samples_they_come_back(solver: Iteration) -> None:
    # The first settles at once, on a mate that has barely moved; its equilibrium moves on.
    mix = torch.tensor([[0.0, 0.5], [0.0, 0.95]], dtype=F64)
    c = torch.tensor([[-0.5], [0.05]], dtype=F64)
    z0 = torch.tensor([[-0.5], [1e-7]], dtype=F64)
    sol = deq.solve(lambda z: mix @ z + c, z0, solver=solver, tol=1e-6, max_evals=2000)
    assert sol.converged.all()
    assert torch.allclose(sol.z, torch.tensor([[0.0], [1.0]], dtype=F64), atol=1e-4)


@every_solver
def test_a_finished_sample_comes_back_when_the_rest_is_lost(solver: Iteration) -> None:
    # The first settles at once, the next four are lost at once; then the others, one of which the
    # first stands on, move and are lost too.
    z0 = torch.full((10, 1), 1e-7, dtype=F64)
    z0[0] = -0.5
    evals = 0

    def f(z: Tensor) -> Tensor:
        nonlocal evals
        evals += 1
        out = 0.9 * torch.cos(z) + 0.3
        out[0] = 0.5 * z[5] - 0.5
        out[1:5] = math.nan
        if evals > 2:
            out[5:] = math.nan
        return out

    sol = deq.solve(f, z0, solver=solver, tol=1e-6)
    assert sol.converged.tolist() == [True] + 9 * [False]
    assert sol.z[0].item() == pytest.approx(0.5 * sol.z[5].item() - 0.5, abs=1e-5)
    assert sol.z[5].item() != z0[5].item()


def test_a_solver_that_moves_a_finished_sample_does_not_change_its_answer() -> None:
    z0 = torch.zeros(2, 1, dtype=F64)
    ledger = Ledger(z0, atol=1e-4, rtol=1e-4, max_evals=10, record=False)
    ledger.observe(0.0, z0, torch.ones_like(z0))
    ledger.close(torch.tensor([True, False]), deq.Status.NON_FINITE)
    for residual in (0.5, 0.6, 0.0):
        ledger.observe(1.0, z0 + 7, torch.full_like(z0, residual))
        assert ledger.best_z.tolist() == [[0.0], [7.0]]
        assert ledger.best[0] == 1


def test_where_f_ends_every_residual_belongs_to_its_state() -> None:
    shift = torch.tensor([[0.665], [0.785], [0.21]], dtype=F64)

    def f(z: Tensor) -> Tensor:
        return torch.log(z + shift)  # NaN behind its pole

    sol = deq.solve(f, torch.zeros(3, 2, dtype=F64), solver=deq.PseudoTransient(), max_evals=60)
    assert sol.status.tolist() == [int(deq.Status.NON_FINITE)] * 3
    torch.testing.assert_close(sol.residual, (f(sol.z) - sol.z).norm(dim=1))
