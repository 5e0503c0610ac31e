"""From a page with settings in its address to the Draw page, with something in hand.

Streamlit refuses to switch pages while a widget keeps a value in the address. So a button's
callback puts all settings back to what they usually are, which a change of page would do anyway,
and the page moves on at its end, when the address is free of them.
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


def take_model(path: Path, said: str) -> None:
    """Callback: the Draw page reads with the network in this file."""
    try:
        own_model.use(path, said)
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
    st.session_state[_KEY] = "asked"


def from_fragment() -> None:
    """Inside a fragment: have the whole page run, so that it can move on."""
    if st.session_state.get(_KEY) == "asked":
        st.session_state[_KEY] = "on the way"  # once: the whole page has this fragment, too
        st.rerun()


def at_end() -> None:
    """At the end of a page: move on if a button said so."""
    if st.session_state.pop(_KEY, None):
        for name in controls.FIELDS:  # the Draw page has a solver of its own
            st.session_state.pop(name, None)
        st.switch_page("pages/draw.py")
