"""A vector field in the plane, drawn lightly."""

from __future__ import annotations

from typing import Any

import numpy as np

from deq.figures.shared.palette import Palette, translucent
from deq.figures.shared.traces import Array, line, rounded

# Length of an arrow's head as a share of the whole.
_HEAD = 0.3


def arrows(x: Array, y: Array, field: Array, colours: Palette) -> dict[str, Any]:
    """Short arrows along the field (Y, X, 2), longer where it is faster, all as one broken line.

    An arrow is seven points; the first two are its ends.
    """
    cell = min(float(np.diff(x).mean()), float(np.diff(y).mean()))
    size = np.linalg.norm(field, axis=2)  # (Y, X)
    most = float(np.nanmax(size)) or 1.0
    length = cell * (0.25 + 0.5 * np.sqrt(size / most)) * (size > 1e-9)
    step = field / np.where(size > 1e-9, size, 1.0)[..., None] * length[..., None]
    across, up = np.meshgrid(x, y)  # (Y, X)
    middle = np.stack([across, up], axis=2)
    tail, tip = middle - step / 2, middle + step / 2  # (Y, X, 2)
    side = np.stack([-step[..., 1], step[..., 0]], axis=2)
    left, right = (tip - _HEAD * step + sign * 0.6 * _HEAD * side for sign in (1, -1))
    gap = np.full_like(tail, np.nan)
    points = np.stack([tail, tip, gap, left, tip, right, gap], axis=2).reshape(-1, 2)
    x_line, y_line = rounded(points.T, 3)
    return line(x_line, y_line, translucent(colours.muted, 0.6), 1.2, name="field")
