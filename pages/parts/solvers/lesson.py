"""Runs each race once for all visitors."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

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
    """What is raced on, and how."""

    name: str  # a case of the gallery, or "digit"
    gain: float  # of the tanh layer
    picture: bytes  # `Subject.key` of a digit
    backward: bool  # whether the adjoint system is raced on
    tol: float
    cap: int  # max_evals of `deq.solve`
    field: SolverSettings  # the solvers' settings


@dataclass(frozen=True, eq=False)
class Result:
    """A finished race."""

    problem: Problem
    runs: list[SolverRun]
    land: Landscape | None


@st.cache_resource(max_entries=2, show_spinner=False)
def _thread(what: str) -> ThreadPoolExecutor:
    """A thread for races and one for their times, so that no race waits for times."""
    return ThreadPoolExecutor(1, what, torch.set_num_threads, (1,))


@st.cache_resource(max_entries=96, show_spinner=False)
def result(course: Course) -> Result | str:
    """Race on the problem, or say why there is nothing to run on."""
    return _thread("race").submit(_run, course).result()


@st.cache_resource(max_entries=96, show_spinner=False)
def timed(course: Course) -> list[SolverRun]:
    """The runs of a finished race, with times."""
    raced = result(course)
    if isinstance(raced, str):
        return []
    clock = partial(measure_times, tol=course.tol, max_evals=course.cap)
    return _thread("clock").submit(clock, raced.problem, raced.runs, course.field).result()


def warm() -> None:
    """Run every solver once: the first Jacobian products of a process take a second."""
    _thread("race").submit(race, problem("one number"), timed=False).result()


def _run(course: Course) -> Result | str:
    if course.picture:
        todo = digit_problem(engine().model, image_of(course.picture))
    else:
        todo = problem(course.name, course.gain)
    if course.backward:
        adjoint = adjoint_problem(todo)
        if adjoint is None:
            return (
                "No solver finds an equilibrium here, so there is no gradient to solve for. Choose "
                "**forward** to see how they fail."
            )
        todo = adjoint
    runs = race(todo, course.field, tol=course.tol, max_evals=course.cap, timed=False)
    return Result(todo, runs, landscape(todo) if todo.view is not None else None)
