"""The tour's bar on every page, and a teacher's choices: what is hidden, how large the type is.

Stops are plain links that load the page anew: within a session Streamlit would carry the values of
one page's widgets into the next one's. What a teacher chose travels along in the address.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from types import MappingProxyType

import streamlit as st

from pages.parts.shared import errors
from pages.parts.tour.stops import STOPS

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
_PLACES = frozenset(str(place) for place in range(1, len(STOPS) + 1))
_LARGE = """
html { font-size: 20px !important; }
.js-plotly-plot :is(.xtick, .ytick, .xaxislayer-above, .yaxislayer-above) text,
.js-plotly-plot :is(.xtitle, .ytitle, .x2title, .y2title, .x3title, .y3title),
.js-plotly-plot .annotation-text { font-size: 17px !important; }
"""

_SCRIPT = """
export default function () {
  const go = { PageDown: '.tour-next', PageUp: '.tour-back' };
  const key = (event) => {
    const link = go[event.key] && document.querySelector(go[event.key]);
    if (!link || event.target.closest('input, textarea')) return;
    event.preventDefault();
    link.click();
  };
  // A drawing goes along to the pages that look at one.
  const carry = (event) => {
    const link = event.target.closest('.tour-ways a');
    if (!link || !link.href.match('/(draw|solvers|inside)[?]')) return;
    const here = new URL(window.location.href).searchParams, there = new URL(link.href);
    for (const [name, other] of [['ink', 'example'], ['example', 'ink']]) {
      if (!here.get(name)) continue;
      there.searchParams.set(name, here.get(name));
      there.searchParams.delete(other);
      link.href = there.href;
      return;
    }
  };
  window.addEventListener('keydown', key);
  window.addEventListener('click', carry, true);
  return () => {
    window.removeEventListener('keydown', key);
    window.removeEventListener('click', carry, true);
  };
}
"""
_keys = st.components.v2.component("tour_keys", js=_SCRIPT)


def teacher() -> dict[str, str]:
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
    chosen = teacher()
    rules = [
        f"{HIDDEN.get(part, f'.st-key-{part}')} {{ display: none; }}" for part in hidden(chosen)
    ]
    if chosen.get("type") == "large":
        rules.append(_LARGE)
    if rules:
        st.html(f"<style>{' '.join(rules)}</style>")


def hidden(chosen: Mapping[str, str]) -> list[str]:
    """The parts that are not shown."""
    return [part for part in chosen.get("hide", "").split(",") if part]


def number() -> int | None:
    """At which stop this visitor is, from 1; None outside of the tour."""
    asked = st.query_params.get("tour")
    if asked is None:
        kept: int | None = st.session_state.get("tour-stop")
        return kept
    if asked not in _PLACES:
        st.session_state.pop("tour-stop", None)
        return None
    st.session_state["tour-stop"] = int(asked)
    return int(asked)


def leave() -> None:
    """Callback: no tour any more."""
    st.session_state.pop("tour-stop", None)
    if "tour" in st.query_params:
        del st.query_params["tour"]


def bar(page: str) -> None:
    """The stop's words, and the ways back and on; nothing outside of the tour."""
    place = number()
    if place is None:
        return
    stop = STOPS[place - 1]
    with st.container(key="tour", border=True, gap="xsmall"):
        words, ways = st.columns([4, 1.5], gap="medium", vertical_alignment="center")
        here = stop.page == page
        said = stop.say if here else "You are on another page. The links lead back to the tour."
        title = stop.title if stop.title.endswith("?") else f"{stop.title}."
        words.markdown(f"**{place} of {len(STOPS)} · {title}** {said}")
        with ways, st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.html(_ways(place, here=here))
            st.button("End", key="tour-end", on_click=errors.callback(leave), type="tertiary")
        _keys(key="tour-keys", height="content")


def _ways(place: int, *, here: bool) -> str:
    links = []
    if place > 1:
        links.append(anchor(place - 1, "‹ Back", "tour-back"))
    if not here:
        links.append(anchor(place, "To the stop", "tour-here"))
    if place < len(STOPS):
        links.append(anchor(place + 1, "Next ›", "tour-next"))
    return f'<div class="tour-ways">{" ".join(links)}</div>'


def anchor(place: int, text: str, name: str) -> str:
    """A link to a stop, with what the teacher chose."""
    stop = STOPS[place - 1]
    address = html.escape(stop.link(place, teacher()), quote=True)
    return f'<a class="{name}" href="{address}" target="_self">{html.escape(text)}</a>'
