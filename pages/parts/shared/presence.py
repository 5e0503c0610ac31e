"""How many are here, on which pages: numbers only, and none that outlives a visitor's session."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from weakref import WeakSet

import streamlit as st

_STATE = "presence"


@dataclass(eq=False)
class _Visit:
    """A tab of somebody; lasts as long as its session, two minutes longer than the tab."""

    page: str = ""


_visits: WeakSet[_Visit] = WeakSet()


def enter(page: str) -> None:
    """Note on which page this tab is."""
    visit: _Visit = st.session_state.setdefault(_STATE, _Visit())
    visit.page = page
    _visits.add(visit)


def pages() -> dict[str, int]:
    """How many tabs show each page."""
    return dict(Counter(visit.page for visit in list(_visits)))
