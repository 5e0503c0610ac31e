"""What the Draw page solves with: its table."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from pages.parts.pad.ink import BRUSH
from pages.parts.shared import settings, widgets
from pages.parts.shared.engine import DEFAULT, SOLVERS, Choice
from pages.parts.shared.settings import random_seed, said, setting, show
from pages.parts.shared.widgets import Segments, Slider, Steps, Toggle

TOLERANCES = ("1e-1", "1e-2", "1e-3", "1e-4", "1e-5")
PATH, GROWTH = "one solve", "the drawing"
"""What the map plays: the way of one solve, or the equilibria while the drawing grows."""


@dataclass(frozen=True)
class Settings:
    """Every control of the page."""

    solver: str = setting(
        widgets.Choice(
            "Solver",
            DEFAULT.name,
            tuple(SOLVERS),
            help="**ODE** follows dz/dt = f(z) − z in small steps until z stands still, by the "
            "Runge–Kutta method with this name. **Picard** applies the layer again and again: "
            "z ← f(z). **Anderson** combines its last five steps so that their residuals cancel: "
            "usually the fewest evaluations of f.",
        )
    )
    tol: str = setting(
        Steps(
            "Tolerance",
            "1e-3",
            TOLERANCES,
            help="The solver stops when the residual ‖f(z) − z‖ / (1 + ‖z‖) is at most this.",
        )
    )
    start: str = setting(
        Segments(
            "Start z₀",
            "zero",
            ("zero", "random"),
            help="All zeros, or random. A layer that is a contraction leads to the same z\\* from "
            "anywhere.",
        )
    )
    seed: int = random_seed("Seed of the random start")
    brush: int = setting(Slider("Brush, pixels", BRUSH, 10, 40, in_link=False))
    live: bool = setting(
        Toggle(
            "Read along",
            True,
            help="While the pen moves, the network reads what is there, as often as answers come "
            "back. With many visitors it reads less often.",
        )
    )
    cold: bool = setting(
        Toggle(
            "Each reading from z₀",
            False,
            help="Off: a reading starts from the last equilibrium, z\\*. While x, as which the "
            "network encodes the drawing, changes a little, z\\* moves a little: "
            "‖Δz\\*‖ ≤ ‖Δx‖ / (1 − κ) for a layer that shrinks distances by κ. On: from z₀ each "
            "time, to compare.",
        )
    )
    play: str = setting(
        Segments(
            "Play",
            PATH,
            (PATH, GROWTH),
            look={"label_visibility": "collapsed", "width": "content"},
        )
    )
    view: str = setting(
        Segments(
            "View",
            "2-D",
            ("2-D", "3-D"),
            look={"label_visibility": "collapsed", "width": "content"},
        )
    )


def controls() -> None:
    """Two controls open, the rest folded; the view's stands beside the picture."""
    said()
    show(Settings, "solver")
    show(Settings, "tol")
    live = show(Settings, "live")
    with st.expander("More"):
        start = show(Settings, "start")
        show(Settings, "seed", disabled=start != "random")
        show(Settings, "brush")
        show(Settings, "cold", disabled=not live)


def current() -> Choice:
    """What the controls say, also before they are drawn."""
    now = settings.current(Settings)
    return Choice(now.solver, float(now.tol), now.seed if now.start == "random" else None)
