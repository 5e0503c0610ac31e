"""The circular monotone convolution, against dense matrices."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from deq.stability.monotone import (
    MonotoneConv,
    MonotoneConvCell,
    MonotoneLinear,
    PeacemanRachford,
)
from tests.problems import F64

GRID = (4, 5)


def matrix_of(state: MonotoneLinear | MonotoneConv, like: Tensor) -> Tensor:
    """W as a dense matrix (n, n) that acts on flattened states."""
    n = like[0].numel()
    units = torch.eye(n, dtype=like.dtype).reshape(n, *like.shape[1:])
    return state(units).detach().reshape(n, n).T


@settings(max_examples=30)
@given(
    channels=st.integers(1, 3),
    half=st.integers(0, 2),
    height=st.integers(2, 6),
    width=st.integers(2, 6),
    size=st.floats(0, 5),
    margin=st.floats(0.01, 1),
)
def test_a_convolution_keeps_its_margin_on_every_grid(
    channels: int, half: int, height: int, width: int, size: float, margin: float
) -> None:
    torch.manual_seed(0)
    conv = MonotoneConv(channels, 2 * half + 1, margin=margin).double()
    for parameter in conv.parameters():
        nn.init.normal_(parameter, std=size)
    w = matrix_of(conv, torch.zeros(1, channels, height, width, dtype=F64))
    m = torch.eye(len(w), dtype=F64) - w
    assert torch.linalg.eigvalsh((m + m.T) / 2).min() >= margin - 1e-12 * (1 + m.norm())


def test_the_convolution_is_that_of_its_kernels() -> None:
    """W = (1 − m) I − AᵀA + B − Bᵀ with the dense matrices of circular ``nn.Conv2d``."""
    conv = MonotoneConv(2, margin=0.3).double()
    like = torch.zeros(1, 2, *GRID, dtype=F64)

    def dense(kernel: Tensor) -> Tensor:
        circular = nn.Conv2d(2, 2, 3, padding=1, padding_mode="circular", bias=False)
        circular.weight = nn.Parameter(kernel.detach())
        return matrix_of(circular, like)

    a, b = dense(conv.a), dense(conv.b)
    w = 0.7 * torch.eye(len(a), dtype=F64) - a.T @ a + b - b.T
    assert torch.allclose(matrix_of(conv, like), w, atol=1e-14)


def test_a_convolution_trains() -> None:
    """Which of four bars is lit; the margin stays."""
    torch.manual_seed(0)
    layer = PeacemanRachford(MonotoneConvCell(1, 4, margin=0.5))
    model = nn.Sequential(layer, nn.Flatten(), nn.Linear(64, 4))
    y = torch.arange(4)
    x = nn.functional.one_hot(y)[:, None, :, None].float().expand(4, 1, 4, 4)
    x = x + 0.1 * torch.randn(4, 1, 4, 4)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.03)
    for _ in range(20):
        optimiser.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimiser.step()
    assert loss.item() < 0.1
    w = matrix_of(layer.cell.state, torch.zeros(1, 4, 4, 4))
    m = torch.eye(len(w)) - w
    assert torch.linalg.eigvalsh((m + m.T) / 2).min() > 0.5 - 1e-5


def test_bad_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="kernel_size must be odd"):
        MonotoneConv(1, 2)
    with pytest.raises(ValueError, match="channels"):
        MonotoneConvCell(1, 0)
    with pytest.raises(TypeError, match="activation must be callable"):
        MonotoneConvCell(1, 1, activation="relu")
