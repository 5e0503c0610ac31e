"""The cell of the digit network: a convolution that is a contraction by construction."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deq.stability import project_conv_

GRID = 7  # side of the state's grid


class ConvCell(nn.Module):
    """The map whose fixed point is the state: f(z, x) = relu(W ∗ z + x).

    Parameters
    ----------
    channels : int
        Channels of z and x.
    contraction : float
        κ; after `project_` ‖W‖₂ ≤ κ, hence ‖f(z) − f(z′)‖₂ ≤ κ ‖z − z′‖₂, up to the
        little that power iteration misses of the norm.
    """

    singular: Tensor

    def __init__(self, channels: int, contraction: float) -> None:
        super().__init__()
        self.contraction = contraction
        weight = 0.015 * torch.randn(channels, channels, 3, 3)
        # A rotation of the channels at the centre: every mode starts near κ, so that the
        # equilibrium has something to do that the stem has not done already.
        weight[:, :, 1, 1] += 0.8 * torch.linalg.qr(torch.randn(channels, channels))[0]
        self.weight = nn.Parameter(weight)
        self.register_buffer("singular", torch.randn(1, channels, GRID, GRID))
        self.project_(50)

    def forward(self, z: Tensor, x: Tensor) -> Tensor:
        """One evaluation: z, x (B, C, 7, 7) → (B, C, 7, 7)."""
        return F.relu(F.conv2d(z, self.weight, padding=1) + x)

    def project_(self, steps: int = 1) -> Tensor:
        """Bring ‖W‖₂, as estimated, back to at most κ; returns what it was before."""
        return project_conv_(self.weight.data, self.contraction, self.singular, steps)
