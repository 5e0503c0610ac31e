"""All fixed points of a map of one number in an interval."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from deq.scalar.bisection import boundary, grid, lowest, runs
from deq.scalar.contraction import derivative
from deq.scalar.orbit import Map
from deq.solvers.base import require_count, require_number

# Units of rounding, of x, g(x) and the view, within which g(x) − x counts as zero.
_NOISE = 4 * torch.finfo(torch.float64).eps
# A curve that touches the diagonal comes at least so near (relative), to be told from one that
# passes by.
_TOUCH = 1e-12
# Between the ends of a bracket and the root in it, |g(x) − x| falls at least by this; at a pole or
# a jump it does not.
_FALL = 1e-3
# How near |g′| = 1 is called neutral.
_NEUTRAL = 1e-6
# Of the view: what is nearer together is one point, what stays on the diagonal longer a stretch.
_SAME, _STRETCH = 1e-6, 0.02
# Of the view: what is nearer to zero is zero.
_ROUND = 1e-12
# Slopes to either side are measured over this distance, and agree with g′ to this if there is one.
_BESIDE, _AGREE = 1e-7, 1e-2
# Places that are looked at more closely, at most.
_CLOSER = 256


@dataclass(frozen=True, slots=True)
class FixedPoint:
    """A fixed point ``x = g(x)``, and what iteration does near it.

    Attributes
    ----------
    x : float
        Where.
    slope : float
        g′(x), by which an error is multiplied at each step. NaN where g has none.
    kind : str
        "stable" (|g′| < 1), "unstable" (|g′| > 1), or "neutral" (|g′| = 1: the slope does not
        decide; also where there is no slope).
    """

    x: float
    slope: float
    kind: str


@dataclass(frozen=True, slots=True)
class FixedPoints:
    """The fixed points in an interval, in order; a sequence of `FixedPoint`.

    Attributes
    ----------
    points : tuple of FixedPoint
        Those that stand alone.
    stretches : tuple of (float, float)
        Intervals in which every point is fixed, as x ≥ 0 for |x|.
    everywhere : bool
        Whether every point of the interval is fixed.
    """

    points: tuple[FixedPoint, ...]
    stretches: tuple[tuple[float, float], ...] = ()
    everywhere: bool = False

    def __iter__(self) -> Iterator[FixedPoint]:
        return iter(self.points)

    def __len__(self) -> int:
        return len(self.points)

    def __getitem__(self, i: int) -> FixedPoint:
        return self.points[i]


@torch.no_grad()
def fixed_points(f: Map, low: float, high: float, *, samples: int = 2001) -> FixedPoints:
    """Every x in [low, high] with ``g(x) = x``.

    Samples g(x) − x, looks more closely where it is small, and cuts brackets with a change of sign
    down to rounding. Where g touches the diagonal without crossing it, |g(x) − x| is minimised
    instead. A change of sign through infinity or by a jump is no fixed point.

    Parameters
    ----------
    f : callable
        Maps tensors elementwise.
    low, high : float
        The interval, ends included.
    samples : int
        Two fixed points nearer than about (high − low)/samples may be missed, unless they are the
        closest that the curve comes to the diagonal thereabouts.

    Returns
    -------
    FixedPoints

    Notes
    -----
    Accurate to rounding where the slope is not 1, to about 1e-8 of the interval where the curve
    touches, and less where it clings more closely.

    Examples
    --------
    >>> for point in fixed_points(lambda x: torch.exp(x) / 4, -1, 3):
    ...     print(f"{point.x:.4f} {point.kind}")
    0.3574 stable
    2.1533 unstable
    """
    require_number("high", high, low=low)
    require_count("samples", samples)

    def rise(x: Tensor) -> Tensor:
        return f(x) - x

    xs = _places(rise, low, high, samples)  # (n,)
    g = f(xs)
    h = g - xs
    zero = g.isfinite() & (h.abs() <= _NOISE * (xs.abs() + g.abs() + (high - low)))
    starts, ends = runs(zero)
    wide = xs[ends] - xs[starts] > _STRETCH * (high - low)  # (r,)
    stretches = _stretches(rise, xs, starts[wide], ends[wide])
    starts, ends = starts[~wide], ends[~wide]  # short runs: a point, blurred by rounding
    on = torch.where(xs[starts] * xs[ends] <= 0, 0.0, xs[(starts + ends) // 2])

    sign = torch.where(h.isfinite(), torch.where(zero, 0.0, h.sign()), torch.nan)
    crosses = (sign[:-1] * sign[1:] < 0).nonzero()[:, 0]  # NaN signs compare false
    a, b = boundary(lambda x: rise(x) > 0, xs[crosses], xs[crosses + 1])
    ha, hb = rise(a).abs(), rise(b).abs()
    before = torch.maximum(h[crosses].abs(), h[crosses + 1].abs())
    root = torch.minimum(ha, hb) <= _FALL * before
    crossing = torch.where(ha <= hb, a, b)[root]

    size = h.abs()
    dip = (size[1:-1] <= size[:-2]) & (size[1:-1] <= size[2:]) & (sign[1:-1] != 0)
    dip &= (sign[:-2] == sign[1:-1]) & (sign[2:] == sign[1:-1])
    at = dip.nonzero()[:, 0]
    touching = lowest(lambda x: rise(x).abs(), xs[at], xs[at + 2])
    touching = touching[rise(touching).abs() <= _TOUCH * (1 + touching.abs())]

    found = torch.cat([on, crossing, touching]).sort().values
    outside = torch.tensor([all(not s <= x <= e for s, e in stretches) for x in found.tolist()])
    points = _merged(rise, found[outside] if len(found) else found, _SAME * (high - low))
    everywhere = bool(zero.all())
    return FixedPoints(tuple(_describe(f, points)), stretches, everywhere)


def _places(rise: Map, low: float, high: float, samples: int) -> Tensor:
    """Where to sample: evenly, at zero, at the edges of the domain, and closely at dips."""
    xs = torch.linspace(low, high, max(samples, 3), dtype=torch.float64)
    xs[-1] = high
    if low <= 0 <= high:
        xs = _distinct(torch.where(xs.abs() < _ROUND * (high - low), 0.0, xs), xs.new_zeros(1))
    defined = rise(xs).isfinite()
    edge = (defined[1:] != defined[:-1]).nonzero()[:_CLOSER, 0]
    xs = _distinct(xs, *boundary(lambda x: rise(x).isfinite(), xs[edge], xs[edge + 1]))
    for _ in range(2):
        h = rise(xs)
        size = h.abs().nan_to_num(torch.inf)
        crosses = h[:-1] * h[1:] <= 0
        dip = (size[1:-1] <= size[:-2]) & (size[1:-1] <= size[2:])
        near = crosses
        near[:-1] |= dip
        near[1:] |= dip
        cells = near.nonzero()[:, 0]
        if len(cells) > _CLOSER:  # an identity, or a curve too wild to follow
            break
        xs = _distinct(xs, grid(xs[cells], xs[cells + 1]).flatten())
    return xs


def _distinct(*xs: Tensor) -> Tensor:
    """All of them in order, each once."""
    together = torch.cat(xs).sort().values
    return together[torch.nn.functional.pad(together.diff() > 0, (1, 0), value=True)]


def _stretches(
    rise: Map, xs: Tensor, starts: Tensor, ends: Tensor
) -> tuple[tuple[float, float], ...]:
    """The intervals that runs of zeros stand for, their ends found to rounding."""

    def fixed(x: Tensor) -> Tensor:
        return rise(x).abs() <= _NOISE * (2 * x.abs() + (xs[-1] - xs[0]))

    _, left = boundary(fixed, xs[(starts - 1).clamp(min=0)], xs[starts])
    right, _ = boundary(fixed, xs[ends], xs[(ends + 1).clamp(max=len(xs) - 1)])
    tiny = _ROUND * float(xs[-1] - xs[0])
    left, right = (torch.where(end.abs() < tiny, 0.0, end) for end in (left, right))
    return tuple(zip(left.tolist(), right.tolist(), strict=True))


def _merged(rise: Map, xs: Tensor, apart: float) -> Tensor:
    """Of points nearer than ``apart`` the one that is best fixed."""
    kept: list[float] = []
    best = 0.0
    for x, miss in zip(xs.tolist(), rise(xs).abs().tolist(), strict=True):
        if kept and x - kept[-1] < apart:
            if miss < best:
                kept[-1], best = x, miss
        else:
            kept.append(x)
            best = miss
    return xs.new_tensor(kept)


def _describe(f: Map, xs: Tensor) -> Iterator[FixedPoint]:
    """Slope and kind of each fixed point; at a kink the slopes to either side tell."""
    slope = derivative(f, xs)
    step = _BESIDE * (1 + xs.abs())
    sides = torch.stack([(f(xs + step) - xs) / step, (xs - f(xs - step)) / step])  # (2, n)
    bent = ~((sides - slope).abs() <= _AGREE * (1 + slope.abs())).any(0) | ~slope.isfinite()
    bent |= (sides[0] - sides[1]).abs() > _AGREE * (1 + slope.abs())
    sizes = torch.where(bent, sides.abs(), slope.abs())  # (2, n)
    stable = (sizes.nan_to_num(0.0, torch.inf) < 1 - _NEUTRAL).all(0)
    unstable = (sizes.nan_to_num(torch.inf) > 1 + _NEUTRAL).all(0)
    slope = torch.where(bent, torch.nan, slope)
    rows = zip(xs.tolist(), slope.tolist(), stable.tolist(), unstable.tolist(), strict=True)
    for x, g, settles, leaves in rows:
        yield FixedPoint(x, g, "stable" if settles else "unstable" if leaves else "neutral")
