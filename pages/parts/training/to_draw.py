"""Takes a network or a picture from the training lab to the Draw page.

Streamlit refuses to switch pages while a widget keeps a value in the address. So the callback of a
button sets all widgets to their defaults, as a change of page would do anyway. The page switches
at its end, when their values have left the address.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from deq.models import WeightsError
from pages.parts.pad import pad
from pages.parts.shared import own_model
from pages.parts.training import controls

_KEY = "on-the-way-to-draw"
Picture = pad.Picture


def take_model(path: Path, verdict: str) -> None:
    """Callback: the Draw page reads with the network in this file."""
    try:
        own_model.use(path, verdict)
    except WeightsError as error:
        st.toast(str(error), icon=":material/error:")
        return
    leave()


def take_picture(image: Picture) -> None:
    """Callback: the Draw page has this picture (28, 28) on its pad."""
    pad.pad().show_picture(image)
    leave()


def leave(reset: Callable[[], None] = lambda: controls.apply({})) -> None:
    """Callback: go to the Draw page."""
    reset()
    st.session_state[_KEY] = "wanted"


def from_fragment() -> None:
    """Inside a fragment: run the whole page, since only its end can switch."""
    if st.session_state.get(_KEY) == "wanted":
        st.session_state[_KEY] = "on the way"  # only once: the page contains this fragment, too
        st.rerun()


def at_end() -> None:
    """At the end of the page: switch to the Draw page if a button was pressed."""
    if st.session_state.pop(_KEY, None):
        for name in controls.FIELDS:  # the Draw page has a solver of its own
            st.session_state.pop(name, None)
        st.switch_page("pages/draw.py")
