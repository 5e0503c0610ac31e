"""Phantom gradients: the value of the equilibrium, the gradient of a few steps from there."""

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given, settings
from torch import Tensor

import deq
from tests.gradients.test_implicit import Net
from tests.problems import F64


def layer(cell: object, **options: object) -> deq.DEQ:
    gradient = deq.Phantom(**options)
    return deq.DEQ(cell, tol=1e-11, max_evals=2000, gradient=gradient, on_failure="ignore")


@given(
    a=st.floats(-0.9, 0.9),
    steps=st.integers(1, 8),
    damping=st.floats(0.1, 1.5),
    b=st.integers(1, 3),
)
@settings(max_examples=40)
def test_on_a_line_it_is_the_damped_series(a: float, steps: int, damping: float, b: int) -> None:
    # z = a z + x: k steps give h Σ_{i<k} (1 − h + h a)ⁱ, where the truth is 1/(1 − a).
    x = torch.arange(1.0, b + 1, dtype=F64).requires_grad_()
    z = layer(lambda z, x: a * z + x, steps=steps, damping=damping)(x)
    z.sum().backward()
    series = damping * sum((1 - damping + damping * a) ** i for i in range(steps))
    assert torch.allclose(x.grad, torch.full_like(x, series), rtol=1e-12, atol=1e-14)
    assert torch.allclose(z, x / (1 - a), rtol=1e-9)


def test_one_step_is_jacobian_free_backpropagation() -> None:
    x = torch.ones(1, dtype=F64, requires_grad=True)
    layer(lambda z, x: 0.8 * z + x)(x).backward()
    assert x.grad.item() == 1


def test_of_a_net_it_is_the_gradient_of_steps_written_by_hand() -> None:
    net = Net()
    x = torch.randn(3, 3, dtype=F64, generator=torch.Generator().manual_seed(2)).requires_grad_()
    up = torch.randn(3, 4, dtype=F64, generator=torch.Generator().manual_seed(3))
    z = layer(net, steps=4, damping=0.7)(x, z0=torch.zeros(3, 4, dtype=F64))
    mine = torch.autograd.grad(z, [x, *net.parameters()], up)
    by_hand = z.detach()
    for _ in range(4):
        by_hand = by_hand + 0.7 * (net(by_hand, x) - by_hand)
    theirs = torch.autograd.grad(by_hand, [x, *net.parameters()], up)
    for one, two in zip(mine, theirs, strict=True):
        assert torch.allclose(one, two, rtol=1e-12, atol=1e-14)


def test_many_steps_approach_the_exact_gradient() -> None:
    net, z0 = Net(), torch.zeros(3, 4, dtype=F64)
    x = torch.ones(3, 3, dtype=F64)
    exact = deq.DEQ(net, tol=1e-11, gradient=deq.Implicit(tol=1e-11))(x, z0=z0).square().sum()
    (exact_grad,) = torch.autograd.grad(exact, net.w)
    errors = []
    for steps in (1, 5, 25):
        (grad,) = torch.autograd.grad(layer(net, steps=steps)(x, z0=z0).square().sum(), net.w)
        errors.append((grad - exact_grad).norm().item())
    assert errors[0] > 10 * errors[1] > 1000 * errors[2]


def test_the_value_is_the_solvers_own_state_even_far_from_the_equilibrium() -> None:
    x = torch.ones(2, 1, dtype=F64, requires_grad=True)
    gradient = deq.Phantom(steps=5)
    rough = deq.DEQ(lambda z, x: 0.9 * z + x, solver=deq.Picard(), tol=0.5, gradient=gradient)
    with torch.no_grad():
        z = rough(x)
    tracked = rough(x)
    assert torch.equal(tracked, z)
    assert rough.last.nfe.tolist() == [2, 2]  # the steps are not counted
    assert rough.last.backward is None
    tracked.sum().backward()
    assert rough.last.backward is None


def test_a_failing_sample_keeps_its_value_and_harms_no_gradient() -> None:
    x = torch.tensor([[1.0], [-1.0]], dtype=F64, requires_grad=True)  # sqrt leaves its domain
    root = layer(lambda z, x: 0.5 * torch.sqrt(z + x))
    z = root(x, z0=torch.full((2, 1), 1.1, dtype=F64))
    assert root.last.converged.tolist() == [True, False]
    assert z.isfinite().all()
    z.sum().backward()
    assert x.grad.isfinite().all()


def test_second_derivatives_are_those_of_the_steps() -> None:
    # One step of sin(z x) from z*, constant: its derivatives by x are z cos(z x), −z² sin(z x).
    x = torch.tensor([1.3], dtype=F64, requires_grad=True)
    z = layer(lambda z, x: torch.sin(z * x))(x, z0=torch.tensor([0.8], dtype=F64))
    (first,) = torch.autograd.grad(z.sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), x)
    value = z.detach()
    assert value.item() > 0.5
    assert torch.allclose(first, value * torch.cos(value * x))
    assert torch.allclose(second, -(value**2) * torch.sin(value * x))


@pytest.mark.parametrize(
    ("options", "error", "word"),
    [
        ({"steps": 0}, ValueError, "steps"),
        ({"steps": 1.5}, TypeError, "steps"),
        ({"damping": 0.0}, ValueError, "damping"),
        ({"damping": 2.5}, ValueError, "damping"),
        ({"damping": "x"}, TypeError, "damping"),
        ({"tol": 1e-3}, TypeError, "tol"),
    ],
)
def test_bad_options_get_a_sentence(
    options: dict[str, object], error: type[Exception], word: str
) -> None:
    with pytest.raises(error, match=word):
        deq.Phantom(**options)


def test_several_states() -> None:
    x = torch.ones(2, 1, dtype=F64, requires_grad=True)
    zeros = torch.zeros(2, 1, dtype=F64)

    def cell(z: tuple[Tensor, Tensor], x: Tensor) -> tuple[Tensor, Tensor]:
        return 0.5 * z[1] + x, 0.25 * z[0]

    z = layer(cell, steps=2)(x, z0=(zeros, zeros))
    assert torch.allclose(z[0], x / (1 - 0.125))
    assert torch.allclose(z[1], 0.25 * z[0])
    # The second state sees x after two steps only, the first in the first one.
    assert torch.autograd.grad(z[0].sum(), x, retain_graph=True)[0].tolist() == [[1.0], [1.0]]
    assert torch.autograd.grad(z[1].sum(), x)[0].tolist() == [[0.25], [0.25]]
