"""While the pen moves, the page reads along: each reading starts from the last equilibrium.

A script in the page asks for the next reading (`reading.py`) when the answer to the last one is
there, and not before `load.pause` is over. It shows digit, picture, bars and equilibria over those
that are there: drawn anew by Streamlit and Plotly they would stop the pen.
"""

from __future__ import annotations

import streamlit as st

from pages.parts.draw import reading, words
from pages.parts.draw.controls import PATH, Settings
from pages.parts.draw.live_script import SCRIPT
from pages.parts.draw.trail import Trail
from pages.parts.pad.drawing import Pad
from pages.parts.pad.look import LOOK
from pages.parts.shared import load
from pages.parts.shared.engine import Engine, Seen

_component = st.components.v2.component("live", js=LOOK + SCRIPT)


def follow(line: Trail, seen: Seen, now: Settings) -> None:
    """Let the script read along, and show the equilibria; the drawing's own is the last of them."""
    if line.readings and line.closed != line.number and seen.answer is not None:
        line.closed = line.number
        line.add(seen.answer.prediction, seen.answer.points[-1])
    data = {
        "on": now.live,
        "address": reading.address(line.name),
        "number": line.number,
        "pause": 1000 * load.pause(),
        "trail": line.places if now.live else [],
        "still": now.play == PATH,  # the map of the growing drawing has a line of its own
    }
    _component(data=data, key="live-script", height="content")


def saved(machine: Engine, drawing: Pad, line: Trail, seen: Seen, now: Settings) -> None:
    """What starting from the last equilibrium saved, once a stroke has been read along."""
    if not now.live or line.z is None or seen.answer is None:
        return
    last = machine.glance(drawing.rgba(), line.choice, line.start).read
    if last is None:
        return
    evals, from_start = (int(read.solution.nfe[0]) for read in (last, seen.answer.prediction))
    with st.container(key="read-along"):
        drawn = now.play == PATH and now.view == "2-D"
        st.caption(words.read_along(line.readings, evals, from_start, cold=now.cold, line=drawn))
