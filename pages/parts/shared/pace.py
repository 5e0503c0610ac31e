"""The answer first, the other figures after it: that makes a page quick, also in a class.

The answer is what people look at after moving a control: the digit, or the main figure.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

# Streamlit sends every 10 ms what has been shown, unless figures keep the interpreter busy: this
# pause lets the answer leave first.
ANSWER = 0.015
# On a first visit the browser is busy with Plotly's 4.6 MB for a second and shows nothing. This
# pause lets it show pad and digit before.
FIRST_VISIT = 0.5

# All visitors share the interpreter. Figures are built for one visitor at a time, so that a digit
# waits for one set of figures at most and not for those of a whole class.
_figures = threading.Lock()


def let_go() -> None:
    """Wait until what has been shown is on its way; for work that is not figures."""
    time.sleep(ANSWER)


@contextmanager
def after_the_answer(first_visit: bool = False) -> Iterator[None]:
    """Build figures inside: what has been shown is on its way, and no other visitor's are built."""
    time.sleep(FIRST_VISIT if first_visit else ANSWER)
    with _figures:
        yield
