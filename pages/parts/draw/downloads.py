"""Take it home: the numbers, and the picture that still plays."""

from __future__ import annotations

from typing import Any

import streamlit as st

from deq.figures import trajectory_csv
from pages.parts.shared import downloads
from pages.parts.shared.engine import Seen


def buttons(seen: Seen, figure: Any) -> None:
    """The way of the hidden state: numbers and picture."""
    if seen.answer is None:
        return
    answer = seen.answer
    found, course = answer.prediction, answer.course
    title = f"The way to the equilibrium of a {found.digit}"
    with st.container(horizontal=True):
        downloads.numbers(
            "Trajectory (CSV)",
            lambda: trajectory_csv(course.t, course.residual[:, 0], answer.points, answer.shares),
            "trajectory",
        )
        downloads.picture(figure, title, found.reason, "trajectory")
    downloads.still()
