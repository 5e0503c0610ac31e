"""Load the network when the server starts, not when the first visitor comes.

Importing torch and reading the weights takes as long as a browser takes to load the page's scripts,
some seconds. Done at the same time, the first visitor waits only once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

_LATER = 6.0  # seconds, until the first visitor has a page


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """What the server does when it starts; loading goes on in a thread beside it."""
    # The folder pages/ belongs to app.py's own navigation; see guard.py.
    PagesManager.uses_pages_directory = False
    # Streamlit would warn at each call of the thread that it has no visitor.
    logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").setLevel(
        logging.ERROR
    )
    threading.Thread(target=_load, name="warm-up", daemon=True).start()
    yield


def core() -> None:
    """Import `deq`, or wait until another thread has.

    Only ``import deq`` waits: ``from deq.x import y`` would fail on a package that the warm-up has
    only half imported.
    """
    import deq  # noqa: F401


def _load() -> None:
    core()
    from deq.models import WeightsError
    from pages.parts.shared.engine import engine

    try:
        engine()
    except WeightsError as error:  # pages say so, too
        logging.getLogger("app").error("%s", error)
        return
    time.sleep(_LATER)
    from pages.parts.solvers import lesson

    lesson.warm()
