"""All that the fixed-points page shows, computed by `deq.scalar` and kept for the next visitor.

Needs no Streamlit. What depends on the map alone is computed apart, so that moving the start costs
little.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

import deq
from deq.formula import Formula, parse
from deq.scalar import (
    FixedPoint,
    FixedPoints,
    Orbit,
    Path,
    accelerated,
    basins,
    cobweb,
    contraction_intervals,
    euler_factor,
    fixed_points,
    iterate,
    orbit,
    rate,
)
from deq.solvers.base import Solver

METHODS = ("Picard", "damped", "Anderson", "Newton")
TOLERANCE = 1e-6
STARTS = 240
CURVE = 321
PATIENCE = 100  # evaluations after which a method of the comparison has not settled
NUDGE, APART = 0.001, 0.1  # how far off a second start is; from where on two orbits are apart
_FAR = 4.0  # widths of the view by which a path may widen it, on either side
_KEPT = 256


@dataclass(frozen=True, slots=True)
class Choice:
    """What to show: a map with its parameters, where to begin, and how to go on."""

    text: str  # the formula
    values: tuple[tuple[str, float], ...]  # its parameters
    view: tuple[float, float]  # the interval to look at
    x0: float
    method: str = "Picard"  # one of `METHODS`
    damping: float = 0.5  # of the method "damped"
    steps: int = 60  # the most steps of plain iteration
    second: bool = False  # also from x0 + NUDGE, by plain iteration


@dataclass(frozen=True, slots=True)
class Landscape:
    """What depends on the map and the view alone."""

    curve: tuple[Tensor, Tensor]
    points: FixedPoints
    contraction: list[tuple[float, float]]
    basins: Tensor


@dataclass(frozen=True, slots=True)
class Lesson:
    """One start on one map, by one method, and by the others for comparison."""

    choice: Choice
    g: Formula
    view: tuple[float, float]  # of both axes: the chosen one, widened to where the path goes
    landscape: Landscape
    orbit: Orbit  # plain iteration
    xs: Tensor  # the chosen method's iterates (n + 1,)
    heights: Tensor  # g at them
    corners: Tensor  # its cobweb
    limit: float  # where it settled, NaN if it did not
    fixed: FixedPoint | None  # the fixed point there
    observed: float  # contraction that was seen; NaN for none
    expected: float  # |g′(x*)|, or what the damping makes of it; NaN for none
    evals: int  # of the chosen method
    second: Tensor  # iterates from the second start; empty without one

    @property
    def paths(self) -> Mapping[str, Path]:
        """Every method from the same start; computed when first needed."""
        c = self.choice
        return _paths(c.text, c.values, c.x0, c.damping)

    @property
    def settled(self) -> bool:
        """Whether the chosen method came to rest."""
        return math.isfinite(self.limit)


@lru_cache(maxsize=_KEPT)
def lesson(choice: Choice) -> Lesson:
    """Compute all of it. Raises `FormulaError` if the text is no formula."""
    g = parse(choice.text, values=dict(choice.values))
    run = orbit(g, choice.x0, choice.steps, tol=TOLERANCE)
    if choice.method == "Picard":
        settled = run.kind == "settles"
        xs = run.xs[: run.steps + 1] if settled else run.xs
        heights = g(xs)
        evals = len(xs)
    else:
        path = _paths(choice.text, choice.values, choice.x0, choice.damping)[choice.method]
        settled, xs, heights, evals = path.converged, path.xs, path.heights, int(path.evals[-1])
    second = iterate(g, choice.x0 + NUDGE, choice.steps) if choice.second else xs[:0]
    view = _widened(choice, xs, settled or run.kind in ("cycles", "creeps", "wanders"))
    land = landscape(choice.text, choice.values, view)
    limit = float(xs[-1]) if settled else math.nan
    fixed = nearest(land.points, limit)
    return Lesson(
        choice, g, view, land, run, xs, heights, cobweb(xs, heights), limit, fixed,
        run.rate if choice.method == "Picard" else rate(xs),
        _expected(choice, fixed, land.points, xs), evals, second,
    )  # fmt: skip


@lru_cache(maxsize=_KEPT)
def landscape(
    text: str, values: tuple[tuple[str, float], ...], view: tuple[float, float]
) -> Landscape:
    """Curve, fixed points, contraction intervals and basins over the view."""
    g = parse(text, values=dict(values))
    low, high = view
    room = 0.03 * (high - low)
    x = torch.linspace(low - room, high + room, CURVE, dtype=torch.float64)
    y = g(x)
    far = 2 * (high - low)
    y = torch.where((y > low - far) & (y < high + far), y, torch.nan)  # no line through a pole
    points = fixed_points(g, low, high)
    starts = torch.linspace(low, high, STARTS, dtype=torch.float64)
    where = basins(g, starts, [p.x for p in points])
    return Landscape((x, y), points, contraction_intervals(g, low, high), where)


def solver_of(method: str, damping: float) -> Solver:
    """The solver behind a method's name."""
    return {
        "Picard": deq.Picard(),
        "damped": deq.Picard(damping=damping),
        "Anderson": deq.Anderson(window=1),
        "Newton": deq.Newton(),
    }[method]


