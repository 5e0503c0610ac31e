"""What to try on a page, and where to read on: the foot of every page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from pages.parts.shared import settings

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class Try(NamedTuple):
    """A button, what it sets (the other controls get their defaults), and what to watch."""

    label: str
    settings: Mapping[str, object]
    watch: str


def try_and_read(
    tasks: str | Sequence[Try], sources: str, table: type[DataclassInstance] | None = None
) -> None:
    """Two columns: tasks, which are text or buttons that set the controls of `table`; sources."""
    with st.container(key="try-and-read"):
        st.divider()
        left, right = st.columns([1, 1] if isinstance(tasks, str) else [3, 2], gap="large")
        if isinstance(tasks, str):
            left.header("What to try", anchor=False)
            left.markdown(tasks)
        else:
            with left, st.container(key="what-to-try", gap="xsmall"):
                st.header("What to try", anchor=False)
                _buttons(tasks, table)
        right.header("Read on", anchor=False)
        right.markdown(sources)


def _buttons(tasks: Sequence[Try], table: type[DataclassInstance] | None) -> None:
    for k, (label, wanted, watch) in enumerate(tasks):
        button, words = st.columns([1, 2], gap="small", vertical_alignment="center")
        button.button(
            label,
            key=f"try-{k}",
            on_click=settings.apply,
            args=(table, wanted),
            width="stretch",
        )
        words.caption(watch)
