"""What the sections of the steady-state page have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

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


def take_home(code: str, name: str, csv: Callable[[], str], page: Callable[[], str]) -> None:
    """The code box, and two files that are made when they are asked for."""
    left, right = st.columns([3, 2], gap="large")
    with left, st.container(key="code"):
        st.markdown("**The same in `deq`**")
        st.code(code, language="python")
    with right, st.container(key="take-home", gap="small"):
        st.markdown("**Take it home**")
        files: list[tuple[str, Any, str, str, str]] = [
            ("Numbers (CSV)", csv, f"{name}.csv", "text/csv", ":material/table:"),
            ("Picture (HTML)", page, f"{name}.html", "text/html", ":material/animation:"),
        ]
        with st.container(horizontal=True):
            for label, make, file, kind, icon in files:
                st.download_button(
                    label, make, file, kind, icon=icon, on_click="ignore", key=f"download-{label}"
                )
        st.caption("A still PNG: the camera in the corner of each figure.")
