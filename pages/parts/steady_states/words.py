"""The sentences of the steady-state page and its numbers, as pure functions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from deq.figures.steady_states.phase_line import flow_stability
from deq.status import Status
from pages.parts.shared.numbers import minus, number, readout, short
from pages.parts.steady_states.lesson import Flowing, Stepping
from pages.parts.steady_states.solver_lesson import DEPTH, TOLERANCES, Deep, Walk

PLANE_SHOWS = (
    "**Look for** λ = g′(x\\*): Euler's step settles if λ is inside the dashed disc, iteration if "
    "it is inside the solid one. A smaller h has a larger disc, always left of 1."
)
PRICE_SHOWS = "**Look for** how each line rises to the right: what more digits cost."
PRICE_TITLE = "What it costs here"
CALM_TITLE = "And on an ordinary layer of 50 numbers, ‖W‖ = 0.5"
CALM_SHOWS = (
    "**Look for** the gap between the lines. This layer is a contraction, and iteration (Picard) "
    "needs far fewer evaluations than the ODE."
)
EIGEN_SHOWS = (
    "**Look for** λ, the eigenvalues of the layer's Jacobian (its matrix of derivatives) at z\\*. "
    "The spectral radius ρ is the largest |λ|: layers settle if all λ are in the disc, the flow if "
    "all are left of the line. Raise the gain until λ leaves the disc."
)


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
    """What to look for, which depends on the equilibria, and what the phase line is."""
    return f"{_curves_show(result)} The phase line shows dx/dt at each x: up where it is positive."


def _curves_show(result: Flowing) -> str:
    if len(result.points) > 1:
        return (
            "**Look for** the curves that part at the dashed line. The flow crosses none of them, "
            "so the start decides where it ends. It settles wherever g′ < 1."
        )
    if result.slope < 0:
        return (
            "**Look for** the iteration's dots, which overshoot x\\*, and the curve of the flow, "
            "which never crosses an equilibrium. It settles wherever g′ < 1; iteration needs "
            "|g′| < 1."
        )
    return (
        "**Look for** curves and dots that follow the short grey lines: each has the slope dx/dt "
        "there, whatever t is."
    )


def iteration(result: Flowing) -> str:
    """What iterating does at the equilibrium where the flow settles."""
    slope = result.slope
    if not math.isfinite(slope):
        return ""
    sentence = f"λ = g′(x*) = {short(slope)}"
    if abs(abs(slope) - 1) < 1e-6:
        return f"{sentence}: iteration neither nears x* nor leaves it."
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


def step_shows(result: Stepping) -> str:
    """What to look for beside the flow, which depends on whether any step settles."""
    if math.isnan(result.best):
        return "**Look for** the dots of Euler's steps beside the curve of the flow."
    return (
        f"**Look for** where the dots of Euler's steps land. Near x\\* the best step is h = "
        f"{short(result.best)}; twice as far, at {short(result.limit)}, is the limit."
    )


def cost_shows(result: Stepping) -> str:
    """What to look for in the steps against h."""
    if math.isnan(result.best):
        if bool((result.counts < 0).all()):
            return "There is no curve here: no step length settles."
        return "**Look for** how many steps each step length h needs."
    return (
        f"**Look for** few steps near the best h = {short(result.best)}, and more and more towards "
        "h = 0 and towards the limit. h = 1 is plain iteration."
    )


def plane_alt(result: Stepping) -> str:
    """The λ-plane, for people who cannot see it."""
    slope = result.flowing.slope
    alt = (
        "The λ-plane: iteration's unit disc, the disc of Euler's step, and the half-plane λ < 1 in "
        "which the flow settles."
    )
    if math.isnan(slope):
        return f"{alt} There is no equilibrium in view."
    side = "inside" if abs(1 + result.h * (slope - 1)) < 1 else "outside"
    return f"{alt} λ = {short(slope)} is {side} Euler's disc for h = {short(result.h)}."


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
            f"{_counted(end.nfe)}."
        )
    else:
        walked = (
            f"{result.method} has not settled after {_counted(end.nfe)}: its own errors keep it "
            "moving about the equilibrium."
        )
    if result.iteration is not None:
        jumped = f"Iteration settles after {_counted(result.iteration)}."
    else:
        jumped = result.jumps.sentence.replace("It ", "Iteration ", 1)
    return f"{jumped} {walked}"


def _counted(evals: int) -> str:
    return "1 evaluation" if evals == 1 else f"{evals} evaluations"


def walk_shows(result: Walk) -> str:
    """What to look for in the ODE's steps, which need not get longer."""
    lengths = result.run.t.diff()
    if len(lengths) < 3 or result.run.status is not Status.CONVERGED:
        return "**Look for** a dot for each step that the ODE's method accepted."
    if float(lengths[-1]) > float(lengths[0]):
        return (
            "**Look for** a dot for each step of the ODE's method: close together at first, where "
            "the state moves fast, and farther apart as it comes to rest."
        )
    return "**Look for** a dot for each step of the ODE's method. Here they do not get longer."


def walk_readouts(result: Walk) -> dict[str, str]:
    """The numbers beside the picture."""
    lengths = result.run.t.diff()
    grow = f"{short(float(lengths[0]))} → {short(float(lengths.max()))}" if len(lengths) else "–"
    return {
        "λ = g′(x*)": readout(result.slope, ".4f"),
        "Evaluations, ODE": f"{result.run.nfe}",
        "Evaluations, iteration": "never" if result.iteration is None else f"{result.iteration}",
        "Length of a step": grow,
    }


def prices(evals: Mapping[str, Sequence[float]], tol: float) -> str:
    """What each solver costs at a tolerance, the fewest evaluations first.

    Examples
    --------
    >>> prices({"Picard": [float("nan")] * 6, "dopri5": [31, 37, 61, 91, 145, 205]}, 1e-4)
    'Evaluations at 10⁻⁴: dopri5 91, Picard never settles.'
    """
    k = TOLERANCES.index(tol)
    order = sorted(evals, key=lambda name: (math.isnan(evals[name][k]), evals[name][k]))
    found = [
        f"{name} never settles" if math.isnan(evals[name][k]) else f"{name} {evals[name][k]:.0f}"
        for name in order
    ]
    return f"Evaluations at {_power(tol)}: {', '.join(found)}."


def times(ode: Sequence[float], iteration: Sequence[float], tol: float) -> str:
    """How many times more the ODE costs than iteration at a tolerance.

    Examples
    --------
    >>> times([37, 61, 95, 140, 180, 223], [4, 6, 7, 8, 9, 10], 1e-2)
    'At 10⁻²: 6 evaluations by iteration, 61 by the ODE, 10 times as many.'
    """
    k = TOLERANCES.index(tol)
    one, two = ode[k], iteration[k]
    if math.isnan(one) or math.isnan(two):
        return f"At {_power(tol)}: one of the two has not settled."
    return (
        f"At {_power(tol)}: {two:.0f} evaluations by iteration, {one:.0f} by the ODE, "
        f"{one / two:.0f} times as many."
    )


def _power(tol: float) -> str:
    return number(tol).replace("1.0·", "") if tol < 0.01 else {0.1: "10⁻¹", 0.01: "10⁻²"}[tol]


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
            "**Look for** the layers' dots, which jump towards z\\*, and the flow's curves. The "
            "distances fall on a straight line: each layer multiplies the distance by about ρ, the "
            "spectral radius (largest |λ|)."
        )
    return (
        "**Look for** the layers' dots, which never come nearer, and the flow's curves, which end "
        "in z\\* all the same. The flow settles if every λ is left of 1."
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
