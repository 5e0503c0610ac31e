"""What the sections of the steady-state page have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from pages.parts.shared import downloads

SPLIT = [3.4, 1]
"""Figures, and the controls beside them."""


def verdict(said: str) -> None:
    """What happened, above the picture."""
    st.markdown(f"**{said.replace('*', chr(92) + '*')}**")


def readouts(numbers: Mapping[str, str]) -> None:
    """The numbers beside the picture."""
    with st.container(key="scalar-readouts", horizontal=True, gap="large"):
        for label, value in numbers.items():
            st.metric(label, value, width="content")


def take_home(
    code: str, name: str, csv: Callable[[], str], figure: Any, title: str, said: str
) -> None:
    """The code box, and two files that are made when they are asked for."""
    left, right = st.columns([3, 2], gap="large")
    with left, st.container(key="code"):
        st.markdown("**The same in `deq`**")
        st.code(code, language="python")
    with right, st.container(key="take-home", gap="small"):
        st.markdown("**Take it home**")
        with st.container(horizontal=True):
            downloads.numbers("Numbers (CSV)", csv, name)
            downloads.picture(figure, title, said, name)
        downloads.still()
