"""What the Draw page shows of one recorded solve. Reads results; computes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from deq import Status
from deq.digits import NotADrawing
from deq.figures import (
    magnify,
    palette,
    probabilities_over_time,
    probability_bars,
    residuals_over_time,
    trajectory,
)
from pages.parts import look, words
from pages.parts.controls import SOLVERS, Choice
from pages.parts.engine import Answer, Engine

# Zooming is lost whenever data changes, and scrolling a phone's page must not zoom a figure.
CONFIG = {"displaylogo": False, "scrollZoom": False, "responsive": True}


@dataclass(frozen=True)
class Seen:
    """A drawing's way through the house: the prepared picture and its answer, or why there is none.

    Attributes
    ----------
    image
        (28, 28), None if there was nothing to look at.
    answer
        The recorded solve of it.
    problem
        Why there is no image.
    """

    image: npt.NDArray[np.float32] | None
    answer: Answer | None
    problem: NotADrawing | None


def picture_config(name: str) -> dict[str, Any]:
    """The chart's own camera button saves a PNG made in the browser, twice the size."""
    return {**CONFIG, "toImageButtonOptions": {"format": "png", "scale": 2, "filename": name}}


def prediction(seen: Seen, theme: str | None) -> None:
    """The digit, large, in its colour; and the verdict in words."""
    digit = "–"
    if seen.answer is not None:
        found = seen.answer.prediction
        if found.verdict != "not a digit":
            digit = str(found.digit)
            look.digit_colour(palette(theme).digits[found.digit])
        sentence = found.reason
    elif seen.problem is not None and seen.problem.reason != "blank":
        sentence = f"This is not a digit I know. {seen.problem}"
    else:
        sentence = words.EMPTY
    if digit == "–":
        look.digit_colour(palette(theme).muted)
    with st.container(key="prediction"):
        st.metric("The network reads", digit)
    with st.container(key="verdict"):
        st.markdown(f"**{sentence}**")


def status(seen: Seen) -> None:
    """A badge of its own: whether the state settled is not whether the answer is right."""
    if seen.answer is None:
        return
    solution = seen.answer.prediction.solution
    if bool(solution.converged[0]):
        st.badge("converged", icon=":material/check:", color="green")
    else:
        st.badge("did not settle", icon=":material/warning:", color="orange")
        st.caption(str(Status(int(solution.status[0]))))


def picture(seen: Seen) -> None:
    """The 28×28 that the network sees."""
    empty = np.zeros((28, 28), np.float32)
    with st.container(key="seen"):
        st.image(
            magnify(empty if seen.image is None else seen.image, 4),
            width=112,
            alt="The 28×28 picture that the network sees",
        )
        st.caption("What it sees: 28×28")


def bars(seen: Seen, theme: str | None) -> None:
    """Ten probabilities at the equilibrium."""
    shares = np.zeros(10)
    chosen = None
    if seen.answer is not None:
        shares = seen.answer.prediction.probabilities.numpy()
        chosen = seen.answer.prediction.digit
    with st.container(key="probabilities"):
        st.plotly_chart(
            probability_bars(shares, chosen=chosen, theme=theme),
            height=250,
            theme=None,
            config={**CONFIG, "displayModeBar": False},
            key="bars-chart",
            alt=words.bars_alt(shares.tolist()),
        )


def path(seen: Seen, machine: Engine, dims: int, theme: str | None) -> Any:
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
        times = found.solution.trajectory.t
        figure = trajectory(
            found.path_points,
            times,
            found.path_probabilities,
            machine.cloud,
            explained=machine.model.explained,
            settled=settled,
            dims=dims,
            theme=theme,
        )
        alt = words.path_alt(found.digit, len(times), float(times[-1]), settled)
    st.plotly_chart(
        figure,
        height=500,
        theme=None,
        config=picture_config("path-to-the-equilibrium"),
        key=f"path-chart-{dims}",
        alt=alt,
    )
    return figure


def opinions(seen: Seen, theme: str | None) -> None:
    """Class probabilities against solver time."""
    if seen.answer is None:
        return
    found = seen.answer.prediction
    st.plotly_chart(
        probabilities_over_time(found.solution.trajectory.t, found.path_probabilities, theme=theme),
        height=210,
        theme=None,
        config=picture_config("probabilities"),
        key="opinions-chart",
        alt="Probability of each digit against solver time.",
    )


def residuals(seen: Seen, choice: Choice, theme: str | None) -> None:
    """Residual against solver time, with the tolerance."""
    if seen.answer is None:
        return
    course = seen.answer.prediction.solution.trajectory
    st.plotly_chart(
        residuals_over_time(course, tol=choice.tol, solver=choice.family, theme=theme),
        height=210,
        theme=None,
        config=picture_config("residual"),
        key="residuals-chart",
        alt="Residual against solver time on a logarithmic axis, down to the tolerance.",
    )


def readouts(seen: Seen, choice: Choice) -> None:
    """The numbers beside the pictures."""
    if seen.answer is None:
        return
    solution = seen.answer.prediction.solution
    time = float(solution.trajectory.t[-1])
    with st.container(horizontal=True, key="readouts"):
        for label, value in (
            ("Solver", SOLVERS[choice.name]),
            ("Evaluations of f", str(int(solution.nfe[0]))),
            ("Time to converge", f"{words.duration(seen.answer.wall_ms)}, t = {time:.3g}"),
            ("Final residual", words.number(float(solution.residual[0]))),
        ):
            st.metric(label, value, width="content")
