"""Finding where a function of one number does something: by sections, many places at once."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

# Each round cuts an interval into so many parts: ten rounds are 60 bisections.
_PARTS, _ROUNDS = 64, 10


def grid(low: Tensor, high: Tensor, parts: int = _PARTS) -> Tensor:
    """Points that cut intervals (m,) into equal parts, both ends exactly, (m, parts + 1)."""
    share = torch.linspace(0.0, 1.0, parts + 1, dtype=torch.float64)
    points = low[:, None] + (high - low)[:, None] * share  # (m, parts + 1)
    points[:, -1] = high
    return points


def boundary(
    inside: Callable[[Tensor], Tensor], low: Tensor, high: Tensor
) -> tuple[Tensor, Tensor]:
    """Where a property changes between ``low`` and ``high``, (m,) each, to rounding.

    Parameters
    ----------
    inside : callable
        Tensor to bool tensor of its shape; differs between the ends of each interval.

    Returns
    -------
    low, high : Tensor, shape (m,)
        Neighbouring numbers, about; on either side of a change.
    """
    rows = torch.arange(len(low))
    for _ in range(_ROUNDS if len(low) else 0):
        points = grid(low, high)
        change = inside(points).diff(dim=1).int()  # (m, parts); 1 where it changes
        first = change.argmax(dim=1)  # (m,)
        low, high = points[rows, first], points[rows, first + 1]
    return low, high


def lowest(size: Callable[[Tensor], Tensor], low: Tensor, high: Tensor) -> Tensor:
    """Where ``size``, which falls and then rises, is smallest in each interval, (m,)."""
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
