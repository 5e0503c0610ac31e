"""The maps that are solved, how their evaluations are counted, and the user's own ten lines."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

Map = Callable[[Tensor], Tensor]


class TanhCell(nn.Module):
    """z ← tanh(z Wᵀ + x), W random with a spectral radius of about ``gain``."""

    def __init__(self, width: int, gain: float, seed: int = 0) -> None:
        super().__init__()
        g = torch.Generator().manual_seed(seed)
        self.w = nn.Parameter(gain / math.sqrt(width) * torch.randn(width, width, generator=g))

    def forward(self, z: Tensor, x: Tensor) -> Tensor:
        return torch.tanh(z @ self.w.T + x)  # (B, n)


def tanh_problem(width: int, batch: int, gain: float) -> tuple[Map, Tensor]:
    """The tanh cell with an input, as a map, and a start at zero (B, n), float32."""
    cell = TanhCell(width, gain)
    x = torch.randn(batch, width, generator=torch.Generator().manual_seed(1))
    return (lambda z: cell(z, x)), torch.zeros(batch, width)


class Counter:
    """A map that counts its evaluations and remembers when each sample first met a residual.

    Attributes
    ----------
    calls : int
        Evaluations so far.
    first : Tensor of int64, shape (B,), or None
        The evaluation at which each sample's ‖f(z) − z‖₂ was first at most ``residual``; 0 for
        samples that have not been there.
    """

    def __init__(self, f: Map, residual: float = 0.0) -> None:
        self.f = f
        self.residual = residual
        self.calls = 0
        self.first: Tensor | None = None

    def __call__(self, z: Tensor) -> Tensor:
        fz = self.f(z)
        self.calls += 1
        if self.residual > 0:
            there = residuals(z, fz) <= self.residual  # (B,)
            if self.first is None:
                self.first = torch.zeros(there.shape, dtype=torch.int64)
            self.first[there & (self.first == 0)] = self.calls
        return fz

    def reached(self) -> int | None:
        """Evaluations until the last sample was there; None if one never was."""
        if self.first is None or not self.first.all():
            return None
        return int(self.first.max())


def residuals(z: Tensor, fz: Tensor) -> Tensor:
    """‖f(z) − z‖₂ of each sample, (B,)."""
    r = (fz - z).reshape(len(z), -1) if z.dim() else (fz - z).reshape(1, 1)
    lengths: Tensor = torch.linalg.vector_norm(r, dim=1)
    return lengths


def picard_by_hand(f: Map, z: Tensor, tol: float, max_evals: int) -> tuple[Tensor, int]:
    """Iterate f until every sample of z (B, D) has settled, as anybody would write it."""
    evals = 0
    while evals < max_evals:
        fz = f(z)
        evals += 1
        if ((fz - z).norm(dim=1) <= tol * (1 + z.norm(dim=1))).all():
            break
        z = fz
    return z, evals


def anderson_by_hand(
    f: Map, z: Tensor, tol: float, max_evals: int, window: int = 6
) -> tuple[Tensor, int]:
    """Anderson acceleration from the formula, without a thought to speed: lists, stack, solve."""
    images: list[Tensor] = []
    steps: list[Tensor] = []
    evals = 0
    while evals < max_evals:
        fz = f(z)
        evals += 1
        images, steps = [*images, fz][-window:], [*steps, fz - z][-window:]
        if (steps[-1].norm(dim=1) <= tol * (1 + z.norm(dim=1))).all():
            break
        g = torch.stack(steps, dim=1)  # (B, k, D)
        gram = g @ g.mT  # (B, k, k)
        ridge = 1e-6 * gram.diagonal(dim1=1, dim2=2).mean(1)[:, None, None]
        ones = torch.ones(*gram.shape[:2], 1, dtype=z.dtype)
        alpha = torch.linalg.solve(gram + ridge * torch.eye(g.shape[1], dtype=z.dtype), ones)
        z = ((alpha / alpha.sum(1, keepdim=True)) * torch.stack(images, dim=1)).sum(1)
    return z, evals
