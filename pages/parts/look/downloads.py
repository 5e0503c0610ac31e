"""Buttons for files to take home. A file is made when its button is pressed."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from deq.figures import standalone_page
from deq.figures.shared.plain import has_frames


def table(names: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    r"""Rows as CSV, every digit of every number.

    Examples
    --------
    >>> table(["n", "x"], [(0, 0.1), (1, 2.5)])
    'n,x\n0,0.1\n1,2.5\n'
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)
    return buffer.getvalue()


def columns(names: Iterable[str], *values: Any) -> str:
    """Columns of equal length, tensors or sequences, as CSV."""
    lists = [c.tolist() if hasattr(c, "tolist") else c for c in values]
    return table(names, zip(*lists, strict=True))


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


def picture(figure: go.Figure, title: str, text: str, name: str) -> None:
    """A button for a figure as one HTML file, with a title above it and a text below it."""
    moves, theme = has_frames(figure), st.context.theme.type
    st.download_button(
        "Picture that plays (HTML)" if moves else "Picture (HTML)",
        lambda: standalone_page(figure, title, text, theme=theme),
        f"{name}.html",
        "text/html",
        icon=":material/animation:" if moves else ":material/image:",
        on_click="ignore",
        key="download-html",
    )


def both(
    label: str, make: Callable[[], str], name: str, figure: go.Figure, title: str, text: str
) -> None:
    """The two buttons side by side: numbers under this label, and picture."""
    with st.container(horizontal=True):
        numbers(label, make, name)
        picture(figure, title, text, name)


def still() -> None:
    """How to save a picture for a slide."""
    with st.container(key="still"):
        st.caption("A still PNG: the camera in the corner of each figure.")
