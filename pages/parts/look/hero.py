"""What stands around the main figure of a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import plotly.graph_objects as go
import streamlit as st

from pages.parts.look import downloads

SPLIT = [3.4, 1]
"""Widths of the figures and of the controls beside them."""


def title(words: str, idea: str = "") -> None:
    """The page's title, and beside it, or on a phone below it, what the page is about."""
    with st.container(key="title", horizontal=True, vertical_alignment="center"):
        st.title(words, anchor=False, width="content")
        if idea:
            st.markdown(idea)


def verdict(sentence: str) -> None:
    """What happened, above the figure; `player_keys` lets screen readers say it when it changes."""
    with st.container(key="verdict"):
        st.markdown(f"**{sentence.replace('*', chr(92) + '*')}**")


def readouts(numbers: Mapping[str, str], first: str = "") -> None:
    """The numbers beside the figure; ``first`` is the key of a container for the first one."""
    with st.container(key="scalar-readouts", horizontal=True, gap="large"):
        for label, value in numbers.items():
            if first:
                with st.container(key=first, width="content"):
                    st.metric(label, value, width="content")
                first = ""
            else:
                st.metric(label, value, width="content")


ONE_THREAD = "torch.set_num_threads(1)  # as on the page: sums are rounded in the same order"
"""A line of code that solves with torch, or an adaptive solver may take other steps."""


def code_box(code: str, prints: str = "", heading: str = "The same in `deq`") -> None:
    """Code that does the same as the page, and what it prints.

    ``prints`` is made from the numbers that the page shows; a test runs the code of every task in
    a process of its own and compares (tests/pages/test_code_boxes.py).
    """
    with st.container(key="code"):
        st.header(heading, anchor=False)
        st.code(code, language="python", wrap_lines=True)
        if prints:
            with st.container(key="prints", gap="xsmall"):
                st.caption("It prints")
                st.code(prints, language=None, wrap_lines=True)


def take_home(
    code: str,
    prints: str,
    name: str,
    csv: Callable[[], str],
    figure: go.Figure,
    title: str,
    sentence: str,
) -> None:
    """The code box, and beside it the numbers and the figure as files."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        code_box(code, prints)
    with right, st.container(key="take-home", gap="small"):
        st.header("Take it home", anchor=False)
        downloads.both("Numbers (CSV)", csv, name, figure, title, sentence)
        downloads.still()
