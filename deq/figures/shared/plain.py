"""Figures that stay plain dictionaries until Plotly's objects are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import plotly.graph_objects as go

_PLAIN = "_plain"


class PlainFigure(go.Figure):  # type: ignore[misc]  # plotly comes without types
    """A Plotly figure whose traces, layout and frames become objects when one of them is asked for.

    Plotly needs half a millisecond to make an object of each trace of each frame, and copies them
    all to write them down: 50 ms for a path of forty steps, each time that a visitor moves a
    slider. A page only writes its figures down, as `to_dict` has them.

    Parameters
    ----------
    data, layout, frames
        As plain dictionaries and lists, which are not validated; see `deq.figures.shared.layout`.

    Examples
    --------
    >>> frame = {"name": "0", "traces": [0], "data": []}
    >>> figure = PlainFigure([{"type": "scatter", "y": [1]}], {}, [frame])
    >>> figure.to_dict()["frames"]
    [{'name': '0', 'traces': [0], 'data': []}]
    >>> figure.frames[0].name, figure.data[0].y
    ('0', (1,))
    """

    def __init__(
        self,
        data: Iterable[Mapping[str, Any]],
        layout: Mapping[str, Any],
        frames: Iterable[Mapping[str, Any]] = (),
    ) -> None:
        self.__dict__[_PLAIN] = {
            "data": list(data),
            "layout": dict(layout),
            "frames": list(frames),
        }

    def __getattr__(self, name: str) -> Any:
        """Called for what only `go.Figure` would have set: now it does."""
        plain = None if name.startswith("__") else self.__dict__.pop(_PLAIN, None)
        if plain is None:
            raise AttributeError(name)
        super().__init__(plain, _validate=False)
        return getattr(self, name)

    def __reduce__(self) -> tuple[Any, ...]:
        """How it is copied."""
        whole = self.to_dict()
        return PlainFigure, (whole["data"], whole["layout"], whole.get("frames", ()))

    def to_dict(self) -> dict[str, Any]:
        """The whole figure as plain dictionaries and lists."""
        plain = self.__dict__.get(_PLAIN)
        return super().to_dict() if plain is None else dict(plain)


def has_frames(figure: go.Figure) -> bool:
    """Whether a figure can be played."""
    return bool(figure.to_dict().get("frames"))
