"""The slope of a map of one number, and where it brings points nearer together."""

from __future__ import annotations

import torch
from torch import Tensor

from deq.scalar.bisection import boundary, runs
from deq.scalar.orbit import Map, as_float64
from deq.solvers.base import require_number


def derivative(f: Map, x: Tensor | float) -> Tensor:
    """g′ at every element of x, by automatic differentiation; float64, of the shape of x.

    Examples
    --------
    >>> derivative(torch.cos, 0.7390851332151607)
    tensor(-0.6736, dtype=torch.float64)
    """
    at = as_float64(x).clone().requires_grad_()
    with torch.enable_grad():
        y = f(at)
        if not y.requires_grad:  # a constant
            return torch.zeros_like(at.detach())
        (slope,) = torch.autograd.grad(y.sum(), at)
    return slope.detach()


def contraction_intervals(
    f: Map, low: float, high: float, *, samples: int = 2001
) -> list[tuple[float, float]]:
    """Intervals within [low, high] where ``|g′(x)| < 1``, so that two points come nearer.

    By itself no promise that iteration settles: g must also map the interval into itself, see
    `invariant_interval`. A single point of slope ±1 that the samples miss does not end an interval.

    Examples
    --------
    >>> [(a, b)] = contraction_intervals(lambda x: x**2, -2, 2)
    >>> round(a, 12), round(b, 12)
    (-0.5, 0.5)
    """
    require_number("high", high, low=low)

    def contracts(x: Tensor) -> Tensor:
        return derivative(f, x).abs() < 1

    xs = torch.linspace(low, high, max(samples, 3), dtype=torch.float64)
    xs[-1] = high
    starts, ends = runs(contracts(xs))
    _, left = boundary(contracts, xs[(starts - 1).clamp(min=0)], xs[starts])
    right, _ = boundary(contracts, xs[ends], xs[(ends + 1).clamp(max=len(xs) - 1)])
    return list(zip(left.tolist(), right.tolist(), strict=True))


def invariant_interval(
    x: float, intervals: list[tuple[float, float]]
) -> tuple[float, float] | None:
    """The interval around a fixed point that g maps into itself, so that all of it ends there.

    Where |g′| < 1 each step brings a point nearer to x, so what begins at a distance r within a
    contraction interval stays within r: the largest symmetric interval will do. None if x lies in
    no contraction interval.

    References
    ----------
    Banach, "Sur les opérations dans les ensembles abstraits", 1922.

    Examples
    --------
    >>> invariant_interval(0.0, [(-0.5, 2.0)])
    (-0.5, 0.5)
    """
    for low, high in intervals:
        if low < x < high:
            reach = min(x - low, high - x)
            return x - reach, x + reach
    return None
