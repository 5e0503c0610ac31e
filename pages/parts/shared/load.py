"""How busy this server is with answers, and so how often a page may ask for more than those.

Live readings get what answers leave of three fifths of the interpreter's time, shared among those
who draw: for one visitor that is all they can show, in a class they thin out, and answers stay
quick.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from streamlit.runtime.scriptrunner import get_script_run_ctx

WINDOW = 5.0
"""Seconds over which answers are counted."""
SHARE = 0.6
"""Of the interpreter's time, for answers and live readings together."""
READING = 0.015
"""Seconds of it that a live reading takes; measured, rounded up."""
SHORTEST, LONGEST = 0.1, 5.0
"""Seconds between two readings of one page."""

_answers: deque[tuple[float, float, str]] = deque()  # (when, seconds of the interpreter, session)
_lock = threading.Lock()


@contextmanager
def answering() -> Iterator[None]:
    """Count what is done inside as an answer to this visitor."""
    began = time.thread_time()
    try:
        yield
    finally:
        context = get_script_run_ctx()
        _note(time.thread_time() - began, context.session_id if context else "")


def reading(session: str) -> None:
    """Count this visitor as one who draws; a reading's own time is in `READING`."""
    _note(0.0, session)


def _note(seconds: float, session: str) -> None:
    with _lock:
        _answers.append((time.monotonic(), seconds, session))


def pause() -> float:
    """Seconds that a page has to wait between two live readings."""
    since = time.monotonic() - WINDOW
    with _lock:
        while _answers and _answers[0][0] < since:
            _answers.popleft()
        spent = sum(seconds for _, seconds, _ in _answers)
        visitors = len({session for _, _, session in _answers})
    return share_of(SHARE - spent / WINDOW, max(1, visitors))


def share_of(spare: float, visitors: int) -> float:
    """Seconds between two readings of each visitor, if this share of the time is to spare.

    Examples
    --------
    >>> share_of(0.5, 1), round(share_of(0.2, 10), 2), share_of(-0.3, 30)
    (0.1, 0.75, 5.0)
    """
    if spare * LONGEST <= visitors * READING:
        return LONGEST
    return max(SHORTEST, visitors * READING / spare)
