"""Single steps for a played figure: the player's buttons, and those to step on and to begin again.

Plotly knows no "next frame", but it can play on from the present one: with a pause of an hour
behind each frame, that is one step. It only finds the present frame from the second place of its
list on, and shows the first place when it does not find it. So the list begins with another frame
that looks like the first, and a second list has the two the other way round; Plotly runs them in
turn as long as the same button is pressed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from deq.figures.player import thin

# Milliseconds: a whole film takes about as long as the first, a frame within the others.
_FILM, _QUICKEST, _SLOWEST = 1600, 20, 300
_SLOWER = 4
_FOREVER = 3_600_000
# Half steps that all get a frame, and how many the rest of a long path gets.
_ALL, _REST = 40, 40


def half_steps_shown(count: int) -> list[int]:
    """Which of `count` corners get a frame: the first ones all, of the rest every few, the last.

    Examples
    --------
    >>> half_steps_shown(3), len(half_steps_shown(401)), half_steps_shown(401)[-1]
    ([0, 1, 2], 80, 400)
    """
    if count <= _ALL + _REST:
        return list(range(count))
    return [*range(_ALL), *(_ALL + k for k in thin(count - _ALL, _REST))]


def stepper(layout: dict[str, Any], names: Sequence[str], *, narrow: bool = False) -> None:
    """Give the player in `layout` its five buttons: play, slowly, pause, step, begin again.

    Parameters
    ----------
    layout : dict
        With what `player` made; changed in place.
    names : sequence of str
        The frames. The figure also has one called "start" that looks like the first, and the slider
        stops at it.
    narrow : bool
        Puts the slider and its sentence below the buttons instead of beside them.
    """
    brief = int(np.clip(_FILM / max(len(names), 1), _QUICKEST, _SLOWEST))

    def play(duration: int, *, frames: Sequence[str] = names, resume: bool = True) -> list[Any]:
        timing = {
            "frame": {"duration": duration, "redraw": False},
            "transition": {"duration": 0},
            "mode": "immediate",
            "fromcurrent": resume,
        }
        return [list(frames), timing]

    first, *rest = names
    one, two = ["start", first, *rest], [first, "start", *rest]
    step = {
        "args": play(_FOREVER, frames=one),
        "args2": play(_FOREVER, frames=two),
    }
    pause = layout["updatemenus"][0]["buttons"][-1]
    layout["updatemenus"][0]["buttons"] = [
        {"label": "▶ Play", "method": "animate", "args": play(brief)},
        {"label": f"▶ 1/{_SLOWER}", "method": "animate", "args": play(_SLOWER * brief)},
        pause,
        {"label": "Step", "method": "animate", **step},
        {"label": "Reset", "method": "animate", "args": play(0, frames=[first], resume=False)},
    ]
    layout["updatemenus"][0]["pad"]["t"] = 52  # clear of the axis title
    layout["sliders"][0]["pad"]["t"] = 96 if narrow else 58
    if narrow:
        layout["sliders"][0]["currentvalue"] |= {"xanchor": "left", "offset": 8}
        layout["sliders"][0]["currentvalue"]["font"]["size"] = 13
