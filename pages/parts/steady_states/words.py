"""The sentences of the steady-state page and its numbers, as pure functions."""

from __future__ import annotations

import math
from collections.abc import Sequence

from deq.figures.steady_states.phase_line import flow_stability
from deq.status import Status
from pages.parts.shared.numbers import minus, number, readout, short
from pages.parts.steady_states.lesson import Flowing, Stepping
from pages.parts.steady_states.solver_lesson import DEPTH, TOLERANCES, Deep, Walk

STEP_SHOWS = (
    "**Look for** the best step: there the dots land on x\\* almost at once. Twice as far is the "
    "limit."
)
PLANE_SHOWS = (
    "**Look for** λ inside a disc or outside. Small h: a large disc, which in the end fills all "
    "that lies left of 1."
)
PLANE_ALT = (
    "The λ-plane: iteration's unit disc, Euler's disc, and the half-plane in which the flow "
    "settles, with λ of each equilibrium."
)
COST_SHOWS = (
    "**Look for** how cheap the middle is, and how quickly both ends become dear. h = 1 is "
    "iteration, seldom the best."
)
WALK_SHOWS = (
    "**Look for** the squares: dense where the state moves fast, further and further apart as it "
    "comes to rest."
)
PRICE_SHOWS = (
    "**Look for** how each line rises to the right: the price of more digits. A high-order method "
    "(dopri8) pays least for them."
)
PRICE_TITLE = "What it costs here"
PRICE_ALT = "Evaluations against the tolerance for this map, one line a solver."
CALM_TITLE = "And on an ordinary layer of 50 numbers, ‖W‖ = 0.5"
CALM_ALT = (
    "Evaluations against the tolerance on a contractive layer: iteration needs about a tenth of "
    "the ODE's."
)
CALM_SHOWS = (
    "**Look for** the gap. On an ordinary layer, a contraction, iteration (Picard) is there in a "
    "few evaluations, and the ODE spends ten times as many."
)
EIGEN_SHOWS = "**Look for** the moment λ leaves the unit disc, still left of 1."


def flow_verdict(result: Flowing) -> str:
    """What flow and iteration did, in two sentences."""
    if result.points.everywhere:
        return "Here g(x) = x: dx/dt is zero everywhere, so nothing moves."
    if result.goal is not None:
        sentence = (
            f"The flow from {short(result.choice.x0)} settles at x* = {short(result.goal.x)}."
        )
        return f"{sentence} {iteration(result)}"
    if result.own.status is Status.CONVERGED:
        return (
            f"The flow from {short(result.choice.x0)} settles at {short(float(result.own.x[-1]))}."
        )
    some = any(flow_stability(p) == "stable" for p in result.points)
    why = (
        "There is no equilibrium in view: g(x) − x never is zero."
        if not len(result.points)
        else "It starts beyond an unstable equilibrium."
        if some
        else "No equilibrium in view attracts."
    )
    ends = {
        Status.NON_FINITE: "breaks off: g has no value there",
        Status.DIVERGED: "runs away",
    }
    end = ends.get(result.own.status, "has not come to rest")
    if not result.view[0] <= float(result.own.x[-1]) <= result.view[1]:
        end = "runs away"
    return f"The flow from {short(result.choice.x0)} {end}. {why}"


def flow_shows(result: Flowing) -> str:
    """What to look for, which depends on the equilibria."""
    if len(result.points) > 1:
        return (
            "**Look for** the curves that part at the dashed line. The flow crosses none of them, "
            "so the start decides where it ends. It settles wherever g′ < 1."
        )
    if result.slope < 0:
        return (
            "**Look for** the dots that overshoot where the curve glides: the flow never jumps "
            "across an equilibrium. It settles wherever g′ < 1; iteration needs |g′| < 1."
        )
    return (
        "**Look for** curves and dots that follow the same strokes: each stroke has the slope "
        "dx/dt, whatever t is."
    )


def iteration(result: Flowing) -> str:
    """What iterating does at the equilibrium where the flow settles."""
    slope = result.slope
    if not math.isfinite(slope):
        return ""
    sentence = f"λ = g′(x*) = {short(slope)}"
    if abs(abs(slope) - 1) < 1e-6:
        return f"{sentence}: iteration stands on the edge."
    if abs(slope) > 1:
        return f"{sentence}, beyond −1: iteration cannot settle there."
    return f"{sentence}: iteration settles, too" + (", swinging." if slope < 0 else ".")


def flow_readouts(result: Flowing) -> dict[str, str]:
    """The numbers beside the picture."""
    goal = result.goal
    return {
        "Equilibrium x*": readout(goal.x if goal else None, ".6f"),
        "λ = g′(x*)": readout(goal.slope if goal else None, ".4f"),
        "Distance shrinks as": f"exp({short(goal.slope - 1)} t)" if goal else "–",
        "Equilibria in view": "all" if result.points.everywhere else f"{len(result.points)}",
    }


def flow_alt(result: Flowing) -> str:
    """What the first figure shows, for people who cannot see it."""
    kinds = (
        ", ".join(f"{short(p.x)} {flow_stability(p)}" for p in result.points.points[:4]) or "none"
    )
    return (
        f"Slope field of dx/dt = g(x) − x for g(x) = {result.choice.text}, trajectories, iterates "
        f"and phase line. {flow_verdict(result)} Equilibria: {kinds}."
    )


