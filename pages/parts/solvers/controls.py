"""The race's widgets; their values live in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from deq.race import GALLERY, SolverSettings
from pages.parts.pad import subject
from pages.parts.pad.subject import DRAWING, MNIST, Subject
from pages.parts.solvers.lesson import Course

PROBLEMS = (DRAWING, MNIST, *GALLERY)
TOLERANCES = ("1e-1", "1e-2", "1e-3", "1e-4", "1e-5", "1e-6", "1e-8", "1e-10")
METHODS = ("bosh3", "dopri8", "adaptive_heun", "fehlberg2", "euler", "midpoint", "rk4")
USUAL: Mapping[str, object] = {
    "problem": DRAWING,
    "way": "forward",
    "tolerance": "1e-4",
    "over": "evaluations",
    "layer-gain": 0.9,
    "digit": subject.USUAL,
    "window": 5,
    "damping": 0.5,
    "second": METHODS[0],
    "cap": 400,
}


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


def apply(settings: Mapping[str, object]) -> None:
    """Callback of the "what to try" buttons: set these widgets, the others to what is usual."""
    for name, value in {**USUAL, **settings}.items():
        st.session_state[name] = value


def controls() -> Asked | str:
    """Show them; what was asked for, or why it cannot be."""
    name = st.selectbox("Problem", PROBLEMS, key="problem", bind="query-params")
    if name == MNIST:
        subject.number()
    gain = 0.9
    if name == "tanh layer":
        gain = st.slider("Gain γ", 0.1, 3.0, gain, 0.05, key="layer-gain", bind="query-params")
    way = st.segmented_control(
        "Pass",
        ("forward", "backward"),
        default="forward",
        required=True,
        key="way",
        bind="query-params",
        help="**Backward** solves w = Jᵀw + g, the linear system behind the implicit gradient.",
    )
    tol = st.select_slider(
        "Tolerance",
        TOLERANCES,
        value="1e-4",
        key="tolerance",
        bind="query-params",
        help="The dashed line: a solver has settled when ‖f(z) − z‖ ≤ tol + tol·‖z‖.",
    )
    over = st.segmented_control(
        "Counted in",
        ("evaluations", "seconds"),
        default="evaluations",
        required=True,
        key="over",
        bind="query-params",
        help="Evaluations of f are the same on every machine. Seconds are this machine's, medians "
        "of five solves, and include what the solver itself does.",
    )
    field, cap = _more()
    found: Subject | str | None = None
    if name == DRAWING:
        subject.drawn_here()
    if name in (DRAWING, MNIST):
        found = subject.subject(name)
        if isinstance(found, str):
            return found
    course = Course(
        name="digit" if found else name,
        gain=gain,
        picture=found.key if isinstance(found, Subject) else b"",
        backward=way == "backward",
        tol=float(tol),
        cap=cap,
        field=field,
    )
    return Asked(course, over == "seconds", found if isinstance(found, Subject) else None)


def _more() -> tuple[SolverSettings, int]:
    with st.expander("More"):
        window = st.slider("Anderson's window", 1, 20, 5, 1, key="window", bind="query-params")
        damping = st.slider(
            "Damping of “damped”", 0.05, 1.0, 0.5, 0.05, key="damping", bind="query-params"
        )
        method = st.selectbox("Second ODE", METHODS, key="second", bind="query-params")
        cap = st.number_input(
            "Cap on evaluations",
            1,
            2000,
            400,
            1,
            key="cap",
            bind="query-params",
            help="Who needs more is stopped there, and says so.",
        )
    return SolverSettings(window=int(window), damping=float(damping), method=str(method)), int(
        cap or 1
    )
