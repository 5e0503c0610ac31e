"""Once half of a batch has finished a solver works on the others alone; no answer changes."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given, settings
from torch import Tensor

import deq
from deq.bookkeeping.rows import Rows
from deq.solvers.anderson_history import AndersonState
from deq.solvers.base import Iteration
from deq.solvers.broyden_history import BroydenState
from tests.problems import F64, tanh_net
from tests.solve import test_batch
from tests.solvers.test_one_sample import SOLVERS

every_solver = pytest.mark.parametrize("solver", SOLVERS, ids=repr)
HISTORIES = (AndersonState, BroydenState)


@pytest.fixture(autouse=True)
def poison() -> Iterator[None]:
    """What was not written is NaN."""
    torch.use_deterministic_algorithms(True)
    yield
    torch.use_deterministic_algorithms(False)


@contextmanager
def paying_from(finished: float) -> Iterator[None]:
    """It pays to leave samples behind once so many have finished."""
    with pytest.MonkeyPatch.context() as patch:
        for history in HISTORIES:
            patch.setattr(history, "spare", finished)
        yield


class Watched:
    """A map whose samples contract at rates from nought to 0.95; it keeps what it saw."""

    def __init__(self, batch: int, dim: int = 6, dtype: torch.dtype = F64) -> None:
        self.f, _, x = tanh_net(n=dim, batch=batch, gain=1.0)
        self.z0 = torch.zeros_like(x).to(dtype)
        self.gains = torch.linspace(0, 0.95, batch, dtype=F64)[:, None]
        self.seen: list[Tensor] = []

    def __call__(self, z: Tensor) -> Tensor:
        self.seen.append(z)
        return (self.gains * self.f(z.to(F64))).to(z.dtype)


@contextmanager
def widths(solver: Iteration) -> Iterator[list[int]]:
    """On how many samples each step was taken."""
    taken: list[int] = []
    step = type(solver).step

    def watched(self, state, z, fz):
        taken.append(len(z))
        return step(self, state, z, fz)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(solver), "step", watched)
        yield taken


@every_solver
@given(
    steps=st.integers(0, 14),
    asked=st.booleans(),
    keep=st.sampled_from([1, 3, 16, 17, 30]),
    seed=st.integers(0, 2**20),
)
@settings(max_examples=25)
def test_some_of_a_history_go_on_as_in_the_whole(solver, steps, asked, keep, seed) -> None:
    f, _, x = tanh_net(n=8, batch=40, gain=0.8)
    z, state = torch.zeros_like(x), solver.init(x)
    for _ in range(steps):
        z, state = solver.step(state, z, f(z))
    if asked:  # as the driver does before it looks
        solver.residual(state, z, f(z))
    which = torch.zeros(40, dtype=torch.bool)
    which[torch.randperm(40, generator=torch.Generator().manual_seed(seed))[:keep]] = True
    rows = Rows(which.numpy())
    some = deepcopy(state)
    some.keep(rows)
    for _ in range(10):
        fz = f(z)
        part, some = solver.step(some, rows.of(z), rows.of(fz))
        z, state = solver.step(state, z, fz)
        assert torch.allclose(part, rows.of(z), rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("solver", [s for s in SOLVERS if isinstance(s, deq.Broyden)], ids=repr)
def test_some_of_a_history_know_whose_move_was_not_its_own(solver) -> None:
    f, _, x = tanh_net(n=8, batch=40, gain=0.8)
    z, state = torch.zeros_like(x), solver.init(x)
    for _ in range(5):
        z, state = solver.step(state, z, f(z))
    state.trust = torch.arange(40).remainder(2).eq(0).numpy()[:, None, None]
    rows = Rows((torch.arange(40) % 5 < 3).numpy())
    some = deepcopy(state)
    some.keep(rows)
    part, _ = solver.step(some, rows.of(z), rows.of(f(z)))
    z, _ = solver.step(state, z, f(z))
    assert torch.allclose(part, rows.of(z), rtol=1e-12, atol=1e-14)


@every_solver
def test_what_is_kept_moves_within_its_memory(solver) -> None:
    # A second history beside the first would be the largest thing that a solve ever holds.
    f, _, x = tanh_net(n=8, batch=40, gain=0.8)
    z, state = torch.zeros_like(x), solver.init(x)
    for _ in range(5):
        z, state = solver.step(state, z, f(z))
    rooms = lambda: [  # noqa: E731
        value.untyped_storage().data_ptr()
        for value in (getattr(state, name, None) for name in ("g", "e", "rows"))
        if value is not None
    ]
    before = rooms()
    state.keep(Rows((torch.arange(40) % 2 > 0).numpy()))
    assert rooms() == before


@every_solver
@pytest.mark.parametrize("dtype", [F64, torch.float32, torch.bfloat16])
def test_alone_or_with_the_finished_the_answers_are_the_same(solver, dtype) -> None:
    tol = {F64: 1e-10, torch.float32: 1e-5, torch.bfloat16: 3e-2}[dtype]
    f = Watched(120, dtype=dtype)
    with paying_from(math.inf), widths(solver) as all_along:
        whole = deq.solve(f, f.z0, solver=solver, tol=tol)
    with paying_from(1), widths(solver) as taken:
        sol = deq.solve(f, f.z0, solver=solver, tol=tol)
    assert set(all_along) == {120}
    assert taken == sorted(taken, reverse=True)
    assert taken[-1] < 60
    assert whole.converged.all()
    assert sol.converged.all()
    residual = (f(sol.z) - sol.z).to(F64).norm(dim=1)
    assert torch.allclose(sol.residual.to(F64), residual, rtol=2e-2, atol=1e-13)
    if dtype is F64:
        assert torch.equal(sol.nfe, whole.nfe)
        assert torch.allclose(sol.z, whole.z, atol=1e-9)


@every_solver
def test_who_is_left_behind_stands_still(solver) -> None:
    f = Watched(60)
    with paying_from(1):
        sol = deq.solve(f, f.z0, solver=solver, tol=1e-9, record=True)
    way = sol.trajectory
    assert way is not None
    assert len(f.seen) == len(way.z) == int(sol.nfe.max())
    for z, seen in zip(way.z, f.seen, strict=True):
        assert torch.equal(z, seen)
    for b, nfe in enumerate(sol.nfe.tolist()):
        assert (way.z[nfe - 1 :, b] == sol.z[b]).all()
        assert (way.residual[nfe - 1 :, b] == sol.residual[b]).all()


def test_it_pays_only_for_many() -> None:
    for solver, batch, narrows in (
        (deq.Anderson(), 100, False),
        (deq.Anderson(), 500, True),
        (deq.Broyden(), 90, False),
        (deq.Broyden(), 250, True),
        (deq.Picard(), 500, False),
    ):
        f = Watched(batch, dim=3)
        with widths(solver) as taken:
            assert deq.solve(f, f.z0, solver=solver, tol=1e-9, max_evals=900).converged.all()
        assert (min(taken) < batch) == narrows, solver


@every_solver
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_the_lost_are_left_behind_too(solver, bad) -> None:
    clean, f = Watched(40), Watched(40)
    lost = torch.arange(40) % 3 > 0

    def broken(z: Tensor) -> Tensor:
        return torch.where((lost & (len(f.seen) > 4))[:, None], bad, f(z))

    with paying_from(1), widths(solver) as taken:
        sol = deq.solve(broken, f.z0, solver=solver, tol=1e-9)
    expected = deq.solve(clean, clean.z0, solver=solver, tol=1e-9)
    assert taken[-1] < 14
    assert sol.converged[~lost].all()
    assert torch.allclose(sol.z[~lost], expected.z[~lost], atol=1e-8)
    done = lost & (sol.nfe > 5)
    assert (sol.status[done] == int(deq.Status.NON_FINITE)).all()
    assert all(z.isfinite().all() for z in f.seen)
    assert sol.z.isfinite().all()


@every_solver
def test_where_f_mixes_samples_they_come_back(solver) -> None:
    # The first settles at once, on a mate that has barely moved; its equilibrium moves on.
    mix = torch.tensor([[0.0, 0.5], [0.0, 0.95]], dtype=F64)
    c = torch.tensor([[-0.5], [0.05]], dtype=F64)
    z0 = torch.tensor([[-0.5], [1e-7]], dtype=F64)
    with paying_from(1), widths(solver) as taken:
        sol = deq.solve(lambda z: mix @ z + c, z0, solver=solver, tol=1e-6, max_evals=2000)
    assert sol.converged.all()
    assert torch.allclose(sol.z, torch.tensor([[0.0], [1.0]], dtype=F64), atol=1e-4)
    assert 1 in taken
    assert taken[-1] == 2


@every_solver
def test_a_cap_reports_who_was_still_on_the_way(solver) -> None:
    f = Watched(40)
    nfe = deq.solve(f, f.z0, solver=solver, tol=1e-9).nfe
    cap = int(nfe.sort().values[20]) + 1  # one step after half have finished
    f.seen.clear()
    with paying_from(1), widths(solver) as taken:
        sol = deq.solve(f, f.z0, solver=solver, tol=1e-9, max_evals=cap)
    assert taken[-1] <= 20
    assert len(f.seen) == cap
    left = sol.status == int(deq.Status.MAX_EVALS)
    assert left.any()
    assert (sol.converged | left).all()
    assert torch.allclose(sol.residual, (f(sol.z) - sol.z).norm(dim=1), rtol=1e-9, atol=1e-15)


@every_solver
def test_under_inference_mode_and_in_any_shape(solver) -> None:
    f = Watched(40)
    expected = deq.solve(f, f.z0, solver=solver, tol=1e-9)
    shaped = lambda z: f(z.reshape(40, 6)).reshape(40, 2, 3)  # noqa: E731
    with paying_from(1), widths(solver) as taken, torch.inference_mode():
        sol = deq.solve(shaped, f.z0.reshape(40, 2, 3), solver=solver, tol=1e-9)
    assert min(taken) < 20
    assert torch.allclose(sol.z.reshape(40, 6), expected.z, atol=1e-8)


@every_solver
def test_gradients_are_the_same(solver) -> None:
    slopes = []
    for finished in (math.inf, 1):
        f = Watched(40)
        x = torch.randn(40, 6, dtype=F64, generator=torch.Generator().manual_seed(5))
        x.requires_grad_()
        layer = deq.DEQ(
            lambda z, x, f=f: f(z) + 0.2 * x,
            solver=solver,
            tol=1e-10,
            gradient=deq.Implicit(solver=solver, tol=1e-10),
        )
        with paying_from(finished), widths(solver) as taken:
            z = layer(x, f.z0)
            forward = len(taken)
            z.square().sum().backward()
        assert (min(taken[:forward]) < 40) == (finished == 1)
        assert len(taken) > forward
        slopes.append(x.grad)
    assert torch.allclose(*slopes, atol=1e-8)


def test_what_holds_for_all_holds_here() -> None:
    with paying_from(1):
        test_batch.test_alone_equals_in_company()
        for name in ("anderson", "broyden"):
            test_batch.test_the_order_of_a_batch_does_not_matter(name=name)
            for n in (1, 4):
                test_batch.test_a_broken_mate_harms_nobody(n=n, name=name)


@every_solver
def test_somebody_outside_comes_back_when_the_rest_is_lost(solver) -> None:
    # The first settles at once, the next four are lost at once; then the others, one of whom the
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

    with paying_from(1), widths(solver) as taken:
        sol = deq.solve(f, z0, solver=solver, tol=1e-6)
    assert 5 in taken
    assert sol.converged.tolist() == [True] + 9 * [False]
    assert sol.z[0].item() == pytest.approx(0.5 * sol.z[5].item() - 0.5, abs=1e-5)
    assert sol.z[5].item() != z0[5].item()
