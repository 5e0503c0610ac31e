"""A solve that failed because f couples samples says so, and what to do."""

import copy
import pickle
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import deq
from deq.bookkeeping.coupling import COUPLED
from tests.problems import F64
from tests.solve.test_batch_dims import bratu, causal_mean, ring
from tests.solve.test_solve import Counting


@pytest.mark.parametrize(
    "solver", [deq.Anderson(), deq.Broyden(), deq.Newton()], ids=lambda s: type(s).__name__
)
def test_a_vector_solved_as_samples_names_the_cure(solver: object) -> None:
    f, u0 = bratu(63), torch.zeros(63, dtype=F64)
    sol = deq.solve(f, u0, solver=solver, atol=1e-8, rtol=0, max_evals=50)
    assert not sol.converged.all()
    assert str(sol).endswith(COUPLED)
    with pytest.raises(deq.ConvergenceError, match="pass batch_dims=0") as error:
        deq.solve(f, u0, solver=solver, atol=1e-8, rtol=0, max_evals=50, strict=True)
    assert str(error.value) == str(error.value.solution)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
@pytest.mark.parametrize("kind", ["graph", "sequence", "attention", "batch norm", "tuple"])
def test_kinds_of_coupling_are_seen(kind: str, dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    x, mix, mean = torch.randn(6, 3).to(dtype), ring(6).to(dtype), causal_mean(6).to(dtype)
    norm = nn.BatchNorm1d(3, dtype=dtype)
    maps = {
        "graph": lambda z: 0.99 * mix @ z + x,
        "sequence": lambda z: 0.99 * mean @ z + x,
        "attention": lambda z: torch.softmax(z @ z.T, dim=1) @ z * 0.99 + x,
        "batch norm": lambda z: norm(z) + 0.5 * z + x,
        "tuple": lambda z: (0.99 * mix @ z[1] + x, z[0] * 0.99),
    }
    z0 = (torch.zeros_like(x), torch.zeros_like(x)) if kind == "tuple" else torch.zeros_like(x)
    sol = deq.solve(maps[kind], z0, solver=deq.Picard(), tol=1e-9, max_evals=5)
    assert not sol.converged.all()
    assert COUPLED in str(sol)


def test_two_samples_are_enough_when_the_first_moves_the_second() -> None:
    lower = torch.tensor([[0.9, 0.0], [0.5, 0.9]])
    sol = deq.solve(lambda z: lower @ z + 1, torch.zeros(2, 3), solver=deq.Picard(), max_evals=5)
    assert COUPLED in str(sol)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
@pytest.mark.parametrize(
    "solver",
    [deq.Picard(), deq.Anderson(), deq.Broyden(), deq.Newton(), deq.ODE(), deq.PseudoTransient()],
    ids=lambda s: type(s).__name__,
)
def test_independent_samples_get_no_hint(solver: object, dtype: torch.dtype) -> None:
    g = torch.Generator().manual_seed(0)
    x = torch.randn(33, 4, generator=g).to(dtype)
    w = (torch.randn(4, 4, generator=g) / 2).to(dtype)
    maps = (
        lambda z: torch.tanh(2 * z @ w + x),
        lambda z: z * z + 10 + x,
        lambda z: z + 1,
        lambda z: torch.where(x > 1, torch.nan, 0.99 * z + x),
        lambda z: (z - 1).sqrt() + x,
    )
    failed = 0
    for f in maps:
        sol = deq.solve(f, torch.zeros_like(x), solver=solver, tol=1e-12, max_evals=30)
        failed += not sol.converged.all()
        assert COUPLED not in str(sol)
    assert failed >= 3


def test_a_random_map_is_not_called_coupled() -> None:
    x = torch.ones(8, 16)
    before = torch.get_rng_state()
    sol = deq.solve(
        lambda z: nn.functional.dropout(0.5 * z + x, 0.5), torch.zeros_like(x), max_evals=5
    )
    assert not sol.converged.any()
    assert COUPLED not in str(sol)
    drawn = torch.get_rng_state()
    torch.set_rng_state(before)
    for _ in range(5):
        nn.functional.dropout(x, 0.5)
    assert torch.equal(torch.get_rng_state(), drawn)  # the check has drawn none


def test_only_the_text_of_a_failure_evaluates_f_again() -> None:
    x = torch.linspace(0, 1, 5, dtype=F64)[:, None]

    def asked(f: Callable[[Tensor], Tensor], **options: object) -> tuple[int, int]:
        """Evaluations of the solve, and of its text."""
        count = Counting(f)
        sol = deq.solve(count, torch.zeros_like(x), solver=deq.Picard(), max_evals=10, **options)
        solved = len(count.asked)
        assert solved == sol.nfe.max() <= 10
        str(sol)
        return solved, len(count.asked) - solved

    assert asked(lambda z: 0.1 * z + x) == (5, 0)
    assert asked(lambda z: 0.99 * z + x) == (10, 2)
    assert asked(lambda z: 0.99 * z.mean() + x) == (10, 3)
    assert asked(lambda z: 0.99 * z + x, batch_dims=0) == (10, 0)


def test_the_text_looks_at_f_as_it_is_then() -> None:
    scale = torch.tensor(0.99)
    sol = deq.solve(lambda z: scale * z + 1, torch.zeros(5, 1), solver=deq.Picard(), max_evals=9)
    scale.fill_(0.5)  # as an optimiser does
    assert COUPLED not in str(sol)


def test_a_failed_solution_can_be_pickled_and_copied() -> None:
    mix = ring(5)
    sol = deq.solve(lambda z: 0.99 * mix @ z + 1, torch.zeros(5, dtype=F64), max_evals=3)
    for copied in (pickle.loads(pickle.dumps(sol)), copy.deepcopy(sol)):  # noqa: S301
        assert torch.equal(copied.z, sol.z)
        assert torch.equal(copied.status, sol.status)
        assert str(copied) == str(sol).removesuffix(COUPLED).strip()


def test_a_map_that_refuses_other_states_is_left_alone() -> None:
    calls = []

    def f(z: Tensor) -> Tensor:
        calls.append(1)
        if len(calls) > 5:
            raise RuntimeError("no more than five")
        return 0.99 * z + 1

    sol = deq.solve(f, torch.zeros(3, 1), max_evals=5, solver=deq.Picard())
    assert COUPLED not in str(sol)
    assert len(calls) == 6


@pytest.mark.parametrize("on_failure", ["warn", "raise"])
def test_a_layer_and_fixed_point_say_it_too(on_failure: str) -> None:
    f, u0 = bratu(63), torch.zeros(63, dtype=F64)
    layer = deq.DEQ(lambda u, x: f(u) + x, atol=1e-8, rtol=0, max_evals=50, on_failure=on_failure)
    calls = (
        lambda: layer(u0),
        lambda: deq.fixed_point(f, u0, atol=1e-8, rtol=0, max_evals=50, on_failure=on_failure),
    )
    for call in calls:
        if on_failure == "warn":
            with pytest.warns(deq.ConvergenceWarning, match="pass batch_dims=0"):
                call()
        else:
            with pytest.raises(deq.ConvergenceError, match="pass batch_dims=0"):
                call()
