"""Widgets of the page inside one equilibrium; their values live in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from deq.inside import SMUDGES
from pages.parts.inside.lesson import SECTIONS, Look
from pages.parts.pad import subject
from pages.parts.pad.subject import DRAWING, MNIST, Subject

LARGEST_SEED = 9999
AUTO = "the one it reads"
USUAL: Mapping[str, object] = {
    "see": SECTIONS[0],
    "of": DRAWING,
    "digit": subject.USUAL,
    "gamma": 1.0,
    "when": 4.0,
    "size": 1.0,
    "kind": "noise",
    "logit": AUTO,
    "unrolled": 10,
    "seed": 0,
}


@dataclass(frozen=True)
class Asked:
    """What the visitor chose."""

    look: Look
    subject: Subject


def apply(settings: Mapping[str, object]) -> None:
    """Callback of the "what to try" buttons: set these widgets, the others to what is usual."""
    for name, value in {**USUAL, **settings}.items():
        st.session_state[name] = value


def section() -> str:
    """Which view is open."""
    chosen = st.segmented_control(
        "View",
        SECTIONS,
        default=SECTIONS[0],
        required=True,
        key="see",
        bind="query-params",
        label_visibility="collapsed",
    )
    return str(chosen)


def controls(see: str) -> Asked | str:
    """Show those of this view; what was asked for, or why there is nothing to look at."""
    kind = st.segmented_control(
        "Look at",
        (DRAWING, MNIST),
        default=DRAWING,
        required=True,
        key="of",
        bind="query-params",
    )
    if kind == MNIST:
        subject.number()
    options = _OPTIONS.get(see, dict)()
    gain = st.slider(
        "Gain γ on the state",
        0.0,
        8.0,
        1.0,
        0.25,
        key="gamma",
        bind="query-params",
        help="The cell becomes f(γz, x). γ = 1 is the network as trained; a larger γ stretches all "
        "eigenvalues, until the equilibrium loses its hold.",
    )
    if kind == DRAWING:
        subject.drawn_here()
    found = subject.subject(str(kind))
    if isinstance(found, str):
        return found
    return Asked(Look(see, found.key, float(gain), tuple(options.items())), found)


def _seed(what: str) -> int:
    value = st.number_input(
        f"Seed of the {what}", 0, LARGEST_SEED, 0, 1, key="seed", bind="query-params"
    )
    return int(value or 0)


def _kick() -> dict[str, Any]:
    when = st.slider("Time of the kick", 0.0, 10.0, 4.0, 0.5, key="when", bind="query-params")
    size = st.slider(
        "Size of the kick",
        0.0,
        3.0,
        1.0,
        0.1,
        key="size",
        bind="query-params",
        help="Its length over that of the state.",
    )
    return {"when": float(when), "size": float(size), "seed": _seed("direction")}


def _starts() -> dict[str, Any]:
    return {"seed": _seed("starts")}


def _smudge() -> dict[str, Any]:
    kind = st.selectbox("Smudge", list(SMUDGES), key="kind", bind="query-params")
    return {"kind": kind, "seed": _seed("noise") if kind == "noise" else 0}


def _sensitivity() -> dict[str, Any]:
    logit = st.selectbox("Logit of", (AUTO, *"0123456789"), key="logit", bind="query-params")
    steps = st.slider("Unrolled steps k", 1, 50, 10, 1, key="unrolled", bind="query-params")
    return {"digit": None if logit == AUTO else int(logit), "steps": int(steps)}


_OPTIONS = {"kick": _kick, "starts": _starts, "smudge": _smudge, "sensitivity": _sensitivity}
