"""A drawing while it grows: what is on the pad after each share of its ink."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from deq.digits.raster import Ink, render
from deq.digits.strokes import PAD, at, lengths

_DOT = 1.0  # pixels that a stroke counts at least: a dot has no length


def growing(
    strokes: Sequence[npt.NDArray[np.floating]], brushes: Sequence[float], steps: int
) -> Iterator[tuple[float, Ink]]:
    """Draw the strokes again, in equal steps of their length.

    Parameters
    ----------
    strokes : sequence of (N, 2) arrays
        In the order in which they were drawn, in pixels of the pad.
    brushes : sequence of float
        Width of the brush for each stroke, in pixels.
    steps : int
        Number of pictures.

    Yields
    ------
    share, pixels : float, ndarray (280, 280, 4) uint8
        The share of the length that is drawn, 1/steps to 1, and the pad as it is then.

    Examples
    --------
    >>> line = np.array([[40.0, 100.0], [240.0, 100.0]])
    >>> [(share, int((pixels[100, :, 0] > 0).sum())) for share, pixels in growing([line], [20], 2)]
    [(0.5, 121), (1.0, 221)]
    """
    sides = [max(_DOT, float(lengths(stroke)[-1])) for stroke in strokes]
    for step in range(1, steps + 1):
        left = sum(sides) * step / steps
        layers = []
        for stroke, side, brush in zip(strokes, sides, brushes, strict=True):
            if left <= 0:
                break
            layers.append(render([_first(stroke, left)], PAD, brush))
            left -= side
        yield step / steps, np.maximum.reduce(layers)


def _first(stroke: npt.NDArray[np.floating], length: float) -> npt.NDArray[np.float64]:
    """The first pixels of a stroke, at most all of it."""
    along = lengths(stroke)
    if length >= along[-1]:
        return np.asarray(stroke, dtype=np.float64)
    return np.concatenate([stroke[along < length], at(stroke, np.array([length]))])
