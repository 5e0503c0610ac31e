"""Runs a race once for everybody who asks for the same one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import streamlit as st
import torch

from deq.race import (
    Landscape,
    Problem,
    SolverRun,
    SolverSettings,
    adjoint_problem,
    landscape,
    measure_times,
    problem,
    race,
)
from deq.race.digit import digit_problem
from pages.parts.pad.subject import image_of
from pages.parts.shared.engine import engine


@dataclass(frozen=True)
class Course:
    """What is raced on, and how.

    Attributes
    ----------
    name
        A case of the gallery, or "digit".
    gain
        Of the tanh layer.
    picture
        `Subject.key` of a digit.
    backward
        Whether the adjoint system is raced on.
    tol, cap
        As `deq.solve` has them.
    field
        The solvers' settings.
    """

    name: str
    gain: float
    picture: bytes
    backward: bool
    tol: float
    cap: int
    field: SolverSettings


@dataclass(frozen=True, eq=False)
class Result:
    """A race that was run."""

    problem: Problem
    laps: list[SolverRun]
    land: Landscape | None


@st.cache_resource(max_entries=2, show_spinner=False)
def _thread(what: str) -> ThreadPoolExecutor:
    """Races one after the other, and no race waits for another one's times."""
    return ThreadPoolExecutor(1, what, torch.set_num_threads, (1,))


@st.cache_resource(max_entries=96, show_spinner=False)
def result(course: Course) -> Result | str:
    """Run it, or say why there is nothing to run on."""
    return _thread("race").submit(_run, course).result()


@st.cache_resource(max_entries=96, show_spinner=False)
def timed(course: Course) -> list[SolverRun]:
    """The laps of a race that was run, with times."""
    known = result(course)
    if isinstance(known, str):
        return []
    return (
        _thread("clock")
        .submit(
            measure_times,
            known.problem,
            known.laps,
            course.field,
            tol=course.tol,
            max_evals=course.cap,
        )
        .result()
    )


def warm() -> None:
    """Have every solver run once: the first Jacobian products of a process take a second."""
    _thread("race").submit(race, problem("one number"), timed=False).result()


def _run(course: Course) -> Result | str:
    if course.picture:
        found = digit_problem(engine().model, image_of(course.picture))
    else:
        found = problem(course.name, course.gain)
    if course.backward:
        adjoint = adjoint_problem(found)
        if adjoint is None:
            return (
                "No solver finds an equilibrium here, so there is no gradient to solve for. Choose "
                "**forward** to see how they fail."
            )
        found = adjoint
    laps = race(found, course.field, tol=course.tol, max_evals=course.cap, timed=False)
    return Result(found, laps, landscape(found) if found.view is not None else None)
