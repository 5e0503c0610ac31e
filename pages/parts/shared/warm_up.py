"""Load the network when the server starts, not when the first visitor comes.

Importing torch and reading the weights takes seconds, as long as a browser takes to load the
page's scripts. Done at the same time, the first visitor waits for one of them only.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

# Seconds until the first visitor has a page: what comes after that can wait for it.
_LATER = 6.0


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """What the server does around its life; it answers at once, loading goes on beside it."""
    # The folder pages/ belongs to app.py's own navigation; see guard.py.
    PagesManager.uses_pages_directory = False
    # The thread's calls know no visitor, which Streamlit would warn about at each of them.
    logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").setLevel(
        logging.ERROR
    )
    threading.Thread(target=_load, name="warm-up", daemon=True).start()
    yield


def core() -> None:
    """Import `deq`, or wait until another thread has.

    Only ``import deq`` waits: with ``from deq.x import y`` a page would reach into the package that
    the warm-up has half imported, and both would fail.
    """
    import deq  # noqa: F401


def _load() -> None:
    core()
    from deq.models import WeightsError
    from pages.parts.shared.engine import engine

    try:
        engine()
    except WeightsError as error:  # every page says so too, beside what still works
        logging.getLogger("app").error("%s", error)
        return
    time.sleep(_LATER)
    from pages.parts.solvers import lesson

    lesson.warm()
