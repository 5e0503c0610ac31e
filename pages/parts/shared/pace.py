"""The answer first, the other figures after it: that makes a page quick, also in a class.

The answer is what people look at after moving a control: the digit, or the main figure. All
visitors share the interpreter. So other figures are built for one visitor at a time, and not while
another one's digit is due.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

# Streamlit sends every 10 ms what has been shown, unless figures keep the interpreter busy: this
# pause lets the answer leave first.
ANSWER = 0.015
# On a first visit the browser is busy with Plotly's 4.6 MB for a second and shows nothing. This
# pause lets it show pad and digit before.
FIRST_VISIT = 0.5
PATIENCE = 0.1
"""Seconds that a figure waits at most: where hundreds draw, somebody's digit is always due."""

REMEMBERED = 300.0
"""Seconds for which it is known how long answers took."""

_figures = threading.Lock()
_took: deque[tuple[float, float]] = deque(maxlen=10_000)  # (when, seconds until it was shown)
_answers: set[int] = set()  # the threads whose answer is due
_changed = threading.Condition()


def let_go(*, first_visit: bool = False) -> None:
    """Wait until what has been shown is on its way."""
    time.sleep(FIRST_VISIT if first_visit else ANSWER)


@contextmanager
def answer() -> Iterator[None]:
    """Find and show a digit inside, until it is on its way: meanwhile figures wait."""
    me = threading.get_ident()
    with _changed:
        _answers.add(me)
    began = time.monotonic()
    try:
        yield
        _took.append((time.monotonic(), time.monotonic() - began))
        let_go()
    finally:
        with _changed:
            _answers.discard(me)
            _changed.notify_all()


def answers() -> list[float]:
    """Seconds that the answers of the last minutes took, the latest last."""
    since = time.monotonic() - REMEMBERED
    return [seconds for when, seconds in list(_took) if when > since]


def give_way() -> None:
    """Before a figure: wait while a digit is due, but not for long."""
    with _changed:
        _changed.wait_for(lambda: not _answers, PATIENCE)


@contextmanager
def figures() -> Iterator[None]:
    """Build figures inside, when no other visitor's are built."""
    with _figures:
        give_way()
        yield
