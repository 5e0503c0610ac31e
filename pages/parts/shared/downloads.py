"""Buttons for files to take home, each made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from deq.figures import standalone_page
from deq.figures.shared.animation import has_frames


def numbers(label: str, make: Callable[[], str], name: str) -> None:
    """A button for the numbers as CSV."""
    st.download_button(
        label,
        make,
        f"{name}.csv",
        "text/csv",
        icon=":material/table:",
        on_click="ignore",
        key="download-csv",
    )


def picture(figure: Any, title: str, said: str, name: str) -> None:
    """A button for a figure as one HTML file, under its title and above what it says."""
    moves, theme = has_frames(figure), st.context.theme.type
    st.download_button(
        "Picture that plays (HTML)" if moves else "Picture (HTML)",
        lambda: standalone_page(figure, title, said, theme=theme),
        f"{name}.html",
        "text/html",
        icon=":material/animation:" if moves else ":material/image:",
        on_click="ignore",
        key="download-html",
    )


def still() -> None:
    """How to come by a picture for a slide."""
    st.caption("A still PNG: the camera in the corner of each figure.")
