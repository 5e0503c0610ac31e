"""A deep link on a fresh server must open the whole app, not one bare page.

With a folder named pages/ beside app.py, a server that has never run ``st.navigation`` treats the
folder as Streamlit's older kind of multipage app and runs the linked page without app.py. Whether
it does is the private flag ``PagesManager.uses_pages_directory`` (Streamlit 1.67; the version is
pinned and tests/browser opens every page on a fresh server).
"""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager


def through_app() -> None:
    """First line of every page: run app.py instead if it has not run yet."""
    if PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        st.rerun()
