"""A strip under a cobweb: each start wears the colour of the fixed point that it ends at."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from deq.figures.shared.frame import note
from deq.figures.shared.palette import Palette, translucent

# Share of the strip from which on a stretch has room for its label.
_ROOM = 0.2


class Place(Protocol):
    """A fixed point, as far as its name goes."""

    @property
    def x(self) -> float:
        """Where."""


def basin_strip(
    basins: npt.ArrayLike,
    view: tuple[float, float],
    place: tuple[float, float],
    hues: Sequence[str],
    colours: Palette,
) -> list[dict[str, Any]]:
    """A rectangle for each stretch of starts with one end, as layout shapes.

    No heat map: playing frames without redrawing everything makes one disappear.

    Parameters
    ----------
    basins : array (S,)
        For starts spread evenly over the view the index of their fixed point, −1 for none.
    view : (float, float)
        From the first start to the last.
    place : (float, float)
        The strip's lower and upper edge in the figure, from 0 to 1.
    hues : sequence of str
        A colour for each fixed point.
    colours : Palette
        Grey is for starts that settle nowhere.
    """
    index = np.asarray(basins, dtype=np.int64)  # (S,)
    cell = (view[1] - view[0]) / max(len(index), 1)
    return [
        {
            "type": "rect",
            "xref": "x",
            "yref": "paper",
            "x0": round(view[0] + begin * cell, 5),
            "x1": round(view[0] + end * cell, 5),
            "y0": place[0],
            "y1": place[1],
            "layer": "below",
            "line": {"width": 0},
            "fillcolor": translucent(hues[index[begin]], 0.45)
            if index[begin] >= 0
            else colours.grid,
        }
        for begin, end in runs(index)
    ]


def strip_labels(
    basins: npt.ArrayLike,
    view: tuple[float, float],
    points: Sequence[Place],
    place: tuple[float, float],
    colours: Palette,
    *,
    who: str = "",
) -> list[dict[str, Any]]:
    """Where the starts of each wide stretch end, written into it; `who` says by which method."""
    index = np.asarray(basins, dtype=np.int64)  # (S,)
    places = np.linspace(*view, max(len(index), 1))
    labels = []
    for begin, end in runs(index):
        if end - begin < _ROOM * len(index):
            continue
        k = int(index[begin])
        where = f"{points[k].x:.3g}".replace("-", "−") if k >= 0 else ""
        text = f"{who}starts here end at {where}" if k >= 0 else f"{who}settles nowhere"
        if k >= 0 and end - begin < 0.45 * len(index):
            text = f"end at {where}"
        middle = float(places[begin] + places[end - 1]) / 2
        height = sum(place) / 2
        labels.append(
            note(middle, height, text, colours.ink, size=13, yref="paper", yanchor="middle")
        )
    return labels


def runs(values: npt.NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Stretches of equal values, as (first, one past the last).

    Examples
    --------
    >>> list(runs(np.array([1, 1, 0, 2])))
    [(0, 2), (2, 3), (3, 4)]
    """
    cuts = [0, *(np.flatnonzero(np.diff(values)) + 1).tolist(), len(values)]
    yield from ((a, b) for a, b in itertools.pairwise(cuts) if b > a)
