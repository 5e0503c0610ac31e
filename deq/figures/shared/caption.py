"""The sentence below a played figure: one text that every frame writes anew.

Plotly's slider can show a sentence a step, but then measures all of them each time the figure is
drawn, up to 90 ms for eighty half steps; whoever moves a control would wait for that.
"""

from __future__ import annotations

from typing import Any

from deq.figures.shared.palette import Palette

# Axes of its own over the whole figure, so that no zoom moves it.
_AXIS = "9"
# Empty lines bring it from the lower edge of the panels down between buttons and slider.
_DROP = {False: 3, True: 6}


def said(sentence: str, *, narrow: bool = False) -> dict[str, Any]:
    """What a frame changes in the caption's trace.

    Parameters
    ----------
    sentence : str
        One line.
    narrow : bool
        As for `deq.figures.shared.stepper.stepper`.
    """
    return {"type": "scatter", "text": ["<br>" * _DROP[narrow] + sentence]}


def caption(sentence: str, colours: Palette, *, narrow: bool = False) -> dict[str, Any]:
    """The caption's trace, with the sentence of the still picture."""
    return {
        **said(sentence, narrow=narrow),
        "name": "caption",
        "mode": "text",
        "x": [0 if narrow else 1],
        "y": [0],
        "xaxis": f"x{_AXIS}",
        "yaxis": f"y{_AXIS}",
        "textposition": "bottom right" if narrow else "bottom left",
        "textfont": {"size": 13 if narrow else 14, "color": colours.ink},
        "cliponaxis": False,
        "hoverinfo": "skip",
    }


def caption_axes() -> dict[str, Any]:
    """The layout's part of it."""
    hidden = {"domain": [0, 1], "range": [0, 1], "fixedrange": True, "visible": False}
    return {
        f"xaxis{_AXIS}": {**hidden, "anchor": f"y{_AXIS}"},
        f"yaxis{_AXIS}": {**hidden, "anchor": f"x{_AXIS}"},
    }