def nearest(points: FixedPoints, x: float) -> FixedPoint | None:
    """The fixed point at x, if one was found there."""
    near = [p for p in points if abs(p.x - x) <= 1e-3 * (1 + abs(x))]
    return min(near, key=lambda p: abs(p.x - x)) if near else None


def apart_from(result: Lesson) -> int | None:
    """The first step at which the orbits from both starts are more than `APART` apart."""
    one, two = result.orbit.xs[: len(result.second)], result.second[: len(result.orbit.xs)]
    apart = ((one - two).abs() > APART).nonzero()
    return int(apart[0]) if len(apart) else None


def solves_alike(result: Lesson) -> bool:
    """Whether `deq.solve` ends where the page does, after as many evaluations.

    It nearly always does. It stops at the first x within the tolerance, though, also beside an
    unstable fixed point; and it shortens a step of Newton's that leads to where g has no value.
    """
    settled, x, evals = _solved(result.choice)
    if not (settled and result.settled):
        return settled == result.settled
    return evals == result.evals and f"{x:.4g}" == f"{float(result.xs[-1]):.4g}"


@lru_cache(maxsize=_KEPT)
def _solved(choice: Choice) -> tuple[bool, float, int]:
    """Whether, where and after how many evaluations `deq.solve` settles."""
    sol = deq.solve(
        parse(choice.text, values=dict(choice.values)),
        torch.tensor([choice.x0], dtype=torch.float64),
        solver=solver_of(choice.method, choice.damping),
        atol=TOLERANCE,
        rtol=0,
        max_evals=choice.steps if choice.method == "Picard" else PATIENCE,
    )
    return bool(sol.converged), float(sol.z), int(sol.nfe)


def errors(result: Lesson) -> dict[str, tuple[Tensor, Tensor]]:
    """For each method its evaluations and its distances from where it settled, or from x*.

    Empty if there is no fixed point to measure from, or nothing to measure.
    """
    ends = {name: end(result, path) for name, path in result.paths.items()}
    other = result.fixed.x if result.fixed else next((x for x in ends.values() if x == x), math.nan)
    courses = {}
    for name, path in result.paths.items():
        target = other if math.isnan(ends[name]) else ends[name]
        if math.isfinite(target):
            courses[name] = (path.evals, (path.xs - target).abs())
    return courses if any(bool((e > 0).any()) for _, e in courses.values()) else {}


def straight(result: Lesson) -> float:
    """g′(x*) where plain iteration settles and its error falls by that factor; else NaN.

    Where the slope is next to zero the error falls faster and faster instead.
    """
    settles = result.fixed is not None and result.paths["Picard"].converged
    slope = result.fixed.slope if settles and result.fixed else math.nan
    return slope if abs(slope) >= 1e-3 else math.nan


def end(result: Lesson, path: Path) -> float:
    """Where a method settled, NaN if it did not."""
    if not path.converged:
        return math.nan
    end = float(path.xs[-1])
    point = nearest(result.landscape.points, end)
    return point.x if point else end


@lru_cache(maxsize=_KEPT)
def _paths(
    text: str, values: tuple[tuple[str, float], ...], x0: float, damping: float
) -> Mapping[str, Path]:
    g = parse(text, values=dict(values))
    return {
        name: accelerated(g, x0, solver_of(name, damping), tol=TOLERANCE, max_evals=PATIENCE)
        for name in METHODS
    }


def _expected(choice: Choice, fixed: FixedPoint | None, points: FixedPoints, xs: Tensor) -> float:
    """|g′(x*)|, or what the damping makes of it; without a limit, at the nearest fixed point."""
    if fixed is None and len(points):
        about = float(xs[-8:].mean())  # the middle of a cycle
        fixed = min(points, key=lambda p: abs(p.x - about))
    if fixed is None:
        return math.nan
    return abs(euler_factor(fixed.slope, choice.damping if choice.method == "damped" else 1.0))


def _widened(choice: Choice, xs: Tensor, bounded: bool) -> tuple[float, float]:
    """The view, widened to the start and to those states of a bounded path that lie near it."""
    low, high = choice.view
    far = _FAR * (high - low)
    seen = [choice.x0, *(xs.tolist() if bounded else [])]
    seen = [x for x in seen if low - far <= x <= high + far]
    return min([low, *seen]), max([high, *seen])
