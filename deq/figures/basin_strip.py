"""A strip under a cobweb: each start wears the colour of the fixed point that it ends at."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from deq.figures.frame import note, plain
from deq.figures.palette import Palette, translucent

# Share of the strip from which on a stretch has room for its label.
_ROOM = 0.2


class Place(Protocol):
    """A fixed point, as far as its name goes."""

    @property
    def x(self) -> float:
        """Where."""


def basin_strip(
    basins: npt.ArrayLike, view: tuple[float, float], hues: Sequence[str], colours: Palette
) -> list[dict[str, Any]]:
    """One heat map of one row on the axes x and y3; none without starts.

    Parameters
    ----------
    basins : array (S,)
        For starts spread evenly over the view the index of their fixed point, −1 for none.
    view : (float, float)
        From the first start to the last.
    hues : sequence of str
        A colour for each fixed point.
    colours : Palette
        Grey is for starts that settle nowhere.
    """
    index = np.asarray(basins, dtype=np.int64)  # (S,)
    if not len(index):
        return []
    steps = [colours.grid, *(translucent(hue, 0.45) for hue in hues)]
    edges = np.linspace(0, 1, len(steps) + 1).round(6).tolist()
    scale = [[edge, colour] for k, colour in enumerate(steps) for edge in (edges[k], edges[k + 1])]
    places = np.linspace(*view, len(index))
    return [
        {
            "type": "heatmap",
            "name": "basins",
            "x": plain(places),
            "y": [0.5],
            "z": [index.tolist()],
            "zmin": -1.5,
            "zmax": len(hues) - 0.5,
            "colorscale": scale,
            "showscale": False,
            "yaxis": "y3",
            "hoverinfo": "skip",
        }
    ]


def strip_labels(
    basins: npt.ArrayLike,
    view: tuple[float, float],
    points: Sequence[Place],
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
        labels.append(note(middle, 0.5, text, colours.ink, size=13, yref="y3"))
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
