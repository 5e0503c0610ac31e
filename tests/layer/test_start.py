"""A learned start: it saves evaluations, and changes neither the equilibrium nor its gradient."""

import pytest
import torch
from torch import Tensor, nn

import deq
from tests.gradients.test_implicit import Net
from tests.problems import F64


def problem() -> tuple[Net, nn.Linear, Tensor]:
    """A slow cell (B, 4), an untrained start for it, and inputs (16, 3)."""
    g = torch.Generator().manual_seed(0)
    net = Net(gain=0.97)
    start = nn.Linear(3, 4, dtype=F64)
    with torch.no_grad():
        start.weight.copy_(torch.randn(4, 3, dtype=F64, generator=g))
        start.bias.zero_()
    return net, start, 0.3 * torch.randn(16, 3, dtype=F64, generator=g)


@pytest.mark.parametrize("solver", [deq.Picard(), deq.Anderson()], ids=["picard", "anderson"])
def test_evaluations_fall_once_the_start_is_trained(solver: object) -> None:
    net, start, x = problem()
    layer = deq.DEQ(net, solver=solver, start=start, tol=1e-2)
    z = layer(x).detach()
    before = layer.last.nfe.sum()
    optimiser = torch.optim.Adam(start.parameters(), lr=0.05)
    losses = []
    for _ in range(300):
        loss = layer.start_loss(x, z=z)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    again = layer(x)
    assert losses[-1] < 0.1 * losses[0]
    assert layer.last.nfe.sum() < 0.7 * before
    assert torch.allclose(again, z, atol=0.3)


def test_the_answer_and_its_gradient_do_not_depend_on_the_start() -> None:
    net, start, x = problem()
    with_start = deq.DEQ(net, start=start, tol=1e-11, gradient=deq.Implicit(tol=1e-11))
    without = deq.DEQ(net, tol=1e-11, gradient=deq.Implicit(tol=1e-11))
    one, two = with_start(x), without(x, z0=torch.zeros(16, 4, dtype=F64))
    assert torch.allclose(one, two, atol=1e-8)
    (one.square().sum()).backward()
    assert start.weight.grad is None  # the equilibrium does not depend on the start
    (wanted,) = torch.autograd.grad(two.square().sum(), net.w)
    assert torch.allclose(net.w.grad, wanted, rtol=1e-6)


def test_the_loss_is_the_mean_square_distance_and_trains_only_the_start() -> None:
    net, start, x = problem()
    layer = deq.DEQ(net, start=start)
    z = layer(x)
    loss = layer.start_loss(x, z=z)
    assert loss.item() == pytest.approx((start(x) - z).norm(dim=1).square().mean().item())
    loss.backward()
    assert start.weight.grad.abs().sum() > 0
    assert net.w.grad is None
    assert deq.DEQ(net, start=lambda x: z.detach()).start_loss(x, z=z).item() == 0


def test_the_loss_of_several_states_is_over_all_of_them() -> None:
    layer = deq.DEQ(
        lambda z, x: (0.5 * z[0] + x, 0.5 * z[1]),
        start=lambda x: (x, torch.ones(2, 3, dtype=F64)),
        tol=1e-9,
    )
    x = torch.full((2,), 2.0, dtype=F64)
    z = layer(x)
    assert layer.start_loss(x, z=z).item() == pytest.approx(2.0**2 + 3)
    # Only the unrolled gradient flows into the start.
    scale = torch.tensor(0.1, requires_grad=True)
    unrolled = deq.DEQ(
        lambda z, x: 0.5 * z + x,
        start=lambda x: scale * x,
        max_evals=3,
        gradient=deq.Unrolled(),
        on_failure="ignore",
    )
    unrolled(torch.ones(1, 1)).backward()
    assert scale.grad.item() == 0.25


def test_a_given_start_comes_before_the_learned_one() -> None:
    net, start, x = problem()
    layer = deq.DEQ(net, start=start, tol=1e-6)
    z = layer(x).detach()
    layer(x, z0=z)
    assert layer.last.nfe.tolist() == [1] * 16


def test_parameters_of_the_start_do_not_make_the_output_require_grad() -> None:
    net, start, x = problem()
    net.requires_grad_(False)
    for gradient in (deq.Implicit(), deq.Phantom()):
        assert not deq.DEQ(net, start=start, gradient=gradient)(x).requires_grad
    layer = deq.DEQ(net, start=start)
    assert layer.start_loss(x, z=layer(x)).requires_grad


def test_the_start_is_a_part_of_the_layer() -> None:
    net, start, _ = problem()
    assert "start.weight" in deq.DEQ(net, start=start).state_dict()


def test_bad_starts_get_a_sentence() -> None:
    net, _, x = problem()
    z = torch.zeros(16, 4, dtype=F64)
    with pytest.raises(TypeError, match="start must be callable"):
        deq.DEQ(net, start=z)
    with pytest.raises(TypeError, match="start_loss needs a layer with a start"):
        deq.DEQ(net).start_loss(x, z=z)
    with pytest.raises(ValueError, match=r"start must return states of shape \[\(16, 4\)\]"):
        deq.DEQ(net, start=lambda x: z[:, :1]).start_loss(x, z=z)
    with pytest.raises(TypeError, match="z0 must be a tensor of floating point numbers"):
        deq.DEQ(net, start=lambda x: None)(x)
