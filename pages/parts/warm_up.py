"""Load the network when the server starts, not when the first visitor comes.

Importing torch and reading the weights takes as long as a browser takes to load the page's scripts,
some seconds. Done at the same time, the first visitor waits only once.
"""

from __future__ import annotations

import logging
import pkgutil
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from importlib import import_module

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from pages import parts

_LIBRARIES = ("pandas", "orjson")  # those that libraries import when they are first used
_IMPORTING = threading.Lock()
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


def imports() -> None:
    """Import all that pages use, or wait until another thread has.

    No page may go on while a thread imports: libraries look into ``sys.modules`` for others, and a
    module stands there before it is complete. Plotly fails so on a half imported pandas.
    """
    with _IMPORTING:
        _import_all()


@cache
def _import_all() -> None:
    for library in _LIBRARIES:
        import_module(library)
    for part in pkgutil.walk_packages(parts.__path__, f"{parts.__name__}."):
        import_module(part.name)


def _load() -> None:
    imports()
    from deq.models import WeightsError
    from pages.parts.shared.engine import engine
    from pages.parts.solvers import lesson
    from pages.parts.tour import hall

    hall.report()
    try:
        engine()
    except WeightsError as error:  # pages say so, too
        logging.getLogger("app").error("%s", error)
        return
    time.sleep(_LATER)
    lesson.warm()
