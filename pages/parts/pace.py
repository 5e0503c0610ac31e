"""The digit first, the figures after it: two short pauses that make a page feel quick."""

from __future__ import annotations

import time

# Streamlit sends every 10 ms what has been shown. Building the figures keeps the interpreter busy
# for longer than that: this pause lets the digit leave before they start.
DIGIT = 0.015
# Plotly's 4.6 MB keep a newcomer's browser busy for a second in which it shows nothing. Asked for
# it a moment later, it has pad and digit on the page by then.
NEWCOMER = 0.5


def let_go(newcomer: bool) -> None:
    """Wait until what has been shown so far is on its way."""
    time.sleep(NEWCOMER if newcomer else DIGIT)
