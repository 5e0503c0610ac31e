"""A matrix W with I − W ≥ m I, for every value of its parameters."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deq.solvers.base import require_count, require_number


class MonotoneLinear(nn.Module):
    """``z ↦ W z`` with ``W = (1 − m) I − AᵀA + B − Bᵀ``, for any square A and B.

    The symmetric part of I − W is m I + AᵀA ≥ m I, and its skew part is free. Every W with
    I − W ≥ m I has this form. ‖W‖₂ is not bounded.

    Parameters
    ----------
    features : int
        D, the size of the state.
    margin : float
        m, greater than 0 and at most 1.

    Attributes
    ----------
    a, b : Parameter, shape (D, D)
        A and B, initialised small, so that W starts near (1 − m) I.

    References
    ----------
    Winston & Kolter, "Monotone operator equilibrium networks", 2020.

    Examples
    --------
    >>> import torch
    >>> linear = MonotoneLinear(3, margin=0.1)
    >>> gap = torch.eye(3) - linear.weight
    >>> bool(torch.linalg.eigvalsh(gap + gap.T).min() / 2 > 0.099)
    True
    """

    def __init__(self, features: int, *, margin: float = 0.1) -> None:
        super().__init__()
        require_count("features", features)
        require_number("margin", margin, low=0.0, high=1.0)
        self.margin = margin
        scale = 0.5 / math.sqrt(features)
        self.a = nn.Parameter(scale * torch.randn(features, features))
        self.b = nn.Parameter(scale * torch.randn(features, features))

    @property
    def weight(self) -> Tensor:
        """W as a matrix, (D, D)."""
        eye = torch.eye(len(self.a), dtype=self.a.dtype, device=self.a.device)
        return (1 - self.margin) * eye - self.a.T @ self.a + self.b - self.b.T

    def forward(self, z: Tensor) -> Tensor:
        """Return W z for each row of z (B, D), without forming W."""
        squared = F.linear(F.linear(z, self.a), self.a.T)  # (B, D)
        turned = F.linear(z, self.b - self.b.T)  # (B, D)
        return (1 - self.margin) * z - squared + turned

    def cayley(self, alpha: float, like: Tensor) -> Tensor:
        """``C = 2 (I + α(I − W))⁻¹ − I``, (D, D), for states ``like`` (B, D); ‖C‖₂ < 1 for α > 0.

        The matrix that is inverted has singular values of at least 1 + αm.
        """
        eye = torch.eye(len(self.a), dtype=self.a.dtype, device=self.a.device)
        inverse: Tensor = torch.linalg.inv((1 + alpha) * eye - alpha * self.weight)
        return 2 * inverse - eye

    @staticmethod
    def multiply(matrix: Tensor, v: Tensor) -> Tensor:
        """Return C v for each row of v (B, D)."""
        return F.linear(v, matrix)

    def extra_repr(self) -> str:
        """Show the options."""
        return f"features={len(self.a)}, margin={self.margin:g}"
