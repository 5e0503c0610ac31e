"""Drawings to load with one click: pen strokes, one of each digit, and two hard cases."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from deq.digits import render
from pages.parts.pad.ink import BRUSH, SIZE, Stroke

_FILE = Path(__file__).parents[3] / "assets" / "examples.json"

NAMES = (*"0123456789", "4 or 9", "scribble")
FIRST = "3"
"""On the pad before the first stroke."""


@cache
def _all() -> dict[str, list[Stroke]]:
    drawings = json.loads(_FILE.read_text(encoding="utf-8"))["drawings"]
    return {name: [np.asarray(stroke) for stroke in drawings[name]] for name in NAMES}


def strokes(name: str) -> list[Stroke]:
    """The strokes of an example, each (N, 2) in pixels of the 280-pixel pad.

    Raises
    ------
    KeyError
        If there is no example of that name.
    """
    return _all()[name]


def rgba(name: str) -> npt.NDArray[np.uint8]:
    """The example as the pad shows it, (280, 280, 4)."""
    return render(strokes(name), SIZE, BRUSH)
