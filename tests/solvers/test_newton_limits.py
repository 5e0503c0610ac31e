"""Newton's method in company, at the edge of a domain, in other dtypes, and badly configured."""

import math
import threading
from concurrent.futures import ThreadPoolExecutor

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given, settings
from torch import Tensor

import deq
from deq.solvers.jvp import Pushforward
from tests.problems import COS, F64
from tests.solvers.test_newton import SOLVERS, names


@given(
    name=st.sampled_from(sorted(SOLVERS)), seed=st.integers(0, 2**20), n=st.integers(1, 6),
    gains=st.lists(st.floats(0.0, 1.3), min_size=1, max_size=5),
)  # fmt: skip
@settings(max_examples=60)
def test_alone_equals_in_company(name: str, seed: int, n: int, gains: list[float]) -> None:
    g = torch.Generator().manual_seed(seed)
    w = torch.randn(len(gains), n, n, dtype=F64, generator=g) / math.sqrt(n)
    w = w * torch.tensor(gains, dtype=F64)[:, None, None]
    x = torch.randn(len(gains), n, dtype=F64, generator=g)
    apply = lambda w, x, z: torch.tanh((w @ z.unsqueeze(2)).squeeze(2) + x)  # noqa: E731
    z0 = torch.zeros_like(x)
    together = deq.solve(
        lambda z: apply(w, x, z), z0, solver=SOLVERS[name], tol=1e-8, max_evals=5000
    )
    for b in range(len(gains)):
        one = slice(b, b + 1)
        alone = deq.solve(
            lambda z, one=one: apply(w[one], x[one], z), z0[one], solver=SOLVERS[name], tol=1e-8,
            max_evals=5000,
        )  # fmt: skip
        if alone.converged.all() and int(alone.nfe) < 200:  # else it wanders, chaotically
            assert together.converged[b]
            assert torch.allclose(together.z[b], alone.z[0], atol=1e-6)


def test_a_step_out_of_the_domain_is_shortened() -> None:
    # From 0.9, Newton's step on log z + 2 leads below zero at first, for one of the two.
    f = lambda z: torch.log(z) + 2  # noqa: E731
    z0 = torch.tensor([[0.9], [3.0]], dtype=F64)
    assert deq.Newton().step(f, z0, f(z0))[0] < 0
    sol = deq.solve(f, z0, solver=deq.Newton(), tol=1e-10)
    assert sol.converged.all(), sol
    assert torch.allclose(f(sol.z), sol.z)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@names
def test_dtypes_are_kept(name: str, dtype: torch.dtype) -> None:
    sol = deq.solve(torch.cos, torch.tensor([0.5], dtype=dtype), solver=SOLVERS[name], tol=1e-5)
    assert sol.z.dtype == sol.residual.dtype == dtype
    assert sol.z.item() == pytest.approx(COS, abs=1e-4)


def test_two_threads_differentiate_exactly_at_the_same_time() -> None:
    inside, second_done = threading.Event(), threading.Event()

    def slow(z: Tensor) -> Tensor:
        inside.set()
        second_done.wait(0.1)  # the other thread's product comes meanwhile, or waits for this one
        return z**2

    z, v = torch.full((1, 1), 3.0), torch.ones(1, 1)
    first, second = Pushforward(slow, z, z**2), Pushforward(torch.square, z, z**2)
    with ThreadPoolExecutor(1) as pool:
        product = pool.submit(first, v)
        assert inside.wait(10)
        assert second(v).item() == 6
        second_done.set()
        assert product.result().item() == 6
    assert first.exact
    assert second.exact
