"""What the Draw page shows of one recorded solve. Reads results; computes nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from deq.figures import (
    magnify,
    palette,
    probabilities_over_time,
    probability_bars,
    residuals_over_time,
    trajectory,
)
from pages.parts.draw import words
from pages.parts.draw.controls import Choice
from pages.parts.shared import style
from pages.parts.shared.chart import chart
from pages.parts.shared.engine import Engine, Seen


def prediction(seen: Seen, theme: str | None, *, brief: bool = False) -> None:
    """The digit, large, in its colour, beside the picture it was read from; the verdict in words.

    Whether the state settled gets a badge of its own: it is not whether the answer is right.
    """
    digit, colour = "–", palette(theme).muted
    if seen.answer is not None:
        found = seen.answer.prediction
        sentence = found.reason
        if found.verdict != "not a digit":
            digit, colour = str(found.digit), palette(theme).digits[found.digit]
    elif seen.problem is not None and seen.problem.reason != "blank":
        sentence = f"This is not a digit I know. {seen.problem}"
    else:
        sentence = words.EMPTY
    style.digit_colour(colour)
    with st.container(horizontal=True, gap="small"):
        with st.container(key="prediction", width="stretch"):
            st.metric("The network reads", digit)
        with st.container(key="seen", width=104, gap="xsmall"):
            st.caption("It sees 28×28")
            st.image(
                magnify(np.zeros((28, 28)) if seen.image is None else seen.image, 4),
                width=104,
                output_format="PNG",
                alt="The 28×28 picture that the network sees",
            )
    if brief:
        return
    with st.container(key="verdict", gap="xsmall"):
        st.markdown(f"**{sentence}**")
        if seen.answer is not None:
            _settled(seen.answer.prediction.solution)


def _settled(solution: Any) -> None:
    if bool(solution.converged[0]):
        st.badge("the state settled", icon=":material/check:", color="green")
    else:
        st.badge("the state did not settle", icon=":material/warning:", color="orange")
        st.caption(words.unsettled(int(solution.status[0]), int(solution.nfe[0])))


def bars(seen: Seen, theme: str | None) -> None:
    """Ten probabilities at the equilibrium."""
    shares = np.zeros(10)
    chosen = None
    if seen.answer is not None:
        found = seen.answer.prediction
        shares = found.probabilities.numpy()
        chosen = None if found.verdict == "not a digit" else found.digit
    with st.container(key="probabilities"):
        chart(
            probability_bars(shares, chosen=chosen, theme=theme),
            "bars",
            height=235,
            alt=words.bars_alt(shares.tolist()),
            theme=theme,
            camera=False,
        )


def path(seen: Seen, machine: Engine, dims: int, theme: str | None, *, height: int = 440) -> Any:
    """The hero: the hidden state on its way. Returns the figure, for the download."""
    if seen.answer is None:
        figure = trajectory(
            np.zeros((0, 3)),
            [],
            np.zeros((0, 10)),
            machine.cloud,
            explained=machine.model.explained,
            dims=dims,
            theme=theme,
        )
        alt = "The map of the ten digits; the path appears when you draw."
    else:
        found = seen.answer.prediction
        settled = bool(found.solution.converged[0])
        times = seen.answer.course.t
        figure = trajectory(
            seen.answer.points,
            times,
            seen.answer.shares,
            machine.cloud,
            explained=machine.model.explained,
            settled=settled,
            dims=dims,
            theme=theme,
        )
        alt = words.path_alt(found.digit, len(times), float(times[-1]), settled)
    chart(figure, f"path-{dims}d", height=height, alt=alt, theme=theme)
    return figure


def _later(sentence: str) -> None:
    """The place of a figure that needs a drawing, kept so that nothing jumps when one comes."""
    with st.container(
        border=True, height=190, horizontal_alignment="center", vertical_alignment="center"
    ):
        st.caption(sentence, text_alignment="center")


def opinions(seen: Seen, theme: str | None) -> None:
    """Class probabilities against solver time."""
    if seen.answer is None:
        _later("How the ten probabilities move while the state settles appears here.")
        return
    chart(
        probabilities_over_time(seen.answer.course.t, seen.answer.shares, theme=theme),
        "opinions",
        height=190,
        alt="Probability of each digit against solver time.",
        theme=theme,
    )
    st.caption("**Look for** the moment when one line leaves the others: there it is decided.")


def residuals(seen: Seen, choice: Choice, theme: str | None) -> None:
    """Residual against solver time, with the tolerance."""
    if seen.answer is None:
        _later("How the residual ‖f(z) − z‖ falls to the tolerance appears here.")
        return
    course = seen.answer.course
    chart(
        residuals_over_time(course, tol=choice.tol, solver=choice.family, theme=theme),
        "residuals",
        height=190,
        alt="Residual against solver time on a logarithmic axis, down to the tolerance.",
        theme=theme,
    )
    st.caption("**Look for** a straight slope: on a log axis, each step removes the same share.")


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
            f"final residual **{words.number(float(solution.residual[0]))}** · "
            f"**{'converged' if bool(solution.converged[0]) else 'not converged'}**"
        )
