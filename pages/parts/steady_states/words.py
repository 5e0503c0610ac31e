"""The sentences of the steady-state page and its numbers, as pure functions."""

from __future__ import annotations

import math

from deq.figures.steady_states.phase_line import flow_stability
from deq.status import Status
from pages.parts.shared.numbers import minus, number, readout, short
from pages.parts.steady_states.lesson import Flowing, Stepping
from pages.parts.steady_states.solver_lesson import DEPTH, Deep, Walk


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
