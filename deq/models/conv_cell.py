"""The cell of the digit network: a convolution that is kept a contraction."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deq.stability import project_conv_

GRID = 7  # side of the state's grid


class ConvCell(nn.Module):
    """The cell f(z, x) = relu(W ∗ z + x) with a 3×3 convolution W.

    Parameters
    ----------
    channels : int
        Channels of z and x.
    contraction : float
        κ. After `project_` ‖W‖₂ ≤ κ, up to the error of power iteration, so
        ‖f(z) − f(z′)‖₂ ≤ κ ‖z − z′‖₂.
    """

    singular: Tensor

    def __init__(self, channels: int, contraction: float) -> None:
        super().__init__()
        self.contraction = contraction
        weight = 0.015 * torch.randn(channels, channels, 3, 3)
        # A rotation of the channels at the centre: all singular values start near κ, so that the
        # equilibrium depends on W from the start.
        weight[:, :, 1, 1] += 0.8 * torch.linalg.qr(torch.randn(channels, channels))[0]
        self.weight = nn.Parameter(weight)
        self.register_buffer("singular", torch.randn(1, channels, GRID, GRID))
        self.project_(50)

    def forward(self, z: Tensor, x: Tensor) -> Tensor:
        """One evaluation: z, x (B, C, 7, 7) → (B, C, 7, 7)."""
        return F.relu(F.conv2d(z, self.weight, padding=1) + x)

    def project_(self, steps: int = 1) -> Tensor:
        """Scale W so that the estimate of ‖W‖₂ is at most κ; returns the estimate before."""
        return project_conv_(self.weight.data, self.contraction, self.singular, steps)
