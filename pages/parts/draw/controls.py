"""What the Draw page solves with: its table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import streamlit as st

import deq
from deq.solvers import Solver
from pages.parts.pad.ink import BRUSH
from pages.parts.shared import settings, widgets
from pages.parts.shared.settings import random_seed, said, setting, show
from pages.parts.shared.widgets import Segments, Slider, Steps

# What people read, and what stands in the address → how it is solved.
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


@dataclass(frozen=True)
class Settings:
    """Every control of the page."""

    solver: str = setting(
        widgets.Choice(
            "Solver",
            "ODE dopri5",
            tuple(SOLVERS),
            help="**ODE** follows dz/dt = f(z) − z in small steps until it stands still: slow and "
            "steady; it also settles where the others jump. **Picard** applies the layer again and "
            "again. **Anderson** guesses ahead from the last five states: usually the cheapest.",
        )
    )
    tol: str = setting(
        Steps(
            "Tolerance",
            "1e-3",
            TOLERANCES,
            help="The solver stops when ‖f(z) − z‖ ≤ tol + tol·‖z‖.",
        )
    )
    start: str = setting(
        Segments(
            "Start z₀",
            "zero",
            ("zero", "random"),
            help="All zeros, or Gaussian noise. A contractive layer ends at the same z* from "
            "anywhere.",
        )
    )
    seed: int = random_seed("Seed of the random start")
    brush: int = setting(Slider("Brush, pixels", BRUSH, 10, 40, in_link=False))
    view: str = setting(
        Segments(
            "View",
            "2-D",
            ("2-D", "3-D"),
            look={"label_visibility": "collapsed", "width": "content"},
        )
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

    @classmethod
    def of(cls, now: Settings) -> Choice:
        """What the controls say."""
        return cls(now.solver, float(now.tol), now.seed if now.start == "random" else None)

    @property
    def solver(self) -> Solver:
        """The solver itself."""
        return SOLVERS[self.name]

    @property
    def family(self) -> str:
        """Which solver's colour it wears."""
        return self.name.partition(" ")[0].lower()


DEFAULT = Choice.of(Settings())


def controls() -> None:
    """Two controls open, the rest folded; the view's stands beside the picture."""
    said()
    show(Settings, "solver")
    show(Settings, "tol")
    with st.expander("More"):
        start = show(Settings, "start")
        show(Settings, "seed", disabled=start != "random")
        show(Settings, "brush")


def current() -> Choice:
    """What the controls say, also before they are drawn."""
    return Choice.of(settings.current(Settings))
