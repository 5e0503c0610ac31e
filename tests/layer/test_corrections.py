"""Fixed-point correction: states on the way to the equilibrium, each with its own gradient."""

import pytest
import torch
from torch import Tensor

import deq
from tests.gradients.test_implicit import Net
from tests.problems import F64


def test_they_are_states_of_the_solve_and_end_in_the_equilibrium() -> None:
    net, x, z0 = Net(), torch.ones(2, 3, dtype=F64), torch.zeros(2, 4, dtype=F64)
    x[1] = -0.5
    layer = deq.DEQ(net, solver=deq.Picard(), tol=1e-6)
    states = layer.corrections(x, count=3, z0=z0)
    assert len(states) == 4
    assert torch.equal(states[-1], layer(x, z0=z0))
    path = deq.solve(
        lambda z: net(z, x), z0, solver=deq.Picard(), tol=1e-6, max_evals=100, record=True
    ).trajectory
    last = len(path.t) - 1
    at = [next(t for t in range(last + 1) if torch.equal(path.z[t], z)) for z in states[:-1]]
    assert 0 < at[0] < at[1] < at[2] < last
    assert [t / last for t in at] == pytest.approx([0.25, 0.5, 0.75], abs=1 / last)
    assert layer.last.converged.all()


@pytest.mark.parametrize(
    "gradient", [deq.Implicit(), deq.Phantom(), deq.Unrolled()], ids=lambda g: type(g).__name__
)
def test_each_has_the_gradient_of_one_step_and_the_last_that_of_the_layer(gradient: object) -> None:
    net, x, z0 = Net(), torch.ones(2, 3, dtype=F64), torch.zeros(2, 4, dtype=F64)
    layer = deq.DEQ(net, solver=deq.Picard(), tol=1e-6, gradient=gradient)
    *early, last = layer.corrections(x, count=2, z0=z0)
    for z in early:
        (mine,) = torch.autograd.grad(z.square().sum(), net.w)
        value = z.detach()
        (one_step,) = torch.autograd.grad((2 * value * net(value, x)).sum(), net.w)
        assert mine.abs().sum() > 0
        assert torch.allclose(mine, one_step, rtol=1e-10)
    (mine,) = torch.autograd.grad(last.square().sum(), net.w)
    (whole,) = torch.autograd.grad(layer(x, z0=z0).square().sum(), net.w)
    assert torch.allclose(mine, whole, rtol=1e-10)


def test_a_loss_on_them_teaches_the_cell_to_come_close_early() -> None:
    torch.manual_seed(0)
    x = torch.linspace(-1, 1, 12, dtype=F64).reshape(6, 2)
    goal = torch.sin(2 * x)

    def train(corrections: int) -> float:
        """Train, then return the mean squared distance of z₂ (two steps from 0) from the goal."""
        net = Net(n=2, m=2, gain=0.9)
        layer = deq.DEQ(net, solver=deq.Picard(), tol=1e-4, on_failure="ignore")
        optimiser = torch.optim.Adam(net.parameters(), lr=0.02)
        z0 = torch.zeros_like(x)
        for _ in range(150):
            states = layer.corrections(x, count=2, z0=z0) if corrections else [layer(x, z0=z0)]
            loss = torch.stack([(z - goal).square().mean() for z in states]).sum()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        with torch.no_grad():
            return (net(net(z0, x), x) - goal).square().mean().item()

    assert train(corrections=2) < 0.8 * train(corrections=0)


def test_several_states_few_steps_and_no_gradients() -> None:
    def cell(z: tuple[Tensor, Tensor], x: Tensor) -> tuple[Tensor, Tensor]:
        return 0.5 * z[1] + x, 0.25 * z[0]

    x, zeros = torch.ones(2, 1, requires_grad=True), torch.zeros(2, 1)
    layer = deq.DEQ(cell)
    states = layer.corrections(x, count=2, z0=(zeros, zeros))
    assert all(isinstance(z, tuple) and len(z) == 2 for z in states)
    sum(z[0].sum() for z in states).backward()
    assert x.grad.isfinite().all()
    at_rest = layer.corrections(x, count=3, z0=tuple(z.detach() for z in states[-1]))
    assert len(at_rest) == 4
    assert all(torch.equal(z[0], states[-1][0]) for z in at_rest)
    with torch.no_grad():
        assert not any(z[0].requires_grad for z in layer.corrections(x, count=2, z0=(zeros, zeros)))


