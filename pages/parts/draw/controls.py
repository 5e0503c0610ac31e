"""The solver, its tolerance and its start: widgets whose values live in the URL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import streamlit as st

import deq
from deq.solvers import Solver

# What people read, and what stands in the URL → how it is solved.
SOLVERS: Mapping[str, Solver] = MappingProxyType(
    {
        "ODE dopri5": deq.ODE(method="dopri5"),
        "ODE dopri8": deq.ODE(method="dopri8"),
        "ODE bosh3": deq.ODE(method="bosh3"),
        "ODE adaptive_heun": deq.ODE(method="adaptive_heun"),
        "ODE fehlberg2": deq.ODE(method="fehlberg2"),
        "Picard": deq.Picard(),
        "Anderson": deq.Anderson(),
    }
)
TOLERANCES = ("1e-1", "1e-2", "1e-3", "1e-4", "1e-5")
STARTS = ("zero", "random")
LARGEST_SEED = 9999

SOLVER_HELP = (
    "**ODE** follows dz/dt = f(z) − z in small steps until it stands still: slow and steady; it "
    "also settles where the others jump. **Picard** applies the layer again and again. "
    "**Anderson** guesses ahead from the last five states: usually the cheapest."
)


@dataclass(frozen=True)
class Choice:
    """What to solve with.

    Attributes
    ----------
    name
        Key of `SOLVERS`.
    tol
        Tolerance of the stop test.
    seed
        Of the random start; None starts at zero.
    """

    name: str
    tol: float
    seed: int | None

    @property
    def solver(self) -> Solver:
        """The solver itself."""
        return SOLVERS[self.name]

    @property
    def family(self) -> str:
        """Which solver's colour it wears."""
        return self.name.partition(" ")[0].lower()


DEFAULT = Choice("ODE dopri5", 1e-3, None)


def current() -> Choice | None:
    """What the widgets below say, before they are drawn; None when they have not been yet."""
    state = st.session_state
    if any(key not in state for key in ("solver", "tol", "start", "seed")):
        return None
    seed = int(state["seed"]) if state["start"] == "random" else None
    return Choice(state["solver"], float(state["tol"]), seed)


def solver_and_tolerance() -> tuple[str, float]:
    """The two that matter."""
    name = st.selectbox(
        "Solver",
        list(SOLVERS),
        key="solver",
        bind="query-params",
        help=SOLVER_HELP,
    )
    tolerance = st.select_slider(
        "Tolerance",
        TOLERANCES,
        value="1e-3",
        key="tol",
        bind="query-params",
        help="The solver stops when ‖f(z) − z‖ ≤ tol + tol·‖z‖.",
    )
    return name, float(tolerance)


def start() -> int | None:
    """Where the state begins: the seed, or None for zero."""
    kind = st.segmented_control(
        "Start z₀",
        STARTS,
        default="zero",
        required=True,
        key="start",
        bind="query-params",
        help="All zeros, or Gaussian noise. A contractive layer ends at the same z* from anywhere.",
    )
    seed = st.number_input(
        "Seed of the random start",
        min_value=0,
        max_value=LARGEST_SEED,
        value=0,
        key="seed",
        bind="query-params",
        disabled=kind != "random",
    )
    return int(seed) if kind == "random" else None
