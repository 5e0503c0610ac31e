"""While the pen moves, the page reads along: each reading starts from the last equilibrium.

A script in the page asks for the next reading when the answer to the last one is there, and not
before `load.pause` is over. The answer is a fragment of its own, so that only digit and picture are
drawn again. Bars and equilibria are drawn by the script, over the figures that are there: Plotly
would stop the pen for 35 ms each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
import torch

from deq.figures import palette
from deq.figures.shared.bars import percent
from deq.figures.shared.classes import class_look, class_looks
from deq.models import Prediction
from pages.parts.draw import views, words
from pages.parts.draw.controls import PATH, Settings
from pages.parts.draw.live_script import SCRIPT
from pages.parts.pad.drawing import Pad
from pages.parts.pad.ink import pixels_of
from pages.parts.pad.look import LOOK
from pages.parts.shared import fragments, load
from pages.parts.shared.engine import Choice, Engine, Glance, Seen

_KEY, _STATE = "live-script", "live-trail"
LONGEST = 200
"""Equilibria on the map; the first ones of a longer line are left out."""

_component = st.components.v2.component("live", js=LOOK + SCRIPT)


@dataclass
class Trail:
    """The equilibria while one drawing grew."""

    of: tuple[int, int, bool]  # version of what the pad shows, model, and whether from z₀
    z: torch.Tensor | None = None  # the last one that was read while the pen moved (1, *shape)
    places: list[tuple[float, float, str, str]] = field(default_factory=list)  # x, y, digit, colour
    readings: int = 0
    number: int = -1  # of the drawing whose equilibrium was added last

    @property
    def start(self) -> torch.Tensor | None:
        """Where the next reading starts; None is z₀."""
        return None if self.of[-1] else self.z

    def add(self, read: Prediction, point: torch.Tensor, theme: str | None) -> None:
        """One more equilibrium, at this point (3,) of the map."""
        look = class_look(int(read.probabilities.argmax()), palette(theme))
        x, y = point[:2].tolist()
        self.places = [*self.places, (x, y, look.mark, look.colour)][-LONGEST:]


def trail(machine: Engine, drawing: Pad, cold: bool) -> Trail:
    """Of what is on the pad; a new one after Undo, Clear and examples, and for another network."""
    now = drawing.version, id(machine.model), cold
    kept = st.session_state.get(_STATE)
    if not isinstance(kept, Trail) or kept.of != now:
        kept = st.session_state[_STATE] = Trail(now)
    return kept


def answer(
    machine: Engine, drawing: Pad, seen: Seen, choice: Choice, now: Settings, theme: str | None
) -> None:
    """The digit: of the drawing, or of as much of it as there is while the pen is down."""

    def part(alone: bool) -> None:
        line = trail(machine, drawing, now.cold)
        glance = _glance(machine, drawing, choice, line, theme) if alone else None
        views.prediction(glance or seen, theme)
        if (
            not alone
            and line.readings
            and line.number != drawing.number
            and seen.answer is not None
        ):
            line.number = drawing.number
            line.add(seen.answer.prediction, seen.answer.points[-1], theme)
        _script(drawing, line, glance.read if glance else None, now, theme)

    fragments.part(part)


def _asked() -> Mapping[str, Any]:
    """What the script asks in this run: "picture", "number" of the drawing, "turn"."""
    state = st.session_state.get(_KEY)
    return (state.get("reading") if state else None) or {}


def _glance(
    machine: Engine, drawing: Pad, choice: Choice, line: Trail, theme: str | None
) -> Glance | None:
    """The reading that the script asks for; none if the drawing is finished by now."""
    asked = _asked()
    if not asked.get("picture") or asked["number"] != drawing.number:
        return None
    load.reading()
    glance = machine.glance(pixels_of(asked["picture"]), choice, line.start)
    if glance.read is not None and glance.point is not None:
        line.readings += 1
        line.z = glance.read.solution.z
        line.add(glance.read, glance.point, theme)
    return glance


def saved(machine: Engine, drawing: Pad, seen: Seen, choice: Choice, now: Settings) -> None:
    """What starting from the last equilibrium saved, once a stroke has been read along."""
    line = trail(machine, drawing, now.cold)
    if not now.live or line.z is None or seen.answer is None:
        return
    last = machine.glance(drawing.rgba(), choice, line.start).read
    if last is None:
        return
    evals, from_start = (int(read.solution.nfe[0]) for read in (last, seen.answer.prediction))
    with st.container(key="read-along"):
        drawn = now.play == PATH and now.view == "2-D"
        st.caption(words.read_along(line.readings, evals, from_start, cold=now.cold, line=drawn))


def _script(
    drawing: Pad, line: Trail, read: Prediction | None, now: Settings, theme: str | None
) -> None:
    data = {
        "on": now.live,
        "number": drawing.number,
        "turn": _asked().get("turn", 0),
        "pause": 1000 * load.pause(),
        "bars": None if read is None else _bars(read, theme),
        "trail": line.places if now.live else [],
        "still": now.play == PATH,  # the map of the growing drawing has a line of its own
    }
    _component(data=data, key=_KEY, on_reading_change=lambda: None, height="content")


def _bars(read: Prediction, theme: str | None) -> list[tuple[float, str, str]]:
    """Each class's share, colour and text."""
    shares = read.probabilities.tolist()
    looks = class_looks(len(shares), palette(theme))
    return [(p, look.colour, percent(p)) for p, look in zip(shares, looks, strict=True)]
