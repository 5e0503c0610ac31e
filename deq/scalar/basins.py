"""Which fixed point each start ends at."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from deq.scalar.orbit import Map, as_float64
from deq.solvers.base import require_count, require_number

# So many iterates in a row must be near the fixed point, so that one that passes by is not counted.
_IN_A_ROW = 8


@torch.no_grad()
def basins(
    f: Map, starts: Tensor, points: Sequence[float], *, n: int = 500, tol: float = 1e-4
) -> Tensor:
    """To which of ``points`` iteration converges, for all starts at once; −1 for none.

    A start belongs to p when the last eight of n iterates have ``|x − p| ≤ tol·(1 + |p|)``. Starts
    on cycles, starts that diverge, and starts that need more than n steps are −1. (At a neutral
    point the distance falls only like 1/√n.)

    Parameters
    ----------
    f : callable
        Maps tensors elementwise.
    starts : Tensor, shape (S,)
        Starts.
    points : sequence of float
        Fixed points, such as ``[p.x for p in fixed_points(f, low, high)]``.
    n : int
        Steps.
    tol : float
        Relative tolerance of the distance.

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
