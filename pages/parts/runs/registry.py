"""The server's training runs, one pool for all visitors."""

from __future__ import annotations

import atexit

import streamlit as st

from pages.parts.runs.pool import Pool


@st.cache_resource(max_entries=1, show_spinner=False)
def pool() -> Pool:
    """The pool. A worker gets ready with its first visitor, and all of them end with the server."""
    found = Pool()
    atexit.register(found.close)
    found.warm()
    return found
