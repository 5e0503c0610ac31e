"""The flow of one map, and Euler's steps along it: sections one and two of the page.

Computed by `deq.scalar` and kept for the next visitor. Needs no Streamlit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from deq.figures.steady_states.phase_line import flow_stability
from deq.formula import Formula, parse
from deq.scalar import (
    FixedPoint,
    FixedPoints,
    Flow,
    best_step,
    euler_steps,
    fixed_points,
    flow,
    iterate,
    limit_step,
    slope_field,
    steps_against_h,
)
from deq.status import Status
from pages.parts.fixed_points.lesson import Choice

TOLERANCE = 1e-6
PATIENCE = 5000  # steps of Euler's method after which it never settles
CURVE_PATIENCE = 2000
STARTS = 7
MOMENTS = 97
SHORTEST, LONGEST = 8, 40
MOST_DOTS = 600
_KEPT = 128


@dataclass(frozen=True, slots=True)
class Flowing:
    """A map as a flow."""

    choice: Choice
    g: Formula
    view: tuple[float, float]
    t: Tensor  # (T,)
    courses: Tensor  # trajectories (S, T), the chosen start's first; NaN after one has run away
    own: Flow  # the solve from the chosen start
    iterates: Tensor  # from the same start
    x: Tensor  # over the view
    speed: Tensor  # dx/dt = g(x) − x there
    points: FixedPoints
    goal: FixedPoint | None  # where the flow from the chosen start settles

    @property
    def slope(self) -> float:
        """λ = g′ where the flow settles, else at the nearest equilibrium, else NaN."""
        if self.goal is not None:
            return self.goal.slope
        near = sorted(self.points, key=lambda p: abs(p.x - self.choice.x0))
        return near[0].slope if near else math.nan


@dataclass(frozen=True, slots=True)
class Stepping:
    """Euler's step h on a map."""

    flowing: Flowing
    h: float
    t: Tensor
    exact: Tensor  # the flow at t
    states: Tensor  # x₀, x₁, … by steps of h
    steps: int | None  # until |g(x) − x| < 1e-6; None for never
    best: float  # 1/(1 − λ); NaN where it is of no use
    limit: float  # 2/(1 − λ), likewise
    hs: Tensor  # many other step lengths,
    counts: Tensor  # and their steps, −1 for never


@lru_cache(maxsize=_KEPT)
def flowing(choice: Choice) -> Flowing:
    """Flow, field and iterates of a map. Raises `FormulaError` if the text is no formula."""
    g = parse(choice.text, values=dict(choice.values))
    low, high = min(choice.view[0], choice.x0), max(choice.view[1], choice.x0)
    width = high - low
    others = torch.linspace(low + 0.03 * width, high - 0.03 * width, STARTS - 1)
    runs = flow(g, [choice.x0, *others.tolist()], tol=1e-4, max_evals=400)
    end = _horizon(runs, width)
    t = torch.linspace(0, end, MOMENTS, dtype=torch.float64)
    room = 0.03 * width
    x = torch.linspace(low - room, high + room, 201, dtype=torch.float64)
    points = fixed_points(g, low, high)
    courses = torch.stack([run.at(g, t) for run in runs])
    return Flowing(
        choice, g, (low, high), t, courses, runs[0], iterate(g, choice.x0, int(end)),
        x, slope_field(g, t[:1], x)[:, 0], points, _goal(runs[0], points, width),
    )  # fmt: skip


@lru_cache(maxsize=_KEPT)
def stepping(choice: Choice, h: float) -> Stepping:
    """Euler's steps of length h from the chosen start, and what other lengths would have cost."""
    exact = flowing(choice)
    g = exact.g
    end = max(float(exact.t[-1]), min(6 * h, 400.0))
    t = torch.linspace(0, end, 2 * MOMENTS, dtype=torch.float64)
    states = iterate(lambda x: x + h * (g(x) - x), choice.x0, min(math.ceil(end / h), MOST_DOTS))
    best, limit = _useful(exact.slope)
    hs, counts = costs(choice, limit)
    return Stepping(
        exact, h, t, exact.own.at(g, t), states,
        euler_steps(g, choice.x0, h, tol=TOLERANCE, max_steps=PATIENCE), best, limit, hs, counts,
    )  # fmt: skip


@lru_cache(maxsize=_KEPT)
def costs(choice: Choice, limit: float) -> tuple[Tensor, Tensor]:
    """Steps against h, until a little beyond the limit; a far limit makes h logarithmic."""
    end = 1.08 * limit if math.isfinite(limit) else 2.0
    end = min(max(end, 1.3), 1000.0)
    if end > 8:
        hs = torch.logspace(math.log10(0.1), math.log10(end), 90, dtype=torch.float64)
    else:
        hs = torch.linspace(end / 100, end, 100, dtype=torch.float64)
    if math.isfinite(limit):
        exact = torch.tensor([limit / 2, 0.995 * limit], dtype=torch.float64)
        hs = torch.cat([hs, exact]).sort().values
    g = parse(choice.text, values=dict(choice.values))
    return hs, steps_against_h(g, choice.x0, hs, tol=TOLERANCE, max_steps=CURVE_PATIENCE)


def _horizon(runs: Iterable[Flow], width: float) -> float:
    """The time at which all that settle are within 2 % of the view."""
    latest = 0.0
    for run in runs:
        if run.status is Status.CONVERGED:
            away = (run.x - run.x[-1]).abs() > 0.02 * width
            latest = max(latest, float(run.t[min(int(away.sum()) + 1, len(run.t) - 1)]))
    return float(min(max(math.ceil(1.25 * latest), SHORTEST), LONGEST))


def _goal(run: Flow, points: FixedPoints, width: float) -> FixedPoint | None:
    if run.status is not Status.CONVERGED:
        return None
    end = float(run.x[-1])
    near = [p for p in points if flow_stability(p) != "unstable" or abs(p.x - end) < 1e-6]
    near = [p for p in near if abs(p.x - end) < 0.05 * width]
    return min(near, key=lambda p: abs(p.x - end)) if near else None


def _useful(slope: float) -> tuple[float, float]:
    """Best and limit step, NaN unless positive and finite."""
    if not math.isfinite(slope) or slope >= 1 - 1e-9:
        return math.nan, math.nan
    return best_step(slope), limit_step(slope)
