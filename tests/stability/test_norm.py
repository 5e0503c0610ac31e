"""Limited weights, against dense singular values and in a layer in training."""

import copy

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.func import functional_call, jacrev
from torch.nn.utils import parametrize

import deq
from deq.stability import NormLimit, limit_norm
from tests.problems import F64


def linear(n: int, m: int, seed: int, scale: float = 1.0) -> nn.Linear:
    torch.manual_seed(seed)
    layer = nn.Linear(m, n, dtype=F64)
    nn.init.normal_(layer.weight, std=scale)
    return layer


def operator_norm(conv: nn.Module, channels: int, *side: int) -> float:
    """The norm of the convolution on states (C, *side), from its dense matrix."""
    zero = torch.zeros(channels, *side, dtype=F64)
    matrix = jacrev(lambda z: conv(z[None]))(zero).reshape(-1, zero.numel())
    return torch.linalg.matrix_norm(matrix, ord=2).item()


@given(
    n=st.integers(1, 8),
    m=st.integers(1, 8),
    scale=st.floats(0.01, 5),
    limit=st.floats(0.1, 2),
    seed=st.integers(0, 1000),
)
def test_a_linear_layer_gets_the_exact_formula(
    n: int, m: int, scale: float, limit: float, seed: int
) -> None:
    layer = linear(n, m, seed, scale)
    before = layer.weight.detach().clone()
    sigma = torch.linalg.svdvals(before)[0]
    limit_norm(layer, limit)
    assert torch.allclose(layer.weight, limit * before / torch.clamp(sigma, min=limit), atol=1e-12)
    assert torch.linalg.svdvals(layer.weight.detach())[0] <= limit * (1 + 1e-12)


def test_the_gradient_is_that_of_the_singular_value() -> None:
    weight = linear(4, 3, 0).weight.detach().requires_grad_()
    for limit in (0.5, 50.0):  # above the limit, and below it
        assert torch.autograd.gradcheck(NormLimit(limit), weight)
    got, wanted = (
        torch.autograd.grad(value.square().sum(), weight)[0]
        for value in (
            NormLimit(0.5)(weight),
            weight * 0.5 / torch.linalg.matrix_norm(weight, ord=2),
        )
    )
    assert torch.allclose(got, wanted)


def test_the_norm_is_computed_again_after_every_kind_of_change() -> None:
    """Changes by an optimiser, by ``.data``, by a loaded state, and by a new dtype."""
    layer = limit_norm(linear(5, 5, 1), 0.9)
    other = copy.deepcopy(layer)
    weight = layer.parametrizations.weight.original
    with torch.no_grad():
        weight.add_(torch.randn_like(weight))
    assert torch.linalg.svdvals(layer.weight)[0].item() == pytest.approx(0.9)
    weight.data.mul_(torch.linspace(1, 3, 5, dtype=F64))
    assert torch.linalg.svdvals(layer.weight)[0].item() == pytest.approx(0.9)
    layer.load_state_dict(other.state_dict())
    assert torch.equal(layer.weight, other.weight)
    layer.to(torch.float32)
    assert torch.linalg.svdvals(layer.weight)[0].item() == pytest.approx(0.9, rel=1e-5)


def test_the_norm_is_computed_once_per_change() -> None:
    """A solve needs a constant map: so it is in training mode, too, unlike in torch's own norm.

    A norm computed without gradients is used with them, too.
    """
    layer = limit_norm(linear(6, 6, 2), 0.9).train()
    assert torch.equal(layer.weight, layer.weight)
    rule = layer.parametrizations.weight[0]
    known = rule._cached
    with torch.inference_mode():
        layer(torch.zeros(1, 6, dtype=F64))
    layer(torch.zeros(1, 6, dtype=F64)).sum().backward()
    assert rule._cached is known


@pytest.mark.parametrize("padding", ["zeros", "circular"])
@pytest.mark.parametrize(("groups", "kernel"), [(1, 3), (2, 3), (1, 1), (1, 5)])
def test_the_norm_of_a_convolution_is_at_most_the_limit(
    padding: str, groups: int, kernel: int
) -> None:
    torch.manual_seed(0)
    conv = nn.Conv2d(
        4,
        4,
        kernel,
        padding=kernel // 2,
        groups=groups,
        padding_mode=padding,
        bias=False,
        dtype=F64,
    )
    nn.init.normal_(conv.weight)
    limit_norm(conv, 0.9, size=(6, 5))
    norm = operator_norm(conv, 4, 6, 5)
    assert norm <= 0.9 * (1 + 1e-9)
    assert norm >= 0.9 * (1 - 1e-9 if padding == "circular" or kernel == 1 else 0.75)


