"""What the fixed-points page shows of a lesson. Reads results; computes nothing."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from deq.figures import errors_over_evals, linked_cobweb
from pages.parts.fixed_points import words
from pages.parts.fixed_points.lesson import Lesson, errors
from pages.parts.shared import downloads
from pages.parts.shared.chart import Panel


def stage(found: Lesson, stacked: bool, theme: str | None) -> go.Figure:
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
    height = 800 if stacked else 525
    with st.container(key="iterates"):
        Panel(figure, "cobweb", height, words.stage_alt(found), words.shows(method)).show()
    return figure


def speed(found: Lesson, theme: str | None) -> None:
    """Errors of all methods, and what each cost."""
    left, right = st.columns([3, 2], gap="large")
    courses = errors(found)
    if courses:
        settles = found.paths["Picard"].converged and found.fixed is not None
        slope = found.fixed.slope if settles and found.fixed else float("nan")
        figure = errors_over_evals(courses, slope=slope, chosen=found.choice.method, theme=theme)
        alt = "Error against evaluations of g on a logarithmic axis, one line a method."
        Panel(figure, "errors", 290, alt, words.ERRORS_SHOW, words.ERRORS_TITLE).show(left)
    else:
        with left, st.container(key="errors", gap="xsmall"):
            st.markdown(f"**{words.ERRORS_TITLE}**")
            st.caption(words.no_errors(found))
    with right, st.container(key="race", gap="xsmall"):
        st.markdown("**The cure: the same start by every method**")
        st.markdown(words.race(found))
        st.caption(words.RACE_SHOWS)


def files(found: Lesson, figure: go.Figure) -> None:
    """The iterates as CSV, and the figure as one HTML file."""
    with st.container(horizontal=True):
        downloads.numbers("Iterates (CSV)", lambda: words.iterates_csv(found), "iterates")
        downloads.picture(figure, f"g(x) = {found.choice.text}", words.verdict(found), "cobweb")
    downloads.still()
