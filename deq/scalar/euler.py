"""Euler's steps along dx/dt = g(x) − x, which are damped iteration: how many for which step."""

from __future__ import annotations

import torch
from torch import Tensor

from deq.scalar.orbit import Map, as_float64
from deq.solvers.base import require_count, require_number

# Steps between looks for starts that have finished.
_LOOK = 16


def euler_factor(slope: float, h: float) -> float:
    """By what a step of length h multiplies an error where g′ is ``slope``: ``1 + h(slope − 1)``.

    Euler's method settles where it is less than one in size. h = 1 is plain iteration.

    Examples
    --------
    >>> euler_factor(-0.5, 1.0)
    -0.5
    """
    return 1 + h * (slope - 1)


def best_step(slope: float) -> float:
    """The step ``1/(1 − slope)`` that takes an error to zero at once, near the fixed point.

    Infinite where the slope is 1; negative, of no use, where the flow runs away (slope > 1).

    Examples
    --------
    >>> round(best_step(-0.6736120291832148), 4)
    0.5975
    """
    return 1 / (1 - slope) if slope != 1 else float("inf")


def limit_step(slope: float) -> float:
    """The step ``2/(1 − slope)`` from which on Euler's method no longer settles.

    Examples
    --------
    >>> round(limit_step(-0.6736120291832148), 4)
    1.195
    """
    return 2 * best_step(slope)


def euler_steps(
    f: Map, x0: float, h: float, *, tol: float = 1e-6, max_steps: int = 5000
) -> int | None:
    """Steps ``x ← x + h·(g(x) − x)`` until ``|g(x) − x| < tol``; None if that never happens.

    Examples
    --------
    >>> [euler_steps(torch.cos, -1.0, h) for h in (0.5, 0.5975, 1.0, 1.2)]
    [10, 5, 33, None]
    """
    steps = int(steps_against_h(f, x0, as_float64(h)[None], tol=tol, max_steps=max_steps))
    return None if steps < 0 else steps


@torch.no_grad()
def steps_against_h(
    f: Map, x0: float, hs: Tensor, *, tol: float = 1e-6, max_steps: int = 5000
) -> Tensor:
    """`euler_steps` for many step lengths at once.

    Parameters
    ----------
    f : callable
        Maps tensors elementwise.
    x0 : float
        The start.
    hs : Tensor, shape (H,)
        Step lengths.
    tol : float
        Absolute tolerance.
    max_steps : int
        Give up after so many. Near the limit 2/(1 − g′) they grow without bound.

    Returns
    -------
    Tensor, shape (H,), int64
        Steps; −1 for those that do not settle.

    References
    ----------
    Kelley, "Iterative methods for linear and nonlinear equations", SIAM, 1995. Hairer & Wanner,
    "Solving ordinary differential equations II", 1996, for the limit.

    Examples
    --------
    >>> steps_against_h(torch.cos, -1.0, torch.tensor([0.1, 0.25, 0.75]))
    tensor([86, 30, 11])
    """
    require_number("tol", tol, low=0.0)
    require_count("max_steps", max_steps)
    steps = torch.full((len(hs),), -1)
    h = as_float64(hs)  # (H,)
    x = torch.full_like(h, float(x0))
    left = torch.arange(len(h))  # those that still move
    for begin in range(0, max_steps + 1, _LOOK):
        count = min(_LOOK, max_steps + 1 - begin)
        sizes = []
        for _ in range(count):
            g = f(x) - x  # (L,)
            sizes.append(g.abs())
            x = x + h * g
        size = torch.stack(sizes)  # (count, L)
        below = size < tol
        done = below.any(dim=0)
        steps[left[done]] = begin + below.int().argmax(dim=0)[done]
        on = ~done & size[-1].isfinite()
        left, x, h = left[on], x[on], h[on]
        if not len(left):
            break
    return steps
