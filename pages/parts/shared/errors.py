"""Shows an exception as a sentence on the page, and as a traceback in the terminal."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

_LOG = logging.getLogger("app")

UNEXPECTED = (
    "Something went wrong while this page was computed ({kind}). Your browser did nothing wrong: "
    "reload the page to start afresh. If it happens again, the terminal that runs the app shows "
    "the details."
)


@contextmanager
def in_words() -> Iterator[None]:
    """Show an exception raised inside as one sentence on the page.

    Streamlit's own control flow (rerun, stop, switching pages) is no `Exception` and passes.
    """
    try:
        yield
    except Exception as error:  # no traceback may reach a student
        from deq.models import WeightsError  # heavy, and loaded by now; see warm_up.py

        if isinstance(error, WeightsError):  # its text says what to do
            st.error(str(error), icon=":material/error:")
            return
        _LOG.exception("a page failed")
        st.error(UNEXPECTED.format(kind=type(error).__name__), icon=":material/error:")
