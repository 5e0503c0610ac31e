"""Play, pause and scrub: the controls of an animated figure, readable in both themes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from deq.figures.shared.palette import Palette

# More states than a slider can show apart are thinned; first and last are kept.
MOST_FRAMES = 60
# About this many frames in all: short paths are played with steps between their states.
SMOOTH = 48
# Milliseconds a frame stays. A machine without GPU shows about 20 frames a second at most.
FAST, SLOW = 45, 180


def player(
    names: Sequence[str],
    halts: Sequence[str],
    captions: Sequence[str] = (),
    *,
    redraw: bool,
    colours: Palette,
) -> dict[str, Any]:
    """The layout's ``updatemenus`` and ``sliders`` for an animated figure.

    Parameters
    ----------
    names : sequence of str
        The frames in the order they are played.
    halts : sequence of str
        Those of them that the slider can be put on.
    captions : sequence of str
        What the slider says at each of them; for many of them see `deq.figures.shared.caption`.
    redraw : bool
        Three-dimensional figures must be redrawn for each frame; flat ones need not.
    colours : Palette
        The theme's colours. The dark theme needs every one of them set, or buttons come out white
        on white.
    """
    still = {"mode": "immediate", "frame": {"duration": 0, "redraw": redraw}}

    def play(duration: int) -> list[Any]:
        timing = {
            "frame": {"duration": duration, "redraw": redraw},
            "transition": {"duration": 0},
            "mode": "immediate",
        }
        return [list(names), timing]

    buttons = [
        {"label": "▶ Play", "method": "animate", "args": play(FAST)},
        {"label": "▶ ¼×", "method": "animate", "args": play(SLOW)},
        {"label": "❚❚", "method": "animate", "args": [[None], still]},
    ]
    return {
        "updatemenus": [
            {
                "type": "buttons",
                "direction": "right",
                "showactive": False,
                "x": 0,
                "xanchor": "left",
                "y": 0,
                "yanchor": "top",
                "pad": {"t": 40, "l": 0},
                "bgcolor": colours.panel,
                "bordercolor": colours.muted,
                "font": {"size": 13, "color": colours.ink},
                "buttons": buttons,
            }
        ],
        "sliders": [
            {
                "active": len(halts) - 1,
                "x": 0,
                "len": 1,
                "xanchor": "left",
                "y": 0,
                "yanchor": "top",
                "pad": {"t": 46, "b": 0},
                "bgcolor": colours.panel,
                "activebgcolor": colours.accent,
                "bordercolor": colours.muted,
                "ticklen": 0,
                "minorticklen": 0,
                "tickcolor": colours.muted,
                "font": {"size": 1, "color": "rgba(0,0,0,0)"},
                "currentvalue": {
                    "visible": bool(captions),
                    "prefix": "",
                    "xanchor": "right",
                    "offset": 14,
                    "font": {"size": 14, "color": colours.ink},
                },
                "steps": [
                    {
                        "label": caption,
                        "method": "animate",
                        "args": [[name], still],
                    }
                    for name, caption in zip(halts, captions or [""] * len(halts), strict=True)
                ],
            }
        ],
    }


def thin(count: int, most: int = MOST_FRAMES) -> list[int]:
    """Which of `count` states get a frame.

    Examples
    --------
    >>> thin(3), thin(9, most=3)
    ([0, 1, 2], [0, 4, 8])
    """
    if count <= most:
        return list(range(count))
    return [int(k) for k in np.unique(np.linspace(0, count - 1, most).round())]


def stops(shown: list[int]) -> Iterator[tuple[int, float]]:
    """The states to show and, so that the eye can follow, points on the straight way to each."""
    if shown:
        yield shown[0], 1.0
    between = max(1, round(SMOOTH / max(1, len(shown) - 1)))
    for k in shown[1:]:
        for part in range(1, between + 1):
            yield k, part / between
