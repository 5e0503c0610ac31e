"""The server's training runs, one pool for all visitors."""

from __future__ import annotations

import atexit

import streamlit as st

from pages.parts.runs.pool import Pool


@st.cache_resource(max_entries=1, show_spinner=False)
def pool() -> Pool:
    """The pool. It starts a worker for its first visitor and ends all workers with the server."""
    created = Pool()
    atexit.register(created.close)
    created.warm()
    return created
