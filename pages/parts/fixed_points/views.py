"""What the fixed-points page shows of a lesson. Reads results; computes nothing."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from deq.figures import errors_over_evals, linked_cobweb
from pages.parts.fixed_points import words
from pages.parts.fixed_points.lesson import Lesson, apart_from, errors, straight
from pages.parts.look import downloads
from pages.parts.look.chart import Panel


def stage(result: Lesson, stacked: bool, theme: str | None) -> go.Figure:
    """The main figure; returned for the download."""
    method = result.choice.method
    land = result.landscape
    figure = linked_cobweb(
        result.corners,
        words.half_steps(result.xs.tolist(), result.heights.tolist(), method),
        *land.curve,
        view=result.view,
        points=land.points.points,
        contraction=land.contraction,
        basins=() if land.points.everywhere else land.basins,
        plain_iteration=method == "Picard",
        second=result.second,
        apart=apart_from(result),
        stacked=stacked,
        theme=theme,
    )
    height = 800 if stacked else 525
    with st.container(key="iterates"):
        Panel(
            figure, "cobweb", height, words.stage_alt(result), words.shows(result), fit="hero"
        ).show()
    return figure


def speed(result: Lesson, theme: str | None) -> None:
    """Errors of all methods, and what each cost."""
    left, right = st.columns([3, 2], gap="large")
    courses = errors(result)
    if courses:
        figure = errors_over_evals(
            courses, slope=straight(result), chosen=result.choice.method, theme=theme
        )
        alt = f"Error against evaluations of g, log scale. {words.costs(result)}"
        Panel(figure, "errors", 290, alt, words.errors_show(result), words.ERRORS_TITLE).show(left)
    else:
        with left, st.container(key="errors", gap="xsmall"):
            st.header(words.ERRORS_TITLE, anchor=False)
            st.caption(words.no_errors(result))
    with right, st.container(key="race", gap="xsmall"):
        st.header(words.RACE_TITLE, anchor=False)
        st.markdown(words.race(result))
        st.caption(words.RACE_SHOWS)


def files(result: Lesson, figure: go.Figure) -> None:
    """The iterates as CSV, and the figure as one HTML file."""
    with st.container(horizontal=True):
        downloads.numbers("Iterates (CSV)", lambda: words.iterates_csv(result), "iterates")
        downloads.picture(figure, f"g(x) = {result.choice.text}", words.verdict(result), "cobweb")
    downloads.still()
