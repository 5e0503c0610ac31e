"""Buttons for files to take home, each made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st


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


def picture(make: Callable[[], str], name: str, *, plays: bool = True) -> None:
    """A button for a picture as one HTML file."""
    st.download_button(
        "Picture that plays (HTML)" if plays else "Picture (HTML)",
        make,
        f"{name}.html",
        "text/html",
        icon=":material/animation:" if plays else ":material/image:",
        on_click="ignore",
        key="download-html",
    )


def still() -> None:
    """How to come by a picture for a slide."""
    st.caption("A still PNG: the camera in the corner of each figure.")
