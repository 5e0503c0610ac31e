"""What to look for in each figure of the steady-state page, and what they cost; pure functions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from deq.status import Status
from pages.parts.shared.numbers import number, short
from pages.parts.steady_states.lesson import Flowing, Stepping
from pages.parts.steady_states.solver_lesson import TOLERANCES, Deep, Walk

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
