"""Unrolled gradients are those of the same network written as a loop."""

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given, settings
from torch import Tensor

import deq
from deq import Status
from tests.gradients.test_implicit import Net
from tests.problems import F64


def by_hand(net: Net, x: Tensor, z: Tensor, steps: int, damping: float) -> Tensor:
    for _ in range(steps):
        z = z + damping * (net(z, x) - z)
    return z


@given(seed=st.integers(0, 2**20), steps=st.integers(1, 12), damping=st.sampled_from([1.0, 0.6]))
@settings(max_examples=25)
def test_it_is_the_gradient_of_the_loop(seed: int, steps: int, damping: float) -> None:
    net = Net(seed=seed)
    g = torch.Generator().manual_seed(seed)
    x = torch.randn(2, 3, dtype=F64, generator=g).requires_grad_()
    z0 = torch.randn(2, 4, dtype=F64, generator=g).requires_grad_()
    gradient = deq.Unrolled(damping=damping)
    layer = deq.DEQ(net, tol=1e-300, max_evals=steps + 1, gradient=gradient, on_failure="ignore")
    inputs = [x, z0, *net.parameters()]
    z, loop = layer(x, z0=z0), by_hand(net, x, z0, steps, damping)
    assert torch.allclose(z, loop, rtol=1e-12)
    mine = torch.autograd.grad(z.square().sum(), inputs)
    theirs = torch.autograd.grad(loop.square().sum(), inputs)
    for one, two in zip(mine, theirs, strict=True):
        assert torch.allclose(one, two, rtol=1e-10, atol=1e-14)


def test_every_sample_has_its_own_number_of_steps() -> None:
    net = Net()
    x = torch.tensor([[0.0, 0.0, 0.0], [1.0, -2.0, 0.5], [3.0, 3.0, 3.0]], dtype=F64)
    z0 = torch.zeros(3, 4, dtype=F64)
    layer = deq.DEQ(net, tol=1e-5, gradient=deq.Unrolled())
    z = layer(x, z0=z0)
    steps = [n - 1 for n in layer.last.nfe.tolist()]
    assert len(set(steps)) > 1
    alone = [by_hand(net, x[b : b + 1], z0[b : b + 1], n, 1.0) for b, n in enumerate(steps)]
    assert torch.allclose(z, torch.cat(alone), rtol=1e-12)
    mine = torch.autograd.grad(z.square().sum(), list(net.parameters()))
    theirs = torch.autograd.grad(torch.cat(alone).square().sum(), list(net.parameters()))
    for one, two in zip(mine, theirs, strict=True):
        assert torch.allclose(one, two, rtol=1e-10)


def test_statistics_and_values_are_those_of_a_picard_solve_whatever_the_solver() -> None:
    net = Net(gain=0.95)
    x, z0 = torch.ones(2, 3, dtype=F64), torch.zeros(2, 4, dtype=F64)
    x[1] = -0.3
    for damping, cap in ((1.0, 100), (0.5, 100), (1.0, 4)):
        picard = deq.Picard(damping=damping)
        with torch.no_grad():
            sol = deq.solve(lambda z: net(z, x), z0, solver=picard, tol=1e-4, max_evals=cap)
        gradient = deq.Unrolled(damping=damping)
        layer = deq.DEQ(
            net,
            solver=deq.ODE(),
            tol=1e-4,
            max_evals=cap,
            gradient=gradient,
            on_failure="ignore",
        )
        for mode in (True, False):
            with torch.set_grad_enabled(mode):
                z = layer(x, z0=z0)
            assert torch.equal(z, sol.z)
            assert z.requires_grad is mode
            assert torch.equal(layer.last.nfe, sol.nfe)
            assert torch.equal(layer.last.status, sol.status)
            assert torch.equal(layer.last.residual, sol.residual)
        z.requires_grad_()
        z.sum().backward()
        assert layer.last.backward is None


def test_it_can_be_differentiated_twice() -> None:
    net = Net(n=3)
    x = torch.randn(2, 3, dtype=F64, generator=torch.Generator().manual_seed(5)).requires_grad_()
    layer = deq.DEQ(
        net, tol=1e-300, max_evals=6, gradient=deq.Unrolled(damping=0.8), on_failure="ignore"
    )
    inputs = (x, torch.zeros(2, 3, dtype=F64), net.w)
    assert torch.autograd.gradcheck(lambda x, z0, _: layer(x, z0=z0), inputs)
    assert torch.autograd.gradgradcheck(lambda x, z0, _: layer(x, z0=z0), inputs)


