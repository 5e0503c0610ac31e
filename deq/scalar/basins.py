"""Which fixed point each start ends at."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from deq.scalar.orbit import Map, as_float64
from deq.solvers.base import require_count, require_number

# Iterates in a row that have to be near a fixed point: passing by is not arriving.
_IN_A_ROW = 8


@torch.no_grad()
def basins(
    f: Map, starts: Tensor, points: Sequence[float], *, n: int = 500, tol: float = 1e-4
) -> Tensor:
    """To which of ``points`` iteration goes, for all starts at once; −1 to none.

    A start belongs to a point p when the last eight of n iterates have ``|x − p| ≤ tol·(1 + |p|)``.
    Cycles, escapes and starts that need longer than n steps (a neutral point attracts as slowly as
    1/√n) are −1.

    Parameters
    ----------
    f : callable
        Maps tensors elementwise.
    starts : Tensor, shape (S,)
        Where to begin.
    points : sequence of float
        Fixed points, such as ``[p.x for p in fixed_points(f, low, high)]``.
    n : int
        Steps.
    tol : float
        How near is there.

    Returns
    -------
    Tensor, shape (S,), int64
        Index into points.

    Examples
    --------
    >>> basins(lambda x: torch.tanh(2 * x), torch.tensor([-0.1, 0.0, 3.0]), [-0.9575, 0.0, 0.9575])
    tensor([0, 1, 2])
    """
    require_count("n", n)
    require_number("tol", tol, low=0.0)
    x = as_float64(starts)  # (S,)
    p = torch.tensor([*points], dtype=torch.float64)  # (P,)
    there = torch.ones(len(x), len(p), dtype=torch.bool)
    for step in range(n):
        x = f(x)
        if step >= n - _IN_A_ROW:
            there &= (x[:, None] - p).abs() <= tol * (1 + p.abs())
    near = (x[:, None] - p).abs().where(there, torch.inf)
    if not len(p):
        return torch.full((len(x),), -1)
    distance, index = near.min(dim=1)  # (S,)
    return torch.where(distance.isfinite(), index, -1)
