"""Which section, and what to show in it: widgets whose values live in the URL."""

from __future__ import annotations

import math
from collections.abc import Mapping

import streamlit as st

from deq.scalar import PRESETS
from pages.parts.fixed_points import controls
from pages.parts.shared.numbers import short
from pages.parts.steady_states.solver_lesson import METHODS, TOLERANCES

SECTIONS = ("Flow", "Euler step", "Why an ODE", "Depth")
TITLES = {
    "Flow": "The same g as an ODE: dx/dt = g(x) − x stands still exactly where g(x) = x",
    "Euler step": "Walk h of the way: Euler’s step is damping, and h = 1 is iteration",
    "Why an ODE": "Where iteration jumps for ever, the ODE settles: z = tanh(w z + 0.3)",
    "Depth": "From layer to depth: z ← tanh(W z + U x + b), and its equilibrium",
}
SLOPES = (-1.5, -2.0, -5.0)
SHORTEST_STEP, LONGEST_STEP, RAIL = 0.001, 1000.0, 2.5
LARGEST_SEED = 9999
# What stands in the URL, with its default.
USUAL: Mapping[str, object] = {
    "part": "Flow",
    "map": "cos",
    "formula": "",
    "h": 0.5,
    "w": -2.0,
    "ode": "dopri5",
    "tol": "1e-04",
    "gain": 1.3,
    "seed": 8,
    "z1": 1.0,
    "z2": 1.0,
}
PREFIXES = (*controls.PREFIXES, *USUAL)


def apply(settings: Mapping[str, object]) -> None:
    """Callback of the "what to try" buttons: set these widgets, the others to their defaults."""
    values = dict(USUAL)
    key = str(settings.get("map", "cos"))
    if key in PRESETS:
        values[f"{key}-x0"] = PRESETS[key].start
        values |= {f"{key}-{name}": value for name, value in PRESETS[key].defaults.items()}
    for name, value in {**values, **settings}.items():
        st.session_state[name] = value


def query() -> dict[str, str]:
    """What has to stand in the URL: all that differs from the defaults."""
    asked = controls.query() if "map" in st.session_state else {}
    for name, usual in USUAL.items():
        value = st.session_state.get(name, usual)
        if value != usual and value is not None:
            asked[name] = repr(value) if isinstance(value, float) else str(value)
    return asked


def section() -> str:
    """The four sections, one of them open."""
    chosen = st.segmented_control(
        "Section",
        SECTIONS,
        default=SECTIONS[0],
        required=True,
        key="part",
        bind="query-params",
        label_visibility="collapsed",
        width="content",
    )
    return str(chosen)


def step(best: float, limit: float) -> float:
    """Euler's h: a rail to play with, the number itself, and two buttons."""

    def slid() -> None:
        st.session_state["h"] = float(st.session_state["h-slide"])

    def set_to(value: float) -> None:
        st.session_state["h"] = value

    rail, exact = st.columns([3, 2], vertical_alignment="bottom", gap="small")
    h = exact.number_input(
        "h",
        SHORTEST_STEP,
        LONGEST_STEP,
        0.5,
        0.01,
        "%.4g",
        key="h",
        bind="query-params",
        label_visibility="collapsed",
    )
    h = float(h) if h is not None else 0.5
    st.session_state["h-slide"] = min(max(h, 0.01), RAIL)
    rail.slider("Step h", 0.01, RAIL, step=0.01, key="h-slide", on_change=slid)
    useful = math.isfinite(best)
    left, right = st.columns(2, gap="small")
    left.button(
        f"Best {short(best)}" if useful else "Best",
        help="1/(1 − λ): near x* it takes the error away at once.",
        key="best",
        on_click=set_to,
        args=(rounded(best),),
        disabled=not useful,
        width="stretch",
    )
    right.button(
        f"Limit {short(limit)}" if useful else "Limit",
        help="2/(1 − λ): from here on it never settles.",
        key="limit-step",
        on_click=set_to,
        args=(rounded(limit),),
        disabled=not useful,
        width="stretch",
    )
    st.button(
        "h = 1, the iteration", key="one", on_click=set_to, args=(1.0,), width="stretch"
    )  # fmt: skip
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

    w = st.slider("Weight w", -6.0, 3.0, -2.0, 0.1, key="w", bind="query-params")
    for side, value in zip(st.columns(3, gap="small"), SLOPES, strict=True):
        side.button(
            f"{value:g}".replace("-", "−"),
            key=f"w{value:g}",
            on_click=set_to,
            args=(value,),
            width="stretch",
        )
    method = st.selectbox(
        "The ODE's method",
        METHODS,
        key="ode",
        bind="query-params",
        help=(
            "Runge–Kutta pairs that choose their own steps. The number is the order: dopri8 takes "
            "few long steps, adaptive_heun (order 2) many short ones."
        ),
    )
    tol = st.select_slider(
        "Tolerance",
        [f"{t:.0e}" for t in TOLERANCES],
        value="1e-04",
        key="tol",
        bind="query-params",
        help="Settled when |g(x) − x| ≤ tol + tol·|x|. A step's error may be a tenth of that.",
    )
    return float(w), str(method), float(tol)


def layers() -> tuple[float, int, tuple[float, float]]:
    """The random layer, and where its state begins."""
    gain = st.slider(
        "Gain ‖W‖",
        0.1,
        6.0,
        1.3,
        0.05,
        key="gain",
        bind="query-params",
        help="The largest singular value of W. Below 1 the layer is a contraction.",
    )
    seed = st.number_input(
        "Seed of the weights", 0, LARGEST_SEED, 8, 1, key="seed", bind="query-params"
    )
    left, right = st.columns(2, gap="small")
    z1 = left.slider("Start z₁", -1.2, 1.2, 1.0, 0.05, key="z1", bind="query-params")
    z2 = right.slider("Start z₂", -1.2, 1.2, 1.0, 0.05, key="z2", bind="query-params")
    return float(gain), int(seed if seed is not None else 8), (float(z1), float(z2))
