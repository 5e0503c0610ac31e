"""Shows an exception as a sentence on the page, and as a traceback in the terminal."""

from __future__ import annotations

import errno
import logging
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec

import streamlit as st

from pages.parts.shared.text import literal, sentence

P = ParamSpec("P")
_LOG = logging.getLogger("app")
_FAILED, _CALLED = "callback-failed", "called-back"
ICON = ":material/error:"

UNEXPECTED = (
    "Something went wrong while this page was computed ({kind}). You did nothing wrong: choose "
    "another setting, or another page. The terminal that runs the app shows the details."
)
NO_FOLDER = (
    "The server has no folder for temporary files, so this cannot be done. Whoever runs the app "
    "can name a folder that it may write to in the environment variable TMPDIR, and start it again."
)
NO_ROOM = (
    "The server cannot write its files: its disk is full. Whoever runs the app can free some "
    "space; then press the button again."
)
CALLBACK = "What you pressed could not be done. "
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def in_words_of(error: Exception) -> str:
    """The sentence for an exception, as Markdown: what happened, why, and what to do."""
    from deq.errors import Explained  # heavy, and loaded by now; see warm_up.py

    if isinstance(error, Explained):
        return f"{literal(error.why)} {error.advice}".rstrip()
    if isinstance(error, OSError) and error.errno in _FULL:
        return NO_ROOM
    if not _can_write():  # libraries that need the folder raise errors of many kinds
        return NO_FOLDER
    return sentence(UNEXPECTED, kind=type(error).__name__)


@contextmanager
def in_words() -> Iterator[None]:
    """Show an exception raised inside as one sentence on the page.

    At its start it shows what became of a callback that failed. Streamlit's own control flow
    (rerun, stop, switching pages) is no `Exception` and passes.
    """
    failed = st.session_state.pop(_FAILED, "")
    if failed:
        st.error(failed, icon=ICON)
    place = st.empty()  # at the start, where it is seen
    try:
        yield
    except Exception as error:  # no traceback may reach a student
        with place:
            show(error)


def show(error: Exception) -> None:
    """Show it here; one that nobody expected goes to the terminal, too."""
    _log(error)
    st.error(in_words_of(error), icon=ICON)


def callback(act: Callable[P, object]) -> Callable[P, None]:
    """A callback of a widget whose exception becomes a sentence on the page.

    Streamlit would show a box of its own. Every ``on_click`` and ``on_change`` is wrapped in this.
    """

    @wraps(act)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        st.session_state[_CALLED] = True
        try:
            act(*args, **kwargs)
        except Exception as error:
            _log(error)
            st.session_state[_FAILED] = CALLBACK + in_words_of(error)
            # The box stands where the page begins, which may be out of sight.
            st.toast(CALLBACK + "The top of the page says why.", icon=ICON)

    return guarded


def called_back() -> bool:
    """Whether a callback has been called since this was asked last."""
    return bool(st.session_state.pop(_CALLED, False))


def _can_write() -> bool:
    """Whether there is a folder for temporary files."""
    try:
        return os.access(tempfile.gettempdir(), os.W_OK)
    except FileNotFoundError:
        return False


def _log(error: Exception) -> None:
    from deq.errors import Explained

    if isinstance(error, Explained):
        _LOG.error("%s", error)
    else:
        _LOG.error("a page failed", exc_info=error)
