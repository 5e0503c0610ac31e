"""A vector field in the plane, drawn lightly."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from deq.figures.palette import Palette, translucent

Array = npt.NDArray[np.float64]


def arrows(x: Array, y: Array, field: Array, colours: Palette) -> list[dict[str, Any]]:
    """Short strokes along the field, longer where it is faster, each with a dot at its tip.

    Parameters
    ----------
    x, y : array (X,), (Y,)
        The grid.
    field : array (Y, X, 2)
        The vectors there.
    colours : Palette
        The theme's.

    Returns
    -------
    list of dict
        Two traces: all strokes as one broken line, and the tips.
    """
    cell = min(float(np.diff(x).mean()), float(np.diff(y).mean()))
    size = np.linalg.norm(field, axis=2)  # (Y, X)
    most = float(np.nanmax(size)) or 1.0
    length = cell * (0.25 + 0.5 * np.sqrt(size / most)) * (size > 1e-9)
    with np.errstate(invalid="ignore", divide="ignore"):
        step = np.where(size[..., None] > 1e-9, field / size[..., None], 0) * length[..., None]
    across: list[Any] = []
    up: list[Any] = []
    for j, b in enumerate(y.tolist()):
        for i, a in enumerate(x.tolist()):
            u, v = step[j, i].tolist()
            across += [round(a - u / 2, 3), round(a + u / 2, 3), None]
            up += [round(b - v / 2, 3), round(b + v / 2, 3), None]
    colour = translucent(colours.muted, 0.55)
    shared = {"type": "scatter", "hoverinfo": "skip"}
    return [
        {
            **shared,
            "mode": "lines",
            "name": "field",
            "x": across,
            "y": up,
            "line": {"color": colour, "width": 1.3, "simplify": False},
        },
        {
            **shared,
            "mode": "markers",
            "name": "tips",
            "x": across[1::3],
            "y": up[1::3],
            "marker": {"size": 3.2, "color": translucent(colours.muted, 0.8)},
        },
    ]
