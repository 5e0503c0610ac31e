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

from deq.figures.shared.caption import caption_axes
from deq.figures.shared.player import thin

# Milliseconds: a whole film takes about as long as the first, a frame at most the second.
_FILM, _SLOWEST = 1600, 300
# Browsers draw every 17 ms, so a frame that asks for 20 gets 33. Long films ask for less than 17
# and are shown as fast as the machine can, 30 to 60 frames a second.
_LONG, _QUICKEST = 48, 16
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
        With what `player` made without captions; changed in place, with axes for a
        `deq.figures.shared.caption.caption`.
    names : sequence of str
        The frames. The figure also has one called "start" that looks like the first, and the slider
        stops at it.
    narrow : bool
        Puts the slider and the caption below the buttons instead of beside them.
    """
    brief = _QUICKEST
    if len(names) < _LONG:
        brief = min(_FILM // max(len(names), 1), _SLOWEST)

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
    layout["sliders"][0]["pad"]["t"] = 124 if narrow else 90  # the caption stands above it
    layout.update(caption_axes())
