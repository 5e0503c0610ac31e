"""While the pen moves, the page reads along: each reading starts from the last equilibrium.

A script in the page asks for the next reading when the answer to the last one is there, and not
before `load.pause` is over. The answer is a fragment of its own, so that digit and bars are drawn
again and nothing else; the map shows the equilibria as a line, which the script draws over it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
import torch

from deq.figures import palette
from deq.figures.shared.classes import class_look
from pages.parts.draw import views
from pages.parts.draw.controls import Settings
from pages.parts.draw.live_script import SCRIPT
from pages.parts.pad.ink import pixels_of
from pages.parts.pad.look import LOOK
from pages.parts.pad.pad import Pad
from pages.parts.shared import load, pace, settings
from pages.parts.shared.engine import Choice, Engine, Glance, Seen

_KEY, _STATE = "live-script", "live-trail"
LONGEST = 200
"""Equilibria on the map; the first ones of a longer line are left out."""

_component = st.components.v2.component("live", js=LOOK + SCRIPT)


@dataclass
class Trail:
    """The equilibria while one drawing grew."""

    version: int  # of what the pad shows: it goes up with Undo, Clear and examples
    z: torch.Tensor | None = None  # the last one (1, *shape)
    places: list[tuple[float, float, str, str]] = field(default_factory=list)  # x, y, digit, colour
    readings: int = 0
    evals: tuple[int, int] | None = None  # of the whole drawing: from the last z*, and from z₀

    def add(self, glance: Glance, theme: str | None) -> None:
        """One more reading; if there was something to read."""
        if glance.read is None or glance.point is None:
            return
        self.z = glance.read.solution.z
        look = class_look(int(glance.read.probabilities.argmax()), palette(theme))
        x, y = glance.point[:2].tolist()
        self.places = [*self.places, (x, y, look.mark, look.colour)][-LONGEST:]


def trail(drawing: Pad) -> Trail:
    """Of what is on the pad; a new one after Undo, Clear and examples."""
    kept = st.session_state.get(_STATE)
    if not isinstance(kept, Trail) or kept.version != drawing.version:
        kept = st.session_state[_STATE] = Trail(drawing.version)
    return kept


def answer(
    machine: Engine, drawing: Pad, seen: Seen, choice: Choice, now: Settings, theme: str | None
) -> None:
    """Digit and bars: of the drawing, or of as much of it as there is while the pen is down."""
    page_runs = True

    def part() -> None:
        glance = None if page_runs else _glance(machine, drawing, choice, now.cold, theme)
        views.prediction(glance or seen, theme)
        if page_runs:
            pace.let_go()
        views.bars(glance or seen, machine, theme)
        if page_runs and now.live:
            _arrive(machine, drawing, seen, choice, now.cold, theme)
        _script(drawing, now.live)

    settings.again(part, None)
    page_runs = False


def _asked() -> Mapping[str, Any]:
    """What the script asks in this run: "picture", "number" of the drawing, "turn"."""
    state = st.session_state.get(_KEY)
    return (state.get("reading") if state else None) or {}


def _glance(
    machine: Engine, drawing: Pad, choice: Choice, cold: bool, theme: str | None
) -> Glance | None:
    """The reading that the script asks for; none if the drawing is finished by now."""
    asked = _asked()
    if not asked.get("picture") or asked["number"] != drawing.number:
        return None
    line = trail(drawing)
    z0 = None if cold else line.z
    glance = machine.glance(pixels_of(asked["picture"]), choice, z0)
    line.readings += 1
    line.add(glance, theme)
    return glance


def _arrive(
    machine: Engine, drawing: Pad, seen: Seen, choice: Choice, cold: bool, theme: str | None
) -> None:
    """At the end of a stroke that was read along: its equilibrium from the last one, too."""
    line = trail(drawing)
    line.evals = None
    if not line.readings or line.z is None or seen.answer is None:
        return
    glance = machine.glance(drawing.rgba(), choice, None if cold else line.z)
    line.add(glance, theme)
    if glance.read is not None:
        line.evals = (
            int(glance.read.solution.nfe[0]),
            int(seen.answer.prediction.solution.nfe[0]),
        )


def _script(drawing: Pad, on: bool) -> None:
    data = {
        "on": on,
        "number": drawing.number,
        "turn": _asked().get("turn", 0),
        "pause": 1000 * load.pause(),
        "trail": trail(drawing).places if on else [],
    }
    _component(data=data, key=_KEY, on_reading_change=lambda: None, height="content")
