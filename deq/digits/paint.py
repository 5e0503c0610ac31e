"""Pen strokes as a plain paint program draws them: Pillow's lines with round caps, hard edges.

For tests only. No training picture is drawn this way, so what a model makes of these pictures
shows whether it knows digits by their shape or by the ink of its own rasteriser.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

SIDE = 128  # of the canvas in pixels; without smoothing, edges are as coarse as that


def paint(
    strokes: Iterable[npt.NDArray[np.floating]], size: int = 280, brush: float = 20.0
) -> npt.NDArray[np.uint8]:
    """White ink on an opaque black canvas of 128×128 pixels.

    Parameters
    ----------
    strokes : iterable of (N, 2) arrays
        Points x, y in pixels of the pad, y pointing down.
    size : int
        Side of the pad on which the strokes were drawn.
    brush : float
        Width of the brush in pixels of that pad.

    Returns
    -------
    ndarray (128, 128, 4) uint8
        Red, green, blue and alpha; each pixel is white or black.

    Examples
    --------
    >>> picture = paint([np.array([[40.0, 140.0], [240.0, 140.0]])])
    >>> picture.shape, np.unique(picture[..., 0]).tolist()
    ((128, 128, 4), [0, 255])
    """
    canvas = Image.new("RGBA", (SIDE, SIDE), "black")
    pen = ImageDraw.Draw(canvas)
    width = max(1, round(brush * SIDE / size))
    for stroke in strokes:
        path = [(float(x), float(y)) for x, y in np.asarray(stroke) * (SIDE / size)]
        pen.line(path, fill="white", width=width, joint="curve")
        for cap in (path[0], path[-1]):
            pen.circle(cap, width / 2, fill="white")
    return np.asarray(canvas)
