"""A figure in large type, for the last row of a lecture hall."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from deq.figures.shared.plain import PlainFigure

BY = 1.25
"""How much larger: as much as the type of the page (pages/parts/look/teacher.py)."""

# What is measured in pixels and makes room for letters.
_ROOM = frozenset({"xshift", "yshift", "standoff", "offset", "ax", "ay"})
_SIDES = frozenset({"margin", "pad"})  # of the figure; of its buttons and slider


def enlarged(figure: go.Figure, by: float = BY) -> PlainFigure:
    """The same figure with larger letters, and with the room that these need.

    Examples
    --------
    >>> note = {"text": "z*", "font": {"size": 12}, "yshift": 4}
    >>> small = go.Figure(layout={"annotations": [note], "margin": {"l": 40}})
    >>> large = enlarged(small, 1.5).layout
    >>> large.annotations[0].font.size, large.annotations[0].yshift, large.margin.l
    (18, 6, 60)
    """
    whole = figure.to_dict()
    return PlainFigure(
        [_larger(trace, by) for trace in whole["data"]],
        _larger(whole["layout"], by),
        [
            {**frame, "data": [_larger(trace, by) for trace in frame["data"]]}
            for frame in whole.get("frames", [])
        ],
    )


def _larger(part: dict[str, Any], by: float) -> dict[str, Any]:
    """A part of a figure, with all that it holds."""
    larger: dict[str, Any] = {}
    for name, value in part.items():
        if name.endswith("font") and isinstance(value, dict) and value.get("size", 0) != 1:
            larger[name] = value | _times(value, by, {"size"})  # size 1: hidden on purpose
        elif name in _SIDES and isinstance(value, dict):
            larger[name] = value | _times(value, by, value)
        elif isinstance(value, dict):
            larger[name] = _larger(value, by)
        elif isinstance(value, list | tuple) and value and isinstance(value[0], dict):
            larger[name] = [_larger(one, by) for one in value]
        else:
            larger[name] = value
    return larger | _times(part, by, _ROOM)


def _times(part: dict[str, Any], by: float, names: Any) -> dict[str, Any]:
    """The numbers under these names, times `by`, whole where they were."""
    return {
        name: type(value)(value * by)
        for name in names
        if isinstance(value := part.get(name), int | float) and not isinstance(value, bool)
    }
