"""Which section, and what to show in it: the table of the page Steady states."""

from __future__ import annotations

import math
from dataclasses import dataclass

import streamlit as st

from pages.parts.fixed_points import controls
from pages.parts.fixed_points.controls import MapSettings
from pages.parts.shared import errors, settings
from pages.parts.shared.numbers import short
from pages.parts.shared.settings import random_seed, said, setting, show
from pages.parts.shared.widgets import Choice, NumberInput, Segments, Slider, Steps
from pages.parts.steady_states.solver_lesson import METHODS, TOLERANCES

SECTIONS = ("Flow", "Euler step", "Why an ODE", "Depth")
TITLES = {
    "Flow": "The same g as an ODE: dx/dt = g(x) − x is zero exactly where g(x) = x, an equilibrium",
    "Euler step": "Euler’s step x ← x + h (g(x) − x) is damped iteration; h = 1 is iteration",
    "Why an ODE": "Where iteration jumps for ever, the ODE settles: g(x) = tanh(w x + 0.3)",
    "Depth": "From layer to depth: z ← tanh(W z + U x + b), and its equilibrium",
}
SLOPES = (-1.5, -2.0, -5.0)
SHORTEST_STEP, LONGEST_STEP, RAIL = 0.001, 1000.0, 2.5


@dataclass(frozen=True)
class Settings(MapSettings):
    """Every control of the page."""

    part: str = setting(
        Segments(
            "Section",
            "Flow",
            SECTIONS,
            look={"label_visibility": "collapsed", "width": "content"},
        )
    )
    h: float = setting(
        NumberInput(
            "h",
            0.5,
            SHORTEST_STEP,
            LONGEST_STEP,
            0.01,
            look={"format": "%.4g", "label_visibility": "collapsed"},
        )
    )
    w: float = setting(Slider("Weight w", -2.0, -6.0, 3.0, 0.1))
    ode: str = setting(
        Choice(
            "The ODE's method",
            "dopri5",
            METHODS,
            help="Runge–Kutta pairs that choose their own steps. The number is the order: at fine "
            "tolerances dopri8 takes few long steps, adaptive_heun (order 2) many short ones. An "
            "evaluation is one value of g; a step takes several.",
        )
    )
    tol: str = setting(
        Steps(
            "Tolerance",
            "1e-04",
            tuple(f"{t:.0e}" for t in TOLERANCES),
            help="Settled when |g(x) − x| ≤ tol + tol·|x|. A step's error may be a tenth of that.",
        )
    )
    gain: float = setting(
        Slider(
            "Gain ‖W‖",
            1.3,
            0.1,
            6.0,
            0.05,
            help="The largest singular value of W. Below 1 the layer is a contraction.",
        )
    )
    seed: int = random_seed("Seed of the weights", 8)
    z1: float = setting(Slider("Start z₁", 1.0, -1.2, 1.2, 0.05))
    z2: float = setting(Slider("Start z₂", 1.0, -1.2, 1.2, 0.05))


NAMES = tuple(settings.controls(Settings))


def query() -> dict[str, str]:
    """What a link has to say."""
    return controls.query(Settings)


def section() -> str:
    """The four sections, one of them open."""
    return str(show(Settings, "part"))


def step(best: float, limit: float) -> float:
    """Euler's h: a rail to play with, the number itself, and two buttons."""

    def slid() -> None:
        st.session_state["h"] = float(st.session_state["h-slide"])

    def set_to(value: float) -> None:
        st.session_state["h"] = value

    rail, exact = st.columns([3, 2], vertical_alignment="bottom", gap="small")
    with exact:
        h = float(show(Settings, "h"))
    st.session_state["h-slide"] = min(max(h, 0.01), RAIL)
    rail.slider("Step h", 0.01, RAIL, step=0.01, key="h-slide", on_change=errors.callback(slid))
    useful = math.isfinite(best)
    left, right = st.columns(2, gap="small")
    left.button(
        f"Best {short(best)}" if useful else "Best",
        help="1/(1 − λ): near x* it takes the error away at once.",
        key="best",
        on_click=errors.callback(set_to),
        args=(rounded(best),),
        disabled=not useful,
        width="stretch",
    )
    right.button(
        f"Limit {short(limit)}" if useful else "Limit",
        help="2/(1 − λ): from here on it never settles.",
        key="limit-step",
        on_click=errors.callback(set_to),
        args=(rounded(limit),),
        disabled=not useful,
        width="stretch",
    )
    st.button(
        "h = 1, the iteration",
        key="one",
        on_click=errors.callback(set_to),
        args=(1.0,),
        width="stretch",
    )
    return h


def rounded(h: float) -> float:
    """A step of four digits, for a URL that can be read aloud.

    Examples
    --------
    >>> rounded(0.597510012), rounded(float("nan"))
    (0.5975, 0.5)
    """
    if not math.isfinite(h):
        return 0.5
    return min(max(float(f"{h:.4g}"), SHORTEST_STEP), LONGEST_STEP)


def race() -> tuple[float, str, float]:
    """Slope w, the ODE's method, and the tolerance."""

    def set_to(value: float) -> None:
        st.session_state["w"] = value

    said()
    w = show(Settings, "w")
    for side, value in zip(st.columns(3, gap="small"), SLOPES, strict=True):
        side.button(
            f"{value:g}".replace("-", "−"),
            key=f"w{value:g}",
            on_click=errors.callback(set_to),
            args=(value,),
            width="stretch",
        )
    method, tol = show(Settings, "ode"), show(Settings, "tol")
    return float(w), str(method), float(tol)


def layers() -> tuple[float, int, tuple[float, float]]:
    """The random layer, and where its state begins."""
    said()
    gain, seed = show(Settings, "gain"), show(Settings, "seed")
    left, right = st.columns(2, gap="small")
    with left:
        z1 = show(Settings, "z1")
    with right:
        z2 = show(Settings, "z2")
    return gain, seed, (z1, z2)
