"""The tour's bar on every page.

Stops are plain links that load the page anew: within a session Streamlit would carry the values of
one page's widgets into the next one's. What a teacher chose travels along in the address.
"""

from __future__ import annotations

import html

import streamlit as st

from pages.parts.look import teacher
from pages.parts.shared import errors
from pages.parts.tour.stops import STOPS

_PLACES = frozenset(str(place) for place in range(1, len(STOPS) + 1))

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
    here = stop.page == page
    said = stop.say if here else "You are on another page. The links lead back to the tour."
    title = stop.title if stop.title.endswith("?") else f"{stop.title}."
    with st.container(
        key="tour", border=True, horizontal=True, vertical_alignment="center", gap="small"
    ):
        st.markdown(f"**{place} of {len(STOPS)} · {title}** {said}")
        st.html(_ways(place, here=here), width="content")
        st.button("End", key="tour-end", on_click=errors.callback(leave), type="tertiary")
        _keys(key="tour-keys", height="content", width="content")


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
    address = html.escape(stop.link(place, teacher.choices()), quote=True)
    return f'<a class="{name}" href="{address}" target="_self">{html.escape(text)}</a>'
