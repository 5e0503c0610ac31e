"""Take it home: the numbers, and the picture that still plays."""

from __future__ import annotations

from typing import Any

import streamlit as st

from deq.figures import standalone_page, trajectory_csv
from pages.parts.engine import Seen


def buttons(seen: Seen, figure: Any, theme: str | None) -> None:
    """CSV of the trajectory and the figure as one HTML file, each made when it is asked for."""
    if seen.answer is None:
        return
    answer = seen.answer
    found, course = answer.prediction, answer.course

    def numbers() -> str:
        return trajectory_csv(course.t, course.residual[:, 0], answer.points, answer.shares)

    def page() -> str:
        title = f"The way to the equilibrium of a {found.digit}"
        return standalone_page(figure, title, found.reason, theme=theme)

    with st.container(horizontal=True):
        st.download_button(
            "Trajectory (CSV)",
            numbers,
            "trajectory.csv",
            "text/csv",
            icon=":material/table:",
            on_click="ignore",
            key="download-csv",
        )
        st.download_button(
            "Picture that plays (HTML)",
            page,
            "trajectory.html",
            "text/html",
            icon=":material/animation:",
            on_click="ignore",
            key="download-html",
        )
    st.caption("A still PNG: the camera in the corner of each figure.")
