"""Example drawings that ship with the project: one of each digit, and three hard cases."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache

import numpy as np
import numpy.typing as npt

from deq.digits.raster import render
from deq.shipped import shipped

EXAMPLES = (*"0123456789", "4 or 9", "scribble", "smiley")
EXAMPLES_FILE = shipped("examples.json")
_SIDE, _BRUSH = 280, 22  # pixels, as on the drawing pad of the app


@cache
def strokes() -> Mapping[str, list[npt.NDArray[np.float64]]]:
    """Strokes of all examples by name, each (N, 2) in pixels of a pad of 280, y pointing down."""
    drawings = json.loads(EXAMPLES_FILE.read_text(encoding="utf-8"))["drawings"]
    return {name: [np.asarray(stroke) for stroke in drawings[name]] for name in EXAMPLES}


def example(name: str) -> npt.NDArray[np.uint8]:
    """An example as the drawing pad shows it: (280, 280, 4), white ink on black.

    Parameters
    ----------
    name : str
        A digit, "4 or 9", "scribble", or "smiley".

    Raises
    ------
    ValueError
        If there is no such example.

    Examples
    --------
    >>> from deq.digits import prepare
    >>> prepare(example("3")).shape
    (28, 28)
    """
    if name not in EXAMPLES:
        raise ValueError(f"name must be one of {', '.join(EXAMPLES)}, not {name!r}.")
    return render(strokes()[name], _SIDE, _BRUSH)
