"""deq.fixed_point: a differentiable function, with statistics of its own."""

import threading
from functools import partial

import pytest
import torch
from torch import Tensor, nn

import deq
from tests.gradients.test_implicit import Net
from tests.problems import COS, COS_SHIFT_GRAD, F64

GRADIENTS = {
    "implicit": deq.Implicit(tol=1e-12),
    "phantom": deq.Phantom(steps=100),
    "unrolled": deq.Unrolled(),
}
every_gradient = pytest.mark.parametrize("gradient", GRADIENTS.values(), ids=GRADIENTS)


@every_gradient
def test_a_closed_form(gradient: object) -> None:
    theta = torch.zeros((), dtype=F64, requires_grad=True)
    z, stats = deq.fixed_point(
        lambda z: torch.cos(z) + theta, torch.zeros(3, dtype=F64), tol=1e-12, gradient=gradient
    )
    assert torch.allclose(z, torch.full((3,), COS, dtype=F64), atol=1e-10)
    (slope,) = torch.autograd.grad(z.sum(), theta)
    assert slope.item() == pytest.approx(3 * COS_SHIFT_GRAD, abs=1e-8)
    assert stats.converged.tolist() == [True] * 3
    assert stats.residual.shape == stats.nfe.shape == (3,)


@every_gradient
def test_it_is_what_a_layer_does(gradient: object) -> None:
    net, x, z0 = Net(), torch.ones(2, 3, dtype=F64, requires_grad=True), torch.zeros(2, 4).double()
    layer = deq.DEQ(net, tol=1e-9, gradient=gradient)
    wanted = layer(x, z0=z0)
    z, stats = deq.fixed_point(lambda z: net(z, x), z0, tol=1e-9, max_evals=100, gradient=gradient)
    assert torch.equal(z, wanted)
    assert torch.equal(stats.nfe, layer.last.nfe)
    leaves = [x, *net.parameters()]
    for one, two in zip(
        torch.autograd.grad(z.sum(), leaves), torch.autograd.grad(wanted.sum(), leaves), strict=True
    ):
        assert torch.equal(one, two)


def test_gradcheck_of_parameters_and_inputs_that_f_closes_over() -> None:
    g = torch.Generator().manual_seed(0)
    w = (0.3 * torch.randn(3, 3, dtype=F64, generator=g)).requires_grad_()
    x = torch.randn(2, 3, dtype=F64, generator=g).requires_grad_()

    def settle(w: Tensor, x: Tensor) -> Tensor:
        f = lambda z: torch.tanh(z @ w + x)  # noqa: E731
        return deq.fixed_point(
            f, torch.zeros(2, 3, dtype=F64), tol=1e-13, gradient=deq.Implicit(tol=1e-13)
        )[0]

    assert torch.autograd.gradcheck(settle, (w, x))


def test_statistics_are_the_calls_own_also_in_threads() -> None:
    linear = nn.Linear(4, 4, dtype=F64)
    with torch.no_grad():
        linear.weight.copy_(0.5 * torch.eye(4))
    found: dict[int, deq.gradients.base.Statistics] = {}

    def work(batch: int) -> None:
        for _ in range(5):
            z, stats = deq.fixed_point(linear, torch.zeros(batch, 4, dtype=F64), tol=1e-8)
            z.sum().backward()
            assert stats.nfe.shape == (batch,)
            assert stats.backward.nfe.shape == (batch,)
        found[batch] = stats

    threads = [threading.Thread(target=work, args=(batch,)) for batch in (1, 2, 3, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {batch: len(stats.nfe) for batch, stats in found.items()} == {1: 1, 2: 2, 3: 3, 4: 4}


def test_nothing_to_differentiate_gives_a_plain_state() -> None:
    z, stats = deq.fixed_point(torch.cos, torch.zeros(2))
    assert not z.requires_grad
    assert stats.backward is None
    with torch.no_grad():
        weight = torch.ones(1, requires_grad=True)
        assert not deq.fixed_point(lambda z: 0.5 * z + weight, torch.zeros(2))[0].requires_grad


@every_gradient
def test_tuples_and_one_sample(gradient: object) -> None:
    x = torch.ones(5, dtype=F64, requires_grad=True)
    (a, b), stats = deq.fixed_point(
        lambda z: (0.5 * z[1].mean() + x, 0.25 * z[0].sum().expand(2)),
        (torch.zeros(5, dtype=F64), torch.zeros(2, dtype=F64)),
        tol=1e-11,
        batch_dims=0,
        gradient=gradient,
        solver=deq.Picard(),
    )
    # s = Σ a = 5·(s/8) + Σ x, so s = 8/3 Σ x and b = s/4.
    assert torch.allclose(b, torch.full((2,), 10 / 3, dtype=F64), atol=1e-8)
    assert stats.status.shape == ()
    (slope,) = torch.autograd.grad(a.sum(), x)
    assert torch.allclose(slope, torch.full((5,), 8 / 3, dtype=F64), atol=1e-7)


def test_a_start_gets_a_gradient_only_when_unrolled() -> None:
    z0 = torch.zeros(1, 1, requires_grad=True)
    settle = partial(deq.fixed_point, lambda z: 0.5 * z + 1, z0, max_evals=3, on_failure="ignore")
    assert not settle()[0].requires_grad
    unrolled, _ = settle(gradient=deq.Unrolled())
    assert torch.autograd.grad(unrolled, z0)[0].item() == 0.25


@pytest.mark.parametrize(
    ("options", "error", "sentence"),
    [
        ({"solver": "anderson"}, TypeError, "solver must be a solver"),
        ({"gradient": "exact"}, TypeError, "gradient must be deq.Implicit"),
        ({"max_evals": 0}, ValueError, "max_evals must be at least 1"),
        ({"f": 3}, TypeError, "f must be callable"),
        ({"z0": torch.zeros(2, dtype=torch.int64)}, TypeError, "z0 must be a tensor of floating"),
        ({"f": lambda z: z[:1]}, ValueError, "f must keep the shape of its state"),
    ],
)
def test_unusable_arguments_get_a_sentence(
    options: dict[str, object], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        deq.fixed_point(**{"f": torch.cos, "z0": torch.zeros(2), **options})