def test_a_failing_sample_returns_its_best_state_with_that_states_gradient() -> None:
    # z ← 3 z + x runs away from 0: the best state is the start, which owes x nothing.
    slope = torch.tensor([[0.5], [3.0]], dtype=F64)
    x = torch.ones(2, 1, dtype=F64, requires_grad=True)
    layer = deq.DEQ(
        lambda z, x: slope * z + x, tol=1e-9, gradient=deq.Unrolled(), on_failure="ignore"
    )
    z = layer(x)
    assert layer.last.converged.tolist() == [True, False]
    assert z[1].item() == 0
    z.sum().backward()
    assert x.grad[0].item() == pytest.approx(2)
    assert x.grad[1].item() == 0


def test_a_sample_that_meets_nan_spoils_no_gradient() -> None:
    w = torch.tensor(0.5, dtype=F64, requires_grad=True)
    x = torch.tensor([[1.0], [-0.26]], dtype=F64, requires_grad=True)

    def cell(z: Tensor, x: Tensor) -> Tensor:
        return w * torch.sqrt(z + x)  # of the second sample NaN, with a NaN derivative, in the end

    layer = deq.DEQ(
        cell, solver=deq.Picard(), tol=1e-9, gradient=deq.Unrolled(), on_failure="ignore"
    )
    z0 = torch.full((2, 1), 1.0, dtype=F64)
    z = layer(x, z0=z0)
    assert [Status(s).name for s in layer.last.status.tolist()] == ["CONVERGED", "NON_FINITE"]
    both = torch.autograd.grad(z.sum(), [w, x])
    assert all(g.isfinite().all() for g in both)
    alone = torch.autograd.grad(layer(x[:1], z0=z0[:1]).sum(), [w, x])
    assert torch.allclose(both[1][0], alone[1][0])
    first = torch.autograd.grad(layer(x, z0=z0)[0].sum(), w)
    assert torch.allclose(first[0], alone[0])


def test_a_start_at_the_equilibrium_gives_the_gradient_zero() -> None:
    x = torch.ones(2, 3, requires_grad=True)
    z = deq.DEQ(lambda z, x: 0.5 * z + x, gradient=deq.Unrolled())(x, z0=torch.full((2, 3), 2.0))
    assert z.tolist() == [[2.0] * 3] * 2
    z.sum().backward()
    assert x.grad.tolist() == [[0.0] * 3] * 2


def test_the_output_may_be_changed_in_place() -> None:
    z0 = torch.full((2, 3), 2.0)
    x = torch.ones(2, 3, requires_grad=True)
    layer = deq.DEQ(lambda z, x: torch.tanh(0.5 * z + x), gradient=deq.Unrolled())
    layer(x, z0=z0).mul_(2).sum().backward()
    assert (x.grad > 0).all()
    with torch.no_grad():
        deq.DEQ(lambda z, x: z, gradient=deq.Unrolled())(x, z0=z0).zero_()
    deq.DEQ(lambda z, x: z + 0 * x, gradient=deq.Unrolled())(x, z0=z0).zero_()
    assert z0.tolist() == [[2.0] * 3] * 2


def test_several_states() -> None:
    x = torch.ones(2, 1, dtype=F64, requires_grad=True)
    zeros = torch.zeros(2, 1, dtype=F64)
    layer = deq.DEQ(
        lambda z, x: (0.5 * z[1] + x, 0.25 * z[0]),
        tol=1e-9,
        max_evals=4,
        gradient=deq.Unrolled(),
        on_failure="ignore",
    )
    z = layer(x, z0=(zeros, zeros))  # three steps
    assert z[0].tolist() == [[1.125]] * 2
    assert z[1].tolist() == [[0.25]] * 2
    assert torch.autograd.grad(z[0].sum(), x, retain_graph=True)[0].tolist() == [[1.125]] * 2
    assert torch.autograd.grad(z[1].sum(), x)[0].tolist() == [[0.25]] * 2


@pytest.mark.parametrize(
    ("options", "error", "word"),
    [
        ({"damping": 0.0}, ValueError, "damping"),
        ({"damping": None}, TypeError, "damping"),
        ({"steps": 3}, TypeError, "steps"),
    ],
)
def test_bad_options_get_a_sentence(
    options: dict[str, object], error: type[Exception], word: str
) -> None:
    with pytest.raises(error, match=word):
        deq.Unrolled(**options)


def test_cells_that_break_their_promises_are_named() -> None:
    x = torch.ones(2, 3, requires_grad=True)

    def spoils(z: Tensor, x: Tensor) -> Tensor:
        return z.add_(1)

    for cell, sentence in (
        (spoils, "must not change its argument"),
        (lambda z, x: z[:, :2], "must keep the shape"),
    ):
        with pytest.raises(ValueError, match=sentence):
            deq.DEQ(cell, gradient=deq.Unrolled())(x)
    with pytest.raises(TypeError, match="z0 must be a tensor of floating"):
        deq.DEQ(spoils, gradient=deq.Unrolled())(x, z0=torch.zeros(2, dtype=torch.int64))
