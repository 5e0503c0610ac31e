"""A strip under a cobweb: each start has the colour of the fixed point that it ends at."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from deq.figures.shared.layout import band, minus, note
from deq.figures.shared.palette import Palette, translucent

if TYPE_CHECKING:  # figures do not import torch
    from deq.scalar import FixedPoint

# From this share of the strip on, a stretch has room for a short label, and for a whole sentence.
_SHORT, _WHOLE = 0.2, 0.45


def basin_strip(
    basins: npt.ArrayLike,
    view: tuple[float, float],
    place: tuple[float, float],
    hues: Sequence[str],
    colours: Palette,
) -> list[dict[str, Any]]:
    """A rectangle for each stretch of starts with one end, as layout shapes.

    No heat map: it disappears when frames are played without drawing everything anew.

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
        band(
            round(view[0] + begin * cell, 5),
            round(view[0] + end * cell, 5),
            translucent(hues[index[begin]], 0.45) if index[begin] >= 0 else colours.grid,
            y=place,
            xref="x",
            yref="paper",
        )
        for begin, end in runs(index)
    ]


def strip_labels(
    basins: npt.ArrayLike,
    view: tuple[float, float],
    points: Sequence[FixedPoint],
    place: tuple[float, float],
    colours: Palette,
    *,
    method: str = "",
) -> list[dict[str, Any]]:
    """Where the starts of each wide stretch end, written into it, after the name of the method."""
    index = np.asarray(basins, dtype=np.int64)  # (S,)
    starts = np.linspace(*view, max(len(index), 1))
    labels = []
    for begin, end in runs(index):
        k, share = int(index[begin]), (end - begin) / len(index)
        if share < _SHORT:
            continue
        text = f"{method}settles nowhere"
        if k >= 0:
            text = f"{method}starts here " if share >= _WHOLE else ""
            text += minus(f"end at {points[k].x:.3g}")
        middle = float(starts[begin] + starts[end - 1]) / 2
        labels.append(
            note(middle, sum(place) / 2, text, colours.ink, size=13, yref="paper", yanchor="middle")
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
