"""A circular convolution W with I − W ≥ m I, for every value of its parameters."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deq.solvers.base import require_count, require_number


class MonotoneConv(nn.Module):
    """``z ↦ W z`` with ``W = (1 − m) I − AᵀA + B − Bᵀ``, for circular convolutions A and B.

    On a grid of any size I − W ≥ m I, as for ``MonotoneLinear``.

    Parameters
    ----------
    channels : int
        C, channels of the state (B, C, H, W).
    kernel_size : int
        k, the side of the kernels, odd. The grid must have at least k // 2 points a side.
    margin : float
        m, greater than 0 and at most 1.

    Attributes
    ----------
    a, b : Parameter, shape (C, C, k, k)
        The kernels of A and B.

    References
    ----------
    Winston & Kolter, "Monotone operator equilibrium networks", 2020.

    Examples
    --------
    >>> import torch
    >>> conv = MonotoneConv(2, margin=0.1)
    >>> z = torch.randn(1, 2, 4, 4)
    >>> bool((z * (z - conv(z))).sum() > 0.099 * (z * z).sum())
    True
    """

    def __init__(self, channels: int, kernel_size: int = 3, *, margin: float = 0.1) -> None:
        super().__init__()
        require_count("channels", channels)
        require_count("kernel_size", kernel_size)
        if kernel_size % 2 == 0:
            raise ValueError(f"kernel_size must be odd, not {kernel_size}.")
        require_number("margin", margin, low=0.0, high=1.0)
        self.margin = margin
        shape = (channels, channels, kernel_size, kernel_size)
        scale = 0.5 / (kernel_size * math.sqrt(channels))
        self.a = nn.Parameter(scale * torch.randn(shape))
        self.b = nn.Parameter(scale * torch.randn(shape))

    def forward(self, z: Tensor) -> Tensor:
        """Return W z for states z (B, C, H, W)."""
        squared = _circular(_circular(z, self.a), _transposed(self.a))  # (B, C, H, W)
        turned = _circular(z, self.b - _transposed(self.b))  # (B, C, H, W)
        return (1 - self.margin) * z - squared + turned

    def cayley(self, alpha: float, like: Tensor) -> Tensor:
        """``C = 2 (I + α(I − W))⁻¹ − I`` on the grid of ``like`` (B, C, H, W); ‖C‖₂ < 1 for α > 0.

        A circular convolution acts on each frequency of the grid alone, as a matrix (C, C). So C is
        given by one matrix a frequency, (H, W // 2 + 1, C, C), complex.
        """
        channels = len(self.a)
        eye = torch.eye(channels, dtype=self.a.dtype, device=self.a.device)
        impulses = self.a.new_zeros(channels, channels, *like.shape[2:])
        impulses[:, :, 0, 0] = eye
        w = torch.fft.rfft2(self(impulses)).permute(2, 3, 1, 0)  # (H, W // 2 + 1, C, C)
        inverse: Tensor = torch.linalg.inv((1 + alpha) * eye - alpha * w)
        return 2 * inverse - eye

    @staticmethod
    def multiply(matrix: Tensor, v: Tensor) -> Tensor:
        """Return C v for states v (B, C, H, W), by the Fourier transform."""
        waves = torch.einsum("hwoi,bihw->bohw", matrix, torch.fft.rfft2(v))
        product: Tensor = torch.fft.irfft2(waves, s=v.shape[2:])
        return product

    def extra_repr(self) -> str:
        """Show the options."""
        return f"channels={len(self.a)}, kernel_size={self.a.shape[2]}, margin={self.margin:g}"


def _circular(z: Tensor, kernel: Tensor) -> Tensor:
    """The convolution of z (B, C, H, W) with circular padding."""
    side = kernel.shape[2] // 2
    return F.conv2d(F.pad(z, (side, side, side, side), mode="circular"), kernel)


def _transposed(kernel: Tensor) -> Tensor:
    """The kernel of the transposed convolution."""
    return kernel.flip(2, 3).transpose(0, 1)
