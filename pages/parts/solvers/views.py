"""What the solver race shows: the race, its table, and the problem. No maths."""

from __future__ import annotations

import streamlit as st

from deq.figures.solvers.race import race_figure
from pages.parts.look import hero, player_keys, teacher
from pages.parts.look.chart import Panel
from pages.parts.shared import pace
from pages.parts.solvers import lesson, words
from pages.parts.solvers.controls import Asked
from pages.parts.solvers.lesson import Result


def race(chosen: Asked, result: Result, narrow: bool, theme: str | None) -> None:
    """Verdict, figure and table."""
    course, problem = chosen.course, result.problem
    runs = lesson.timed(course) if chosen.seconds else result.runs
    verdict = words.verdict(problem, runs, seconds=chosen.seconds)
    hero.verdict(verdict)
    figure = race_figure(
        runs,
        course.tol,
        seconds=chosen.seconds,
        land=result.land,
        unit="products with Jᵀ" if course.backward else "evaluations of f",
        stacked=narrow,
        large=teacher.large() and not narrow,
        theme=theme,
    )
    height = 860 if narrow and result.land is not None else 500
    Panel(figure, "race", height, words.alt(problem, runs, verdict), fit="hero").show()
    st.caption(f"{words.LOOK_FOR} {words.SECONDS if chosen.seconds else ''}")
    table, reason = st.columns([3, 2], gap="large")
    with reason:
        st.markdown(f"**{problem.title}.** {problem.why}")
        st.latex(problem.formula)
        with st.expander("What each solver does"):
            st.markdown(words.WHO)
    pace.let_go()
    timed = lesson.timed(course)
    with table, st.container(key="race-table"):
        st.markdown(words.table(problem, timed, tol=course.tol, narrow=narrow))
        if any(words.outrun(run, course.tol) for run in timed):
            st.caption(words.OUTRUN_WHY)
    hero.take_home(
        words.code(course, chosen.subject.loading if chosen.subject else None),
        words.prints(timed),
        "race",
        lambda: words.numbers(timed),
        figure,
        f"Solver race: {problem.title}",
        verdict,
    )
    player_keys.attach(
        "race",
        f"{chosen} {theme} {narrow}",
        figure="The race",
        query=chosen.subject.query if chosen.subject else {},
        names=("ink", "example"),
    )
