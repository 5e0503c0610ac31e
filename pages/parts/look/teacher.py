"""A teacher's choices for the projector, on every page: what is hidden, how large the type is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

import streamlit as st

HIDDEN: Mapping[str, str] = MappingProxyType(
    {
        # With the column around them, so that the figure gets its room; not where it has a figure.
        "controls": ".st-key-controls, .st-key-settings, "
        '[data-testid="stColumn"]:has(.st-key-controls):not(:has(.js-plotly-plot))',
        "code": ".st-key-code",
        "downloads": '[data-testid="stDownloadButton"], .st-key-take-home',
        "tasks": ".st-key-try-and-read",
        "numbers": ".st-key-scalar-readouts, .st-key-readouts, .st-key-race-table",
        "captions": '[data-testid="stMain"] [data-testid="stCaptionContainer"]'
        ":not(.st-key-tour-list *, .st-key-teacher *)",
        "menu": '[data-testid="stHeader"]',
    }
)
"""What can be hidden, and what the page calls it. Any other name is that of one control."""
_NAME = re.compile(r"[a-z0-9-]{1,40}", re.IGNORECASE)
_STATE = "teacher"
# What stands inside figures is enlarged by deq/figures/shared/enlarge.py, by as much.
_LARGE = "html { font-size: 20px !important; }"


def choices() -> dict[str, str]:
    """What a teacher chose, as it stands in the address: "hide" and "type"."""
    kept: dict[str, str] = st.session_state.setdefault(_STATE, {})
    asked = {name: st.query_params[name] for name in ("hide", "type") if name in st.query_params}
    if asked:
        kept.clear()
        known = [part for part in asked.get("hide", "").split(",") if _NAME.fullmatch(part)]
        if known:
            kept["hide"] = ",".join(known)
        if asked.get("type") == "large":
            kept["type"] = "large"
    return kept


def style() -> None:
    """Apply it to the page being built."""
    chosen = choices()
    rules = [
        f"{HIDDEN.get(part, f'.st-key-{part}')} {{ display: none; }}" for part in hidden(chosen)
    ]
    if large():
        rules.append(_LARGE)
    if rules:
        st.html(f"<style>{' '.join(rules)}</style>")


def hidden(chosen: Mapping[str, str]) -> list[str]:
    """The parts that are not shown."""
    return [part for part in chosen.get("hide", "").split(",") if part]


def large() -> bool:
    """Whether the type is large."""
    return choices().get("type") == "large"