def test_convolutions_of_other_dimensions_and_their_gradient() -> None:
    torch.manual_seed(0)
    one = limit_norm(nn.Conv1d(2, 3, 3, padding=1, bias=False, dtype=F64), 0.1, size=8)
    assert 0.08 < operator_norm(one, 2, 8) <= 0.1 * (1 + 1e-9)
    three = limit_norm(nn.Conv3d(1, 2, 2, bias=False, dtype=F64), 0.1, size=(3, 4, 3))
    assert 0.05 < operator_norm(three, 1, 3, 4, 3) <= 0.1 * (1 + 1e-9)
    rule = NormLimit(0.5, (7, 7))
    weight = torch.randn(2, 2, 3, 3, dtype=F64, requires_grad=True)
    assert torch.autograd.gradcheck(rule, weight)


def test_weights_below_the_limit_and_nan_are_unchanged() -> None:
    rule = NormLimit(0.9)
    below = torch.diag(torch.tensor([0.5, -0.2]))
    assert torch.equal(rule(below), below)
    assert torch.equal(rule(torch.zeros(2, 2)), torch.zeros(2, 2))
    assert rule(torch.full((2, 2), torch.nan)).isnan().all()
    assert torch.equal(rule(below), below)
    assert torch.linalg.svdvals(rule(10 * below.bfloat16()).float())[0].item() == pytest.approx(
        0.9, rel=0.01
    )


def test_a_layer_in_training_keeps_the_limit_and_its_gradient_is_exact() -> None:
    class Cell(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.map = limit_norm(linear(3, 3, 4, scale=3.0), 0.8)

        def forward(self, z: Tensor, x: Tensor) -> Tensor:
            return torch.tanh(self.map(z) + x)

    cell = Cell()
    x = torch.randn(2, 3, dtype=F64)
    gradient = deq.Implicit(tol=1e-12)
    layer = deq.DEQ(cell, tol=1e-12, max_evals=500, gradient=gradient)
    names = [name for name, _ in layer.named_parameters()]

    def run(x: Tensor, *values: Tensor) -> Tensor:
        out: Tensor = functional_call(layer, dict(zip(names, values, strict=True)), (x,))
        return out

    assert torch.autograd.gradcheck(run, (x.requires_grad_(), *layer.parameters()))
    optimiser = torch.optim.SGD(layer.parameters(), lr=0.5)
    for _ in range(20):
        optimiser.zero_grad()
        F.mse_loss(layer(x), torch.full_like(x, 5.0)).backward()
        optimiser.step()
        assert layer.last.forward.converged.all()
        assert torch.linalg.svdvals(cell.map.weight.detach())[0] <= 0.8 * (1 + 1e-9)
    parametrize.remove_parametrizations(cell.map, "weight")
    assert torch.linalg.svdvals(cell.map.weight.detach())[0].item() == pytest.approx(0.8)


def test_bad_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="limit"):
        limit_norm(nn.Linear(2, 2), 0.0)
    with pytest.raises(TypeError, match="size must not"):
        limit_norm(nn.Linear(2, 2), 0.9, size=3)
    with pytest.raises(TypeError, match="size must be given"):
        limit_norm(nn.Conv2d(1, 1, 3), 0.9)
    with pytest.raises(ValueError, match="2 sides"):
        limit_norm(nn.Conv2d(1, 1, 3), 0.9, size=(3,))
    with pytest.raises(ValueError, match="stride"):
        limit_norm(nn.Conv2d(1, 1, 3, stride=2), 0.9, size=4)
    with pytest.raises(ValueError, match="pad with"):
        limit_norm(nn.Conv2d(1, 1, 3, padding_mode="reflect"), 0.9, size=4)
    with pytest.raises(ValueError, match="at least the kernel"):
        limit_norm(nn.Conv2d(1, 1, 3, padding=1, padding_mode="circular"), 0.9, size=2)
    with pytest.raises(TypeError, match="Bilinear"):
        limit_norm(nn.Bilinear(2, 2, 2), 0.9)
