"""The network that reads digits: a convolutional stem, an equilibrium, a linear readout.

The stem turns the picture into the injected input x, the equilibrium is z* = relu(W z* + x), and
logits are read from z*: ten for the digits and, if it was taught, one for something else. W is a
3×3 convolution with ‖W‖₂ ≤ κ < 1 (up to the error of power iteration), so every picture has exactly
one equilibrium.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import cast

import torch
from torch import Tensor, nn

from deq.gradients.base import Gradient
from deq.gradients.implicit import Implicit
from deq.layer import DEQ
from deq.models.classifier import CLASSES, Classifier
from deq.models.conv_cell import GRID, ConvCell
from deq.models.verdict import Thresholds
from deq.solvers import Picard, Solver
from deq.solvers.base import require_count

# Limit for untrusted files.
_MAX_CHANNELS = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitsConfig:
    """Sizes of the network.

    Parameters
    ----------
    channels : int
        Channels C of the state z, (C, 7, 7).
    stem : tuple of two ints
        Channels of the stem at 28×28 and at 14×14.
    contraction : float
        κ, the largest ‖W‖₂, between 0 and 1.
    dropout : float
        Share of z* that dropout hides from the readout in training.
    other : bool
        Whether there is an eleventh logit, for something else than a digit.
    thresholds : Thresholds
        When a probability counts as an answer.
    """

    channels: int = 64
    stem: tuple[int, int] = (32, 96)
    contraction: float = 0.95
    dropout: float = 0.2
    other: bool = False
    thresholds: Thresholds = field(default_factory=Thresholds)

    def __post_init__(self) -> None:
        if not 0 < self.contraction < 1:
            raise ValueError(f"contraction must be between 0 and 1, not {self.contraction}")
        if not 0 <= self.dropout <= 1:
            raise ValueError(f"dropout must be from 0 to 1, not {self.dropout}")
        if len(self.stem) != 2:
            raise ValueError(f"stem must be two numbers of channels, not {self.stem!r}")
        for channels in (self.channels, *self.stem):
            require_count("channels", channels)
            if channels > _MAX_CHANNELS:
                raise ValueError(f"channels must be at most {_MAX_CHANNELS}, not {channels:,}")


class Digits(Classifier):
    """The convolutional network that ships.

    Parameters
    ----------
    config : DigitsConfig
        Sizes and thresholds.
    solver, tol, gradient
        Of the equilibrium, as for `deq.DEQ`; Picard and exact gradients unless given.
    half : bool
        Whether the stem's convolutions compute in bfloat16 in training. The equilibrium and its
        gradient are not affected.
    """

    def __init__(
        self,
        config: DigitsConfig | None = None,
        *,
        solver: Solver | None = None,
        tol: float = 1e-3,
        gradient: Gradient | None = None,
        half: bool = False,
    ) -> None:
        config = config or DigitsConfig()
        fine, coarse = config.stem
        channels = config.channels
        super().__init__((channels, GRID, GRID), config.thresholds)
        self._config = config
        self._half = half
        self.stem = nn.Sequential(
            *_conv(1, fine, stride=1),  # (B, fine, 28, 28)
            nn.ReLU(),
            *_conv(fine, coarse, stride=2),  # (B, coarse, 14, 14)
            nn.ReLU(),
            *_conv(coarse, coarse, stride=1),
            nn.ReLU(),
            *_conv(coarse, channels, stride=2),  # (B, C, 7, 7)
        )
        # With this bias most units of the state are active at first. Where they are not, the cell
        # ignores the state and the equilibrium says no more than the stem.
        nn.init.ones_(cast(nn.BatchNorm2d, self.stem[-1]).bias)
        self.equilibrium = DEQ(
            ConvCell(channels, config.contraction),
            solver=solver or Picard(),
            tol=tol,
            max_evals=100,
            gradient=gradient or Implicit(solver=Picard(), tol=1e-2, max_evals=100),
        )
        self.dropout = nn.Dropout(config.dropout)
        self.readout = nn.Linear(channels * GRID * GRID, CLASSES + config.other)

    @property
    def config(self) -> DigitsConfig:
        """Sizes, with the current thresholds."""
        return replace(self._config, thresholds=self.thresholds)

    @property
    def cell(self) -> ConvCell:
        """The cell f(z, x)."""
        return cast(ConvCell, self.equilibrium.cell)

    def encode(self, images: Tensor) -> Tensor:
        """The injected input: images (B, 28, 28) in [0, 1] → x (B, C, 7, 7)."""
        x: Tensor
        if self._half and self.training:
            with torch.autocast(images.device.type, torch.bfloat16):
                x = self.stem(images[:, None])
            return x.to(images.dtype)
        x = self.stem(images[:, None])
        return x

    def logits(self, z: Tensor) -> Tensor:
        """Read states (…, C, 7, 7) → (…, 10), or (…, 11) with `other`."""
        logits: Tensor = self.readout(self.dropout(self._flat(z)))
        return logits

    def contract_(self, steps: int = 1) -> Tensor:
        """Scale W so that the estimate of ‖W‖₂ is at most κ; returns the estimate before."""
        return self.cell.project_(steps)


def _conv(inside: int, outside: int, stride: int) -> tuple[nn.Module, nn.Module]:
    """A 3×3 convolution and its batch normalisation."""
    convolution = nn.Conv2d(inside, outside, 3, stride=stride, padding=1, bias=False)
    return convolution, nn.BatchNorm2d(outside)
