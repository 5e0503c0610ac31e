"""What the solvers race on, and with which settings: the table of the race."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from deq.race import GALLERY, SolverSettings
from pages.parts.pad import subject
from pages.parts.pad.subject import DRAWING, MNIST, Subject
from pages.parts.shared.settings import current, said, setting, show
from pages.parts.shared.widgets import Choice, NumberInput, Segments, Slider, Steps
from pages.parts.solvers.lesson import Course

PROBLEMS = (DRAWING, MNIST, *GALLERY)
TOLERANCES = ("1e-1", "1e-2", "1e-3", "1e-4", "1e-5", "1e-6", "1e-8", "1e-10")
METHODS = ("bosh3", "dopri8", "adaptive_heun", "fehlberg2", "euler", "midpoint", "rk4")


@dataclass(frozen=True)
class Settings:
    """Every control of the page."""

    problem: str = setting(Choice("Problem", DRAWING, PROBLEMS))
    digit: int = setting(subject.DIGIT)
    layer_gain: float = setting(Slider("Gain γ", 0.9, 0.1, 3.0, 0.05))
    way: str = setting(
        Segments(
            "Pass",
            "forward",
            ("forward", "backward"),
            help="**Forward** looks for the equilibrium z = f(z). **Backward** solves w = Jᵀw + g, "
            "the linear system behind the implicit gradient, where J = ∂f/∂z is the Jacobian at "
            "z\\*.",
        )
    )
    tolerance: str = setting(
        Steps(
            "Tolerance",
            "1e-4",
            TOLERANCES,
            help="The dashed line: a solver has converged when ‖f(z) − z‖ / (1 + ‖z‖) is at most "
            "the tolerance.",
        )
    )
    over: str = setting(
        Segments(
            "Counted in",
            "evaluations",
            ("evaluations", "seconds"),
            help="Evaluations of f are the same on every machine. Seconds are this machine's, "
            "medians of five solves, and include what the solver itself does.",
        )
    )
    window: int = setting(Slider("Anderson's window", 5, 1, 20, 1))
    damping: float = setting(Slider("Damping of “damped”", 0.5, 0.05, 1.0, 0.05))
    second: str = setting(Choice("Second ODE", METHODS[0], METHODS))
    cap: int = setting(
        NumberInput(
            "Cap on evaluations",
            400,
            1,
            2000,
            1,
            help="A solver that needs more evaluations is stopped there.",
        )
    )


@dataclass(frozen=True)
class Asked:
    """What the visitor chose.

    Attributes
    ----------
    course
        To be run.
    seconds
        Over time instead of evaluations.
    subject
        The digit, if it is one.
    """

    course: Course
    seconds: bool
    subject: Subject | None


def controls() -> Asked | str:
    """Show them; what was asked for, or why it cannot be."""
    said()
    name = show(Settings, "problem")
    if name == MNIST:
        show(Settings, "digit")
    if name == "tanh layer":
        show(Settings, "layer-gain")
    for key in ("way", "tolerance", "over"):
        show(Settings, key)
    with st.expander("More"):
        for key in ("window", "damping", "second", "cap"):
            show(Settings, key)
    now = current(Settings)
    found: Subject | str | None = None
    if name == DRAWING:
        subject.drawn_here()
    if name in (DRAWING, MNIST):
        found = subject.subject(name, now.digit)
        if isinstance(found, str):
            return found
    course = Course(
        name="digit" if found else name,
        gain=now.layer_gain if name == "tanh layer" else 0.9,
        picture=found.key if isinstance(found, Subject) else b"",
        backward=now.way == "backward",
        tol=float(now.tolerance),
        cap=now.cap,
        field=SolverSettings(window=now.window, damping=now.damping, method=now.second),
    )
    return Asked(course, now.over == "seconds", found if isinstance(found, Subject) else None)
