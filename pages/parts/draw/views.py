"""What the Draw page shows of a solve, or of many. Reads results; computes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from deq.digits.classes import NO_DIGIT
from deq.figures import (
    palette,
    probabilities_over_time,
    probability_bars,
    residuals_over_time,
    trajectory,
    trajectory_csv,
)
from pages.parts.draw import words
from pages.parts.draw.controls import PATH, Settings
from pages.parts.look import alts, downloads, style
from pages.parts.look import hero as box
from pages.parts.look.chart import chart
from pages.parts.look.picture import picture
from pages.parts.pad.subject import loading_drawing, save
from pages.parts.shared.engine import Choice, Engine, Seen
from pages.parts.shared.numbers import number
from pages.parts.shared.settings import show
from pages.parts.shared.text import literal

if TYPE_CHECKING:
    from deq.models import Prediction
    from pages.parts.draw.growth import Growth
    from pages.parts.pad.drawing import Pad


def digit_of(read: Prediction | None, theme: str | None) -> tuple[str, str]:
    """The digit that was read and its colour; a muted dash for none."""
    if read is None or read.verdict == "not a digit":
        return "–", palette(theme).muted
    return str(read.digit), palette(theme).digits[read.digit]


def prediction(seen: Seen, theme: str | None, *, brief: bool = False) -> None:
    """The digit, large, in its colour, beside the picture it was read from; below, the verdict.

    Whether the state converged has a badge of its own: it does not say whether the answer is right.
    """
    read = seen.read
    digit, colour = digit_of(read, theme)
    if read is not None:
        sentence = read.reason
    elif seen.problem is not None and seen.problem.reason != "blank":
        sentence = f"This is not a digit I know. {literal(seen.problem)}"
    else:
        sentence = words.EMPTY
    style.digit_colour(colour)
    with st.container(horizontal=True, gap="medium", key="reading"):
        with st.container(key="prediction", width="content"):
            st.metric("The network reads", digit)
        with st.container(key="seen", width=104, gap="xsmall"):
            st.caption("It sees 28×28")
            blank = seen.image is None
            image = np.zeros((28, 28)) if seen.image is None else seen.image
            picture(image, 104, words.seen_alt(digit, blank=blank))
    if brief:
        return
    with st.container(key="verdict", gap="xsmall"):
        st.markdown(f"**{sentence}**")
        if read is not None:
            _settled(read.solution)


def _settled(solution: Any) -> None:
    if bool(solution.converged[0]):
        st.badge("the state converged", icon=":material/check:", color="green")
    else:
        st.badge("the state did not converge", icon=":material/warning:", color="orange")
        st.caption(words.unsettled(int(solution.status[0]), int(solution.nfe[0])))


def bars(seen: Seen, machine: Engine, theme: str | None) -> None:
    """The probabilities at the equilibrium; without a drawing, as many empty places."""
    shares = np.zeros(machine.classes)
    chosen, read = None, seen.read
    if read is not None:
        shares = read.probabilities.numpy()
        if read.verdict != "not a digit":
            chosen = read.digit
        elif shares.argmax() == NO_DIGIT:
            chosen = NO_DIGIT
    with st.container(key="probabilities"):
        figure = probability_bars(shares, chosen=chosen, theme=theme)
        chart(figure, "bars", 235, words.bars_alt(shares.tolist()), camera=False)


def hero(seen: Seen, grown: Growth | None, machine: Engine, theme: str | None) -> go.Figure:
    """The path of the hidden state, flat or in space; returned for the download.

    If the drawing is what is played, it is the path of its equilibria, while it grows.
    """
    with st.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
        gap="small",
    ):
        st.markdown(words.GROWTH_TITLE if grown else words.PATH_TITLE, width="content")
        with st.container(horizontal=True, gap="small", width="content"):
            play = show(Settings, "play")
            view = show(Settings, "view")
    dims = 3 if view == "3-D" else 2
    if grown is None:
        figure = path(seen, machine, dims, theme)
        st.caption(words.PATH_LOOK_FOR if play == PATH else words.NO_GROWTH)
        return figure
    figure = trajectory(
        grown.points,
        grown.ink,
        grown.shares,
        machine.cloud,
        explained=machine.model.explained,
        dims=dims,
        clock="ink",
        start="first z*",
        theme=theme,
    )
    read = grown.classes[-1]
    chart(figure, f"path-{dims}d", 440, words.growth_alt(read, len(grown.ink)), fit="hero")
    with st.container(key="growth"):
        st.caption(words.growth(read, grown.since, len(grown.ink), grown.evals, grown.from_start))
    return figure


def path(
    seen: Seen, machine: Engine, dims: int, theme: str | None, *, height: int = 440
) -> go.Figure:
    """The hidden state on its way; without a drawing the empty map. Returns the figure."""
    answer = seen.answer
    settled = answer is not None and bool(answer.prediction.solution.converged[0])
    figure = trajectory(
        np.zeros((0, 3)) if answer is None else answer.points,
        [] if answer is None else answer.course.t,
        np.zeros((0, machine.classes)) if answer is None else answer.shares,
        machine.cloud,
        explained=machine.model.explained,
        settled=answer is None or settled,
        dims=dims,
        theme=theme,
    )
    alt = words.EMPTY_MAP_ALT
    if answer is not None:
        times = answer.course.t
        alt = words.path_alt(int(answer.shares[-1].argmax()), len(times), float(times[-1]), settled)
    chart(figure, f"path-{dims}d", height, alt, fit="hero")
    return figure


def _placeholder(sentence: str) -> None:
    """As high as the figure that a drawing will bring, so that nothing jumps then."""
    with st.container(
        border=True, height=190, horizontal_alignment="center", vertical_alignment="center"
    ):
        st.caption(sentence, text_alignment="center")


def opinions(seen: Seen, theme: str | None) -> None:
    """Class probabilities against solver time."""
    if seen.answer is None:
        _placeholder("How the probabilities move while the state settles appears here.")
        return
    times, shares = seen.answer.course.t, seen.answer.shares
    figure = probabilities_over_time(times, shares, theme=theme)
    chart(figure, "opinions", 190, alts.shares("solver time", times, shares))
    st.caption(words.SHARES_LOOK_FOR)


def residuals(seen: Seen, choice: Choice, theme: str | None) -> None:
    """Residual against solver time, with the tolerance."""
    if seen.answer is None:
        _placeholder("How the residual ‖f(z) − z‖ / (1 + ‖z‖) falls to the tolerance appears here.")
        return
    course = seen.answer.course
    figure = residuals_over_time(course, tol=choice.tol, solver=choice.family, theme=theme)
    alt = words.residuals_alt(course.t, course.relative_residual[:, 0], choice.tol)
    chart(figure, "residuals", 190, alt)
    st.caption(words.RESIDUALS_LOOK_FOR)


def readouts(seen: Seen, choice: Choice) -> None:
    """The numbers beside the pictures."""
    if seen.answer is None:
        st.container(key="readouts").markdown("Nothing has been solved yet.")
        return
    solution = seen.answer.prediction.solution
    time = float(seen.answer.course.t[-1])
    with st.container(key="readouts"):
        st.markdown(
            f"**{choice.name}** · **{int(solution.nfe[0])}** evaluations of f · "
            f"**{words.duration(seen.answer.wall_ms)}** · solver time **t = {time:.3g}** · "
            f"final residual ‖f(z) − z‖ / (1 + ‖z‖) "
            f"**{number(float(solution.relative_residual[0]))}**, "
            f"tolerance **{number(choice.tol)}** · "
            f"**{'converged' if bool(solution.converged[0]) else 'not converged'}**",
            help=words.NUMBERS,
        )


def files(
    seen: Seen,
    grown: Growth | None,
    choice: Choice,
    drawing: Pad,
    figure: go.Figure,
    *,
    own: bool,
) -> None:
    """The code box, and the numbers, the picture and the drawing as files."""
    if seen.answer is None:
        return
    answer = seen.answer
    prediction = answer.prediction
    code, right = st.columns([3, 2], gap="large")
    with code:
        loading = loading_drawing(drawing.example)
        text = words.code(choice, loading, own, drawn=not drawing.example)
        box.code_box(text, words.prints(prediction))
    with right, st.container(key="take-home", gap="small"):
        st.markdown("**Take it home**")
        downloads.both(
            "Trajectory (CSV)",
            lambda: trajectory_csv(*(grown or answer).columns, clock="ink" if grown else "t"),
            "drawing" if grown else "trajectory",
            figure,
            words.title(prediction, grown=grown is not None),
            prediction.reason,
        )
        save(drawing.rgba)
        downloads.still()
