"""Takes a network or a picture from the training lab to the Draw page.

Streamlit refuses to switch pages while a widget keeps a value in the address. So the page switches
at its end, when no widget writes there any more, and takes the values out of the address first.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from deq.models import WeightsError
from pages.parts.pad.drawing import Picture, pad
from pages.parts.shared import errors, own_model, settings

_KEY = "on-the-way-to-draw"


def take_model(path: Path, verdict: str) -> None:
    """Callback: the Draw page reads with the network in this file."""
    try:
        own_model.use(path, verdict)
    except WeightsError as error:
        st.toast(errors.in_words_of(error), icon=errors.ICON)
        return
    leave()


def take_picture(image: Picture) -> None:
    """Callback: the Draw page has this picture (28, 28) on its pad."""
    pad().show_picture(image)
    leave()


def leave() -> None:
    """Callback: go to the Draw page."""
    st.session_state[_KEY] = "wanted"


def from_fragment() -> None:
    """Inside a fragment: run the whole page, since only its end can switch."""
    if st.session_state.get(_KEY) == "wanted":
        st.session_state[_KEY] = "on the way"  # only once: the page contains this fragment, too
        st.rerun()


def at_end() -> None:
    """At the end of the page: switch to the Draw page if a button was pressed."""
    if st.session_state.pop(_KEY, None):
        settings.free_address()
        st.switch_page("pages/draw.py")
