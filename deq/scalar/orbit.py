"""Iterating a map of one number: the iterates, their cobweb, their rhythm."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from deq.solvers.base import require_count, require_number

Map = Callable[[Tensor], Tensor]

MAX_PERIOD = 16
ESCAPE = 1e6
HALF_STEPS = ("up to the curve", "across to the diagonal")
# A period must repeat to this, relative to the size of its points.
_SAME = 1e-7


def as_float64(x: float | Tensor) -> Tensor:
    """A float64 tensor of ``x``, detached."""
    return torch.as_tensor(x, dtype=torch.float64).detach()


@torch.no_grad()
def iterate(f: Map, x0: float, n: int, *, escape: float = ESCAPE) -> Tensor:
    """The iterates ``x₀, x₁ = f(x₀), x₂ = f(x₁), …``, up to xₙ.

    Parameters
    ----------
    f : callable
        Maps tensors elementwise.
    x0 : float
        The start.
    n : int
        Steps.
    escape : float
        The first iterate with |x| > escape is the last one. One that is not finite is left out.

    Returns
    -------
    Tensor, shape (at most n + 1,), float64

    References
    ----------
    Banach, "Sur les opérations dans les ensembles abstraits", 1922. Devaney, "An introduction to
    chaotic dynamical systems", 1989.

    Examples
    --------
    >>> iterate(torch.cos, -1.0, 2)
    tensor([-1.0000,  0.5403,  0.8576], dtype=torch.float64)
    """
    require_count("n", n)
    require_number("escape", escape, low=0.0)
    x = as_float64(x0)  # ()
    xs = [x]
    for _ in range(n):
        x = f(x)
        size = abs(float(x))
        if not math.isfinite(size):
            break
        xs.append(x)
        if size > escape:
            break
    return torch.stack(xs)


def cobweb(xs: Tensor, heights: Tensor | None = None) -> Tensor:
    """The corners of a cobweb: ``(x₀, x₀), (x₀, g(x₀)), (x₁, x₁), (x₁, g(x₁)), …``.

    Each step is two half steps, up (or down) to the curve and across to the diagonal. For a method
    other than plain iteration the second half is a slanted line: that of damping h has slope
    1 − 1/h; Newton's is the tangent.

    Parameters
    ----------
    xs : Tensor, shape (n + 1,)
        Iterates.
    heights : Tensor, shape (n,) or (n + 1,), optional
        g at them; the next iterate unless given.

    Returns
    -------
    Tensor, shape (2n + 1, 2)

    Examples
    --------
    >>> cobweb(torch.tensor([0.0, 1.0, 3.0]))
    tensor([[0., 0.],
            [0., 1.],
            [1., 1.],
            [1., 3.],
            [3., 3.]])
    """
    n = len(xs) - 1
    heights = xs[1:] if heights is None else heights[:n]
    corners = xs.new_empty(2 * n + 1, 2)
    corners[::2] = xs[:, None]
    corners[1::2] = torch.stack([xs[:-1], heights], dim=1)
    return corners


def rate(xs: Tensor) -> float:
    """Observed contraction: by how much a step shrinks, in the mean of the last few.

    The geometric mean of ``|xₙ₊₁ − xₙ| / |xₙ − xₙ₋₁|`` over up to eight steps that stand clear of
    rounding. Near a fixed point x* it tends to |g′(x*)|; NaN where there are too few steps.

    Examples
    --------
    >>> round(rate(iterate(torch.cos, -1.0, 40)), 3)
    0.674
    """
    steps = xs.diff().abs()  # (n,)
    clear = steps > 1e-10 * (1 + xs[1:].abs())
    n = len(clear) if clear.all() else int(clear.int().argmin())
    last = steps[max(n - 9, 0) : n]
    if len(last) < 2:
        return math.nan
    return float((last[-1] / last[0]) ** (1 / (len(last) - 1)))


def period(xs: Tensor, *, max_period: int = MAX_PERIOD) -> int:
    """After how many steps the end of an orbit repeats itself; 0 if it does not.

    The smallest p ≤ max_period with |xₙ − xₙ₋ₚ| below rounding (1e-7, relative) over the last 3·p
    and at least eight comparisons. A fixed point has period 1.

    Examples
    --------
    >>> period(iterate(lambda x: 2 / x, 1.0, 20))
    2
    """
    for p in range(1, max_period + 1):
        count = max(3 * p, 8)
        if len(xs) < count + p:
            return 0
        now, then = xs[-count:], xs[-count - p : -p]
        if ((now - then).abs() <= _SAME * (1 + now.abs())).all():
            return p
    return 0


def limit_cycle(f: Map, x0: float, *, max_period: int = MAX_PERIOD, n: int = 2000) -> Tensor:
    """The points that iteration from ``x0`` visits for ever, in order; none if it finds no rhythm.

    Returns
    -------
    Tensor, shape (p,)
        p is 1 at a fixed point, 0 for an orbit that runs away or that does not repeat within
        ``max_period`` after n steps.

    References
    ----------
    Strogatz, "Nonlinear dynamics and chaos", 1994, chapter 10.

    Examples
    --------
    >>> limit_cycle(lambda x: 3.2 * x * (1 - x), 0.2).sort().values
    tensor([0.5130, 0.7995], dtype=torch.float64)
    """
    xs = iterate(f, x0, n)
    p = period(xs, max_period=max_period) if len(xs) == n + 1 else 0
    return xs[len(xs) - p :]