def test_a_bad_count_gets_a_sentence() -> None:
    layer = deq.DEQ(lambda z, x: 0.5 * z + x)
    with pytest.raises(ValueError, match="count must be at least 1"):
        layer.corrections(torch.ones(1), count=0)
    with pytest.raises(TypeError, match="count must be a whole number"):
        layer.corrections(torch.ones(1), count=1.5)


def test_states_are_taken_after_the_steps_that_are_named() -> None:
    net, x, z0 = Net(), torch.ones(2, 3, dtype=F64), torch.zeros(2, 4, dtype=F64)
    layer = deq.DEQ(net, solver=deq.Picard(), tol=1e-6)
    states = layer.corrections(x, at=[3, 8, 1, 10_000], z0=z0)
    path = [z0]
    for _ in range(8):
        path.append(net(path[-1], x))
    assert len(states) == 5
    for step, z in zip((3, 8, 1), states, strict=False):
        assert torch.allclose(z, path[step], rtol=1e-12)
    assert torch.equal(states[3], states[4])  # the solve has ended before
    assert torch.equal(states[4], layer(x, z0=z0))
    layer.on_failure = "ignore"
    assert torch.equal(layer.corrections(x, at=(3,), z0=z0, max_evals=4)[-1], states[0])


def test_their_gradient_can_be_chosen() -> None:
    net, x, z0 = Net(), torch.ones(2, 3, dtype=F64), torch.zeros(2, 4, dtype=F64)
    layer = deq.DEQ(net, solver=deq.Picard(), tol=1e-6)

    def slope(z: Tensor) -> Tensor:
        return torch.autograd.grad(z.sum(), net.w)[0]

    steps = slope(layer.corrections(x, at=[3], gradient=deq.Phantom(steps=3), z0=z0)[0])
    value = layer.corrections(x, at=[3], z0=z0)[0].detach()
    assert torch.allclose(steps, slope(net(net(net(value, x), x), x)), rtol=1e-10)
    # As if z were the equilibrium: w = g + Jᵀ w at z itself.
    exact = deq.Implicit(tol=1e-12)
    mine = slope(layer.corrections(x, at=[3], gradient=exact, z0=z0)[0])
    jacobians = [
        torch.autograd.functional.jacobian(lambda z, i=i: net(z[None], x[i : i + 1])[0], value[i])
        for i in range(2)
    ]
    ones, eye = torch.ones(4, dtype=F64), torch.eye(4, dtype=F64)
    w = torch.stack([torch.linalg.solve((eye - j).T, ones) for j in jacobians])
    (wanted,) = torch.autograd.grad(net(value, x), net.w, w)
    assert torch.allclose(mine, wanted, rtol=1e-8)
    assert layer.last.backward is None  # what the layer reports is its own adjoint


def test_bad_requests_get_a_sentence() -> None:
    layer, x = deq.DEQ(lambda z, x: 0.5 * z + x), torch.ones(1, requires_grad=True)
    for options in ({}, {"count": 2, "at": [3]}):
        with pytest.raises(TypeError, match=r"Give count=2, say, or at=\[3, 8\]"):
            layer.corrections(x, **options)
    with pytest.raises(ValueError, match="at must be at least 1"):
        layer.corrections(x, at=[3, 0])
    with pytest.raises(TypeError, match="at must be a whole number"):
        layer.corrections(x, at=[0.5])
    with pytest.raises(TypeError, match=r"use gradient=deq.Phantom\(…\) or deq.Implicit"):
        layer.corrections(x, at=[3], gradient=deq.Unrolled())
