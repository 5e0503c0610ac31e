"""Bracketing in many intervals at once: where a property changes, where a function is least."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

# Each round cuts an interval into 64 parts, so ten rounds are worth 60 bisections.
_PARTS, _ROUNDS = 64, 10


def grid(low: Tensor, high: Tensor, parts: int = _PARTS) -> Tensor:
    """Points that cut intervals (m,) into equal parts, ends included: (m, parts + 1)."""
    share = torch.linspace(0.0, 1.0, parts + 1, dtype=torch.float64)
    points = low[:, None] + (high - low)[:, None] * share  # (m, parts + 1)
    points[:, -1] = high
    return points


def boundary(
    inside: Callable[[Tensor], Tensor], low: Tensor, high: Tensor
) -> tuple[Tensor, Tensor]:
    """Where a property changes between ``low`` and ``high``, (m,) each, to rounding error.

    Parameters
    ----------
    inside : callable
        Maps a tensor to a bool tensor of its shape; differs between the ends of each interval.

    Returns
    -------
    low, high : Tensor, shape (m,)
        Almost neighbouring numbers on either side of a change.
    """
    rows = torch.arange(len(low))
    for _ in range(_ROUNDS if len(low) else 0):
        points = grid(low, high)
        change = inside(points).diff(dim=1).int()  # (m, parts); 1 where it changes
        first = change.argmax(dim=1)  # (m,)
        low, high = points[rows, first], points[rows, first + 1]
    return low, high


def minimum(size: Callable[[Tensor], Tensor], low: Tensor, high: Tensor) -> Tensor:
    """Minimum of ``size`` in each interval (m,), where it first falls and then rises."""
    rows = torch.arange(len(low))
    middle = (low + high) / 2
    for _ in range(_ROUNDS if len(low) else 0):
        points = grid(low, high)
        best = size(points).nan_to_num(torch.inf).argmin(dim=1)  # (m,)
        middle = points[rows, best]
        low = points[rows, (best - 1).clamp(min=0)]
        high = points[rows, (best + 1).clamp(max=_PARTS)]
    return middle


def runs(mask: Tensor) -> tuple[Tensor, Tensor]:
    """First and last index of each run of true, (r,) each."""
    step = torch.nn.functional.pad(mask.int(), (1, 1)).diff()
    return (step == 1).nonzero()[:, 0], (step == -1).nonzero()[:, 0] - 1
