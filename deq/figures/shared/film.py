"""A figure whose many frames stay plain dictionaries.

Plotly makes an object of every trace of every frame: half a millisecond each, 50 ms for a path of
forty steps, which whoever moves a slider would wait for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import plotly.graph_objects as go


class Film(go.Figure):  # type: ignore[misc]  # plotly comes without types
    """A Plotly figure, unvalidated, that makes objects of its frames only for who asks for them.

    Parameters
    ----------
    data, layout, frames
        As plain dictionaries; see `deq.figures.shared.frame.build`.

    Examples
    --------
    >>> film = Film([{"type": "scatter", "y": [1]}], {}, [{"name": "0", "traces": [0], "data": []}])
    >>> film.to_dict()["frames"], film.frames[0].name
    ([{'name': '0', 'traces': [0], 'data': []}], '0')
    """

    def __init__(
        self,
        data: Iterable[Mapping[str, Any]],
        layout: Mapping[str, Any],
        frames: Iterable[Mapping[str, Any]],
    ) -> None:
        super().__init__({"data": list(data), "layout": dict(layout)}, _validate=False)
        self._film = list(frames)

    @property
    def frames(self) -> tuple[go.Frame, ...]:
        """The frames as Plotly's objects."""
        return tuple(go.Frame(frame) for frame in self._film)

    def to_dict(self) -> dict[str, Any]:
        """The whole figure as plain dictionaries and lists."""
        return {**super().to_dict(), "frames": self._film}


def plays(figure: go.Figure) -> bool:
    """Whether ``figure``, a film or any other, has frames."""
    return bool(figure._film if isinstance(figure, Film) else figure.frames)