def step_verdict(result: Stepping) -> str:
    """What this h does, in one or two sentences."""
    h = result.h
    if result.flowing.points.everywhere:
        return "Every point is an equilibrium: no step leads anywhere."
    if result.steps is not None:
        counted = f"{result.steps:,} step" + ("" if result.steps == 1 else "s")
        same = " h = 1 is the fixed-point iteration itself." if h == 1 else ""
        return f"h = {short(h)} settles after {counted}.{same}"
    if not len(result.flowing.points):
        return "There is no equilibrium in view, so no step length settles."
    if math.isnan(result.limit):
        return "λ = g′(x*) is not below 1: from there every step leads away, however short."
    if h >= result.limit * (1 - 1e-4):
        return (
            f"h = {short(h)} never settles: it is beyond the limit {short(result.limit)}, so each "
            "step overshoots x* by more than it was away."
        )
    return f"h = {short(h)} has not settled: too many steps, or it went elsewhere."


def step_readouts(result: Stepping) -> dict[str, str]:
    """The numbers beside the picture."""
    slope = result.flowing.slope
    factor = 1 + result.h * (slope - 1)
    return {
        "λ = g′(x*)": readout(slope, ".4f"),
        "Error × each step": readout(factor, ".4f"),
        "Steps": "never" if result.steps is None else f"{result.steps:,}",
    }


def walk_verdict(result: Walk) -> str:
    """Whether iteration and the ODE settle, and after how many steps."""
    end = result.run
    if end.status is Status.CONVERGED:
        walked = (
            f"The ODE settles at {short(result.limit)} after {len(end.t) - 1} steps, "
            f"{end.nfe} evaluations."
        )
    else:
        walked = (
            f"{result.method} gave up after {end.nfe} evaluations: it bounces about the "
            "equilibrium at its own error."
        )
    kind = result.jumps.kind
    if kind == "settles":
        jumped = f"Iteration settles, too, after {result.jumps.steps} steps."
    else:
        jumped = result.jumps.sentence.replace("It ", "Iteration ", 1)
    return f"{jumped} {walked}"


def walk_readouts(result: Walk) -> dict[str, str]:
    """The numbers beside the picture."""
    lengths = result.run.t.diff()
    grow = f"{short(float(lengths[0]))} → {short(float(lengths.max()))}" if len(lengths) else "–"
    settled = result.jumps.kind == "settles"
    return {
        "λ = g′(x*)": readout(result.slope, ".4f"),
        "Evaluations, ODE": f"{result.run.nfe}",
        "Evaluations, iteration": f"{result.jumps.steps + 1}" if settled else "never",
        "Length of a step": grow,
    }


def times(ode: Sequence[float], iteration: Sequence[float], tol: float) -> str:
    """How many times more the ODE costs than iteration at a tolerance.

    Examples
    --------
    >>> times([37, 61, 95, 140, 180, 223], [4, 6, 7, 8, 9, 10], 1e-2)
    'At 1e-02: 6 evaluations by iteration, 61 by the ODE, 10 times more.'
    """
    k = TOLERANCES.index(tol)
    one, two = ode[k], iteration[k]
    if math.isnan(one) or math.isnan(two):
        return f"At {tol:.0e}: one of them never got there."
    return (
        f"At {tol:.0e}: {two:.0f} evaluations by iteration, {one:.0f} by the ODE, "
        f"{one / two:.0f} times more."
    )


def deep_verdict(result: Deep) -> str:
    """Whether layers settle, and whether ‖W‖ or ρ says so beforehand."""
    gain, rho = result.gain, result.radius
    if result.status is not Status.CONVERGED:
        return "No equilibrium was found from z = 0. Try a smaller gain or another seed."
    if gain < 1:
        promise = f"‖W‖ = {gain:.2f} < 1: a contraction, so every start must end at z*."
        return f"{promise} Depth {DEPTH} is {number(float(result.distances[-1]))} away from it."
    if rho < 1:
        return (
            f"‖W‖ = {gain:.2f}: no longer a contraction, nothing is promised. But ρ = {rho:.2f} "
            "< 1 at z*, so from nearby the layers still settle."
        )
    flows = "the flow still does" if result.settles else "neither does the flow (some Re λ > 1)"
    return f"ρ = {rho:.2f} > 1: more layers never settle at z*; {flows}."


def depth_shows(result: Deep) -> str:
    """What to look for, which depends on whether the layers settle."""
    if result.radius < 1:
        return (
            "**Look for** the layers' dots hopping into z\\* where the flow glides. On the right, "
            "a straight line: each layer leaves the same share of the distance, ρ."
        )
    return (
        "**Look for** the layers' dots, which never come nearer, and the flow's curves, which end "
        "in z\\* all the same. To the flow λ may be anywhere left of 1."
        if result.settles
        else "**Look for** dots and curves that both avoid z\\*, a hollow diamond: it repels both."
    )


def _pair(values: list[complex]) -> str:
    """Two eigenvalues of a real matrix."""
    first, second = values
    if abs(first.imag) > 5e-4:
        return minus(f"{first.real:.3f} ± {abs(first.imag):.3f} i")
    return minus(f"{first.real:.3f}, {second.real:.3f}")


def deep_readouts(result: Deep) -> dict[str, str]:
    """The numbers beside the picture."""
    x, y = result.z.tolist()
    return {
        "Equilibrium z*": minus(f"({x:.3f}, {y:.3f})"),
        "Eigenvalues λ there": _pair(result.eigenvalues.tolist()),
        "Spectral radius ρ": f"{result.radius:.3f}",
        "Gain ‖W‖": f"{result.gain:.2f}",
    }
