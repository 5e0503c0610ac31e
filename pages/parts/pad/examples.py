"""Drawings to load with one click; they are those of `deq.digits.example`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from deq.digits import example
from deq.digits.examples import EXAMPLES
from deq.digits.examples import strokes as _all
from pages.parts.pad.ink import Stroke

NAMES = EXAMPLES
FIRST = "3"
"""On the pad before the first stroke."""


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
    return example(name)
