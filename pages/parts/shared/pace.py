"""The answer first, the rest after it: what makes a page feel quick, alone and in a class.

The answer is what one looks at after moving a control: the digit, or the hero figure.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

# Streamlit sends every 10 ms what has been shown. Building the figures keeps the interpreter busy
# for longer than that: this pause lets the answer leave before they start.
ANSWER = 0.015
# Plotly's 4.6 MB keep a newcomer's browser busy for a second in which it shows nothing. Asked for
# it a moment later, it has pad and digit on the page by then.
NEWCOMER = 0.5

# The interpreter is shared by all visitors. When figures are built for one of them at a time, a
# digit shares it with one set of figures and not with those of a whole class.
_turn = threading.Lock()


def let_go() -> None:
    """What has been shown is on its way when this returns; for work that is not figures."""
    time.sleep(ANSWER)


@contextmanager
def after_the_answer(newcomer: bool = False) -> Iterator[None]:
    """Build figures here: what has been shown is on its way, and no other visitor's are built."""
    time.sleep(NEWCOMER if newcomer else ANSWER)
    with _turn:
        yield
