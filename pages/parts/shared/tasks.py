"""What to try on a page, and where to read on: the foot of every page.

A task that is pressed sets the controls, and its question is shown above the figure that answers
it (`question`), to which the page scrolls: the button is a screen or two further down.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from pages.parts.shared import errors, settings

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_ASKED = "task-asked"
_SCRIPT = """
export default function ({ data }) {
  if (window.taskShown === data.number) return;
  window.taskShown = data.number;
  const question = document.querySelector('.st-key-asked');
  if (!question) return;
  question.style.scrollMarginTop = '4.5rem';  // the menu lies over the page
  const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  question.scrollIntoView({ block: 'start', behavior: still ? 'auto' : 'smooth' });
}
"""
_to_question = st.components.v2.component("to_question", js=_SCRIPT)


class Try(NamedTuple):
    """A button, what it sets (the other controls get their defaults), and what to watch."""

    label: str
    settings: Mapping[str, object]
    watch: str
    also: Callable[[], None] | None = None  # what else is done, such as loading an example


class _Asked(NamedTuple):
    """The task that was pressed last."""

    page: str
    task: Try
    number: int  # grows with every press


def try_and_read(
    tasks: str | Sequence[Try],
    sources: str,
    table: type[DataclassInstance] | None = None,
    then: Callable[[], None] = lambda: None,
) -> None:
    """Two columns: tasks, which are text or buttons that set the controls of `table`; sources.

    `then` is called once a task has set them.
    """
    with st.container(key="try-and-read"):
        st.divider()
        left, right = st.columns([1, 1] if isinstance(tasks, str) else [3, 2], gap="large")
        if isinstance(tasks, str):
            left.header("What to try", anchor=False)
            left.markdown(tasks)
        else:
            with left, st.container(key="what-to-try", gap="xsmall"):
                st.header("What to try", anchor=False)
                _buttons(tasks, table, then)
        right.header("Read on", anchor=False)
        right.markdown(sources)


def question() -> None:
    """Above the figure: the question of the task that was pressed on this page, until closed."""
    found: _Asked | None = st.session_state.get(_ASKED)
    if found is None or found.page != settings.page():
        return
    with st.container(key="asked", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":material/help: **{found.task.label}.** {found.task.watch}")
        st.button(
            "Close",
            key="asked-close",
            icon=":material/close:",
            type="tertiary",
            on_click=errors.callback(_close),
        )
    _to_question(data={"number": found.number}, key="to-question", height="content")


def _buttons(
    tasks: Sequence[Try], table: type[DataclassInstance] | None, then: Callable[[], None]
) -> None:
    for k, task in enumerate(tasks):
        button, words = st.columns([1, 2], gap="small", vertical_alignment="center")
        button.button(
            task.label,
            key=f"try-{k}",
            on_click=errors.callback(_press),
            args=(table, task, then),
            width="stretch",
        )
        words.caption(task.watch)


def _close() -> None:
    del st.session_state[_ASKED]


def _press(table: type[DataclassInstance] | None, task: Try, then: Callable[[], None]) -> None:
    if table is not None:
        settings.apply(table, task.settings)
    if task.also is not None:
        task.also()
    before: _Asked | None = st.session_state.get(_ASKED)
    number = before.number + 1 if before else 1
    st.session_state[_ASKED] = _Asked(settings.page(), task, number)
    then()
