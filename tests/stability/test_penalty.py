"""The Jacobian penalty: unbiased in value and gradient, against the dense formula."""

import pytest
import torch
from torch import Tensor, nn

import deq
from deq.diagnostics import jacobian
from tests.problems import F64, tanh_net


class Cell(nn.Module):
    """tanh(W z + x), float64."""

    def __init__(self, n: int = 4, seed: int = 0) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.weight = nn.Parameter(torch.randn(n, n, dtype=F64, generator=generator) / 2)

    def forward(self, z: Tensor, x: Tensor) -> Tensor:
        return torch.tanh(z @ self.weight.T + x)


def inputs(batch: int = 3, n: int = 4) -> Tensor:
    return torch.randn(batch, n, dtype=F64, generator=torch.Generator().manual_seed(7))


def dense(cell: Cell, z: Tensor, x: Tensor) -> Tensor:
    """Mean over the batch of ‖J‖²/D, by the formula for J."""
    slope = 1 - cell(z, x) ** 2  # (B, D)
    j = slope[:, :, None] * cell.weight  # (B, D, D)
    return j.square().sum() / z.numel()


def test_value_and_gradient_are_unbiased() -> None:
    """Within five standard errors of 4,000 draws, for the value and each entry of the gradient."""
    cell, x = Cell(), inputs()
    z = 0.3 * x
    (truth,) = torch.autograd.grad(dense(cell, z, x), cell.weight)
    generator = torch.Generator().manual_seed(0)
    values, gradients = [], []
    for _ in range(40):
        value = deq.jacobian_penalty(cell, z, x, samples=100, generator=generator)
        values.append(value.detach())
        gradients.append(torch.autograd.grad(value, cell.weight)[0])
    for draws, exact in ((values, dense(cell, z, x)), (gradients, truth)):
        stack = torch.stack(draws)
        error = (stack.mean(0) - exact).abs()
        assert (error < 5 * stack.std(0) / len(draws) ** 0.5).all()
        assert (error < 0.1 * exact.abs().max()).all()
    wanted = jacobian(cell, z, x).square().sum() / z.numel()
    assert torch.allclose(dense(cell, z, x), wanted)


def test_one_draw_is_the_formula_with_these_signs() -> None:
    cell, x = Cell(), inputs()
    value = deq.jacobian_penalty(cell, x, x, generator=torch.Generator().manual_seed(3))
    signs = torch.randint(0, 2, x.shape, generator=torch.Generator().manual_seed(3)) * 2.0 - 1
    product = (signs * (1 - cell(x, x) ** 2)) @ cell.weight  # Jᵀ ε (B, D)
    exact = product.square().sum() / x.numel()
    assert torch.allclose(value, exact)
    got, wanted = (torch.autograd.grad(v, cell.weight)[0] for v in (value, exact))
    assert torch.allclose(got, wanted)


def test_gradcheck_where_one_draw_is_exact() -> None:
    """A diagonal Jacobian has no cross terms, so every draw is exact: by parameters and by x."""
    w = torch.tensor([0.5, -1.0, 2.0], dtype=F64, requires_grad=True)
    x = inputs(2, 3).requires_grad_()
    z = inputs(2, 3)

    def penalty(w: Tensor, x: Tensor) -> Tensor:
        return deq.jacobian_penalty(lambda z, x: torch.tanh(w * z + x), z, x)

    slope = w * (1 - torch.tanh(w * z + x) ** 2)
    assert torch.allclose(penalty(w, x), slope.square().mean())
    assert torch.autograd.gradcheck(penalty, (w, x))


def test_no_gradient_flows_into_the_state() -> None:
    cell, x = Cell(), inputs()
    z = x.clone().requires_grad_()
    deq.jacobian_penalty(cell, z, x).backward()
    assert z.grad is None
    assert cell.weight.grad is not None


def test_a_map_that_ignores_its_state_has_penalty_zero() -> None:
    x = inputs().requires_grad_()
    assert deq.jacobian_penalty(lambda z, x: 2 * x, 0 * x, x).item() == 0
    with torch.no_grad():
        value = deq.jacobian_penalty(Cell(), x, x)
    assert value.item() > 0
    assert not value.requires_grad


def test_training_with_the_penalty_lowers_the_spectral_radius() -> None:
    """The loss is only the penalty, at the equilibria of a layer."""
    cell, x = Cell(n=6), inputs(8, 6)
    layer = deq.DEQ(cell, tol=1e-8)
    before = deq.diagnostics.spectral_radius(cell, layer(x).detach(), x)
    optimiser = torch.optim.Adam(layer.parameters(), lr=0.02)
    generator = torch.Generator().manual_seed(0)
    for _ in range(60):
        optimiser.zero_grad()
        deq.jacobian_penalty(cell, layer(x), x, generator=generator).backward()
        optimiser.step()
    after = deq.diagnostics.spectral_radius(cell, layer(x).detach(), x)
    assert after.max() < 0.5 * before.max()


def test_several_states_and_bad_arguments() -> None:
    f, _, x = tanh_net(n=4, batch=2)

    def pair(z: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return 3 * z[0], f(z[1])

    generator = torch.Generator().manual_seed(0)
    both = deq.jacobian_penalty(pair, (x[:, :1], x), samples=2000, generator=generator)
    exact = (2 * 9 + jacobian(f, x).square().sum()) / 10
    assert both.item() == pytest.approx(exact.item(), rel=0.05)
    with pytest.raises(ValueError, match="samples"):
        deq.jacobian_penalty(f, x, samples=0)
    with pytest.raises(TypeError, match="f must be callable"):
        deq.jacobian_penalty(None, x)
