"""What the fixed-points page shows of a lesson. Reads results; computes nothing."""

from __future__ import annotations

from typing import Any

import streamlit as st

from deq.figures import errors_over_evals, linked_cobweb
from pages.parts.fixed_points import words
from pages.parts.fixed_points.lesson import Lesson, errors
from pages.parts.shared import downloads as files
from pages.parts.shared.chart import chart


def readouts(found: Lesson) -> None:
    """The limit first, then what it took."""
    with st.container(key="scalar-readouts", horizontal=True, gap="large"):
        with st.container(key="limit", width="content"):
            st.metric("Limit x*", words.limit_text(found), width="content")
        for label, value in words.readouts(found).items():
            st.metric(label, value, width="content")


def stage(found: Lesson, stacked: bool, theme: str | None) -> Any:
    """The hero. Returns the figure, for the download."""
    method = found.choice.method
    land = found.landscape
    figure = linked_cobweb(
        found.corners,
        words.half_steps(found.xs.tolist(), found.heights.tolist(), method),
        *land.curve,
        view=found.view,
        points=land.points.points,
        contraction=land.contraction,
        basins=() if land.points.everywhere else land.basins,
        plain_iteration=method == "Picard",
        stacked=stacked,
        theme=theme,
    )
    with st.container(key="iterates"), st.container(key="cobweb"):
        chart(
            figure,
            "cobweb",
            height=800 if stacked else 525,
            alt=words.stage_alt(found),
            theme=theme,
        )
    st.caption(words.shows(method))
    return figure


def speed(found: Lesson, theme: str | None) -> None:
    """Errors of all methods, and what each cost."""
    left, right = st.columns([3, 2], gap="large")
    courses = errors(found)
    with left, st.container(key="errors", gap="xsmall"):
        st.markdown("**How fast: the error, per evaluation of g**")
        if courses:
            settles = found.paths["Picard"].converged and found.fixed is not None
            chart(
                errors_over_evals(
                    courses,
                    slope=found.fixed.slope if settles and found.fixed else float("nan"),
                    chosen=found.choice.method,
                    theme=theme,
                ),
                "errors",
                height=290,
                alt="Error against evaluations of g on a logarithmic axis, one line a method.",
                theme=theme,
            )
            st.caption(
                "**Look for** straight lines: on a log axis each step removes the same share, and "
                "the slope is log |g′(x*)|. Newton and the secant bend down."
            )
        else:
            st.caption(words.no_errors(found))
    with right, st.container(key="race", gap="xsmall"):
        st.markdown("**The cure: the same start by every method**")
        st.markdown(words.race(found))
        st.caption(
            "Until |g(x) − x| < 10⁻⁶. A derivative counts as an evaluation. Methods may end at "
            "different fixed points: the secant and Newton do not care whether one is stable."
        )


def downloads(found: Lesson, figure: Any) -> None:
    """CSV of the iterates and the figure as one HTML file, each made when it is asked for."""
    with st.container(horizontal=True):
        files.numbers("Iterates (CSV)", lambda: words.iterates_csv(found), "iterates")
        files.picture(figure, f"g(x) = {found.choice.text}", words.verdict(found), "cobweb")
    files.still()
