"""The few rules of style that Streamlit's theme cannot express."""

from __future__ import annotations

import streamlit as st

_STYLE = """
<style>
/* The digit is the answer: a class must be able to read it from the last row. */
.st-key-prediction [data-testid="stMetricValue"] { font-size: 5.5rem; font-weight: 700; }
.st-key-prediction [data-testid="stMetricValue"] * { line-height: 1.05; }
/* A drawing must not scroll a phone's page, and the pad's corners should look like the page's. */
.st-key-pad { touch-action: none; }
.st-key-seen img { border-radius: 0.4rem; image-rendering: pixelated; }
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
</style>
"""


def style() -> None:
    """Apply the rules to the page being built."""
    st.html(_STYLE)


def digit_colour(colour: str) -> None:
    """Show the large digit in its own colour."""
    st.html(
        f'<style>.st-key-prediction [data-testid="stMetricValue"] {{ color: {colour}; }}</style>'
    )
