"""The equilibria while one drawing grows, and a reading of as much of it as there is.

The page's runs and `reading.py`, which answers the browser while the pen moves, share a `Trail`. It
lasts as long as the visitor's session keeps it.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import streamlit as st
import torch
from streamlit.runtime.scriptrunner import get_script_run_ctx

from deq.figures import magnify, palette
from deq.figures.shared.bars import percent
from deq.figures.shared.classes import class_look, class_looks
from deq.models import Prediction
from pages.parts.draw import views
from pages.parts.look.picture import address
from pages.parts.pad.drawing import Pad
from pages.parts.pad.ink import pixels_in
from pages.parts.shared import load, pace
from pages.parts.shared.engine import Choice, Engine, Glance

_STATE = "live-trail"
LONGEST = 200
"""Equilibria on the map; the first ones of a longer line are left out."""

_trails: WeakValueDictionary[str, Trail] = WeakValueDictionary()


@dataclass(eq=False)
class Trail:
    """The equilibria while one drawing grew, and what reads it now."""

    of: tuple[int, int, bool]  # version of what the pad shows, model, and whether from z₀
    machine: Engine
    choice: Choice
    theme: str | None
    number: int  # of the drawing on the pad, which changes with every stroke
    name: str = field(default_factory=lambda: uuid.uuid4().hex)  # secret: only its page knows it
    session: str = ""  # whose it is
    z: torch.Tensor | None = None  # the last one that was read while the pen moved (1, *shape)
    places: list[tuple[float, float, str, str]] = field(default_factory=list)  # x, y, digit, colour
    readings: int = 0
    busy: bool = False  # whether one is made now
    closed: int = -1  # the number of the drawing whose equilibrium was added last

    @property
    def start(self) -> torch.Tensor | None:
        """Where the next reading starts; None is z₀."""
        return None if self.of[-1] else self.z

    def add(self, read: Prediction, point: torch.Tensor) -> None:
        """One more equilibrium, at this point (3,) of the map."""
        look = class_look(int(read.probabilities.argmax()), palette(self.theme))
        x, y = point[:2].tolist()
        self.places = [*self.places, (x, y, look.mark, look.colour)][-LONGEST:]

    def read(self, png: bytes) -> dict[str, Any]:
        """Read a picture of the pad; returns what the page's script shows."""
        load.reading(self.session)
        pace.give_way()
        glance = self.machine.glance(pixels_in(png), self.choice, self.start)
        if glance.read is not None and glance.point is not None:
            self.readings += 1
            self.z = glance.read.solution.z
            self.add(glance.read, glance.point)
        image = np.zeros((28, 28)) if glance.image is None else glance.image
        digit, colour = views.digit_of(glance.read, self.theme)
        return {
            "number": self.number,
            "pause": 1000 * load.pause(),
            "digit": digit,
            "colour": colour,
            "seen": address(magnify(image, 4)),
            "bars": self._bars(glance),
            "trail": self.places,
        }

    def _bars(self, glance: Glance) -> list[tuple[float, str, str]]:
        """Each class's share, colour and text."""
        count = self.machine.classes
        shares = [0.0] * count if glance.read is None else glance.read.probabilities.tolist()
        looks = class_looks(count, palette(self.theme))
        return [(p, look.colour, percent(p)) for p, look in zip(shares, looks, strict=True)]


def trail(machine: Engine, drawing: Pad, choice: Choice, cold: bool, theme: str | None) -> Trail:
    """Of what is on the pad; a new one after Undo, Clear and examples, and for another network."""
    of = drawing.version, id(machine.model), cold
    kept = st.session_state.get(_STATE)
    if not isinstance(kept, Trail) or kept.of != of:
        kept = Trail(of, machine, choice, theme, drawing.number)
        _trails[kept.name] = st.session_state[_STATE] = kept
    context = get_script_run_ctx()
    kept.choice, kept.theme, kept.number = choice, theme, drawing.number
    kept.session = context.session_id if context else ""
    return kept


def find(name: str) -> Trail | None:
    """The trail of this name, while its visitor is here."""
    return _trails.get(name)
