"""Play, pause and scrub: the controls of an animated figure, readable in both themes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from deq.figures.palette import Palette

# Milliseconds a frame stays. A machine without GPU shows about 20 frames a second at most.
FAST, SLOW = 80, 320


def player(
    names: Sequence[str], captions: Sequence[str], *, prefix: str, redraw: bool, colours: Palette
) -> dict[str, Any]:
    """The layout's ``updatemenus`` and ``sliders`` for frames called `names`.

    Parameters
    ----------
    names : sequence of str
        The frames in the order they are played.
    captions : sequence of str
        What the slider says at each of them.
    prefix : str
        What the slider says before the caption.
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
            "transition": {"duration": 0 if redraw else duration // 2, "easing": "linear"},
            "mode": "immediate",
        }
        return [list(names), timing]

    buttons = [
        {"label": "▶ Play", "method": "animate", "args": play(FAST)},
        {"label": "▶ Slowly", "method": "animate", "args": play(SLOW)},
        {"label": "❚❚ Pause", "method": "animate", "args": [[None], still]},
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
                "pad": {"t": 44, "l": 0},
                "bgcolor": colours.panel,
                "bordercolor": colours.muted,
                "font": {"size": 13, "color": colours.ink},
                "buttons": buttons,
            }
        ],
        "sliders": [
            {
                "active": len(names) - 1,
                "x": 0.36,
                "len": 0.64,
                "xanchor": "left",
                "y": 0,
                "yanchor": "top",
                "pad": {"t": 34, "b": 0},
                "bgcolor": colours.panel,
                "activebgcolor": colours.accent,
                "bordercolor": colours.muted,
                "ticklen": 0,
                "minorticklen": 0,
                "tickcolor": colours.muted,
                "font": {"size": 1, "color": "rgba(0,0,0,0)"},
                "currentvalue": {
                    "prefix": prefix,
                    "xanchor": "left",
                    "offset": 6,
                    "font": {"size": 14, "color": colours.ink},
                },
                "steps": [
                    {
                        "label": caption,
                        "method": "animate",
                        "args": [[name], still],
                    }
                    for name, caption in zip(names, captions, strict=True)
                ],
            }
        ],
    }
