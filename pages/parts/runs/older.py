"""Whether the run that is shown has the settings that are chosen beside it, and what follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.parts.look import hero
from pages.parts.runs.run import Run


def mark(shown: Mapping[str, Any], chosen: Mapping[str, Any], run: Run | None) -> None:
    """Above the figure: that it shows a run with other settings; both by the controls' labels."""
    sentence = sentence_of(shown, chosen, run is not None and run.live)
    if sentence:
        with st.container(key="older-run"):
            st.info(sentence, icon=":material/history:")


def sentence_of(shown: Mapping[str, Any], chosen: Mapping[str, Any], live: bool) -> str:
    """The same in words; empty if the run has the settings that are chosen.

    Examples
    --------
    >>> sentence_of({"Seed": 0, "Vary": True}, {"Seed": 3, "Vary": True}, live=False)
    'This is an earlier run, with Seed: 0. Press **Start** to run the settings of now.'
    """
    other = [f"{label}: {_text(value)}" for label, value in shown.items() if chosen[label] != value]
    if not other:
        return ""
    listed = ", ".join(other)
    if live:
        return f"The run that goes on has other settings: {listed}."
    return f"This is an earlier run, with {listed}. Press **Start** to run the settings of now."


def code_box(code: str, prints: str, heading: str = "The same in `deq`") -> None:
    """The code of a run, and what it prints once the run has ended."""
    hero.code_box(code, prints, heading)
    if not prints:
        st.caption("Press **Start**: what this code prints stands here once the run has ended.")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)
