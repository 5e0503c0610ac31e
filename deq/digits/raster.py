"""Pen strokes → the pixels of the drawing pad.

The pad paints a stroke as a line with round caps and round joins. This module paints the same
picture without a browser, so that recorded strokes become images like those of the pad.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

Stroke = npt.NDArray[np.floating]
Ink = npt.NDArray[np.uint8]

# Pillow draws without anti-aliasing: paint at this multiple and average down.
_OVERSAMPLING = 2


def ink(strokes: Iterable[Stroke], size: int = 280, brush: float = 20.0) -> Ink:
    """Coverage of the pad by ink, 0 (paper) to 255 (fully covered).

    Parameters
    ----------
    strokes : iterable of (N, 2) arrays
        Points x, y in pixels of the pad, y pointing down; parts outside the pad are cut off.
        A stroke of one point paints a dot.
    size : int
        Side of the square pad in pixels.
    brush : float
        Width of the brush in pixels.

    Returns
    -------
    ndarray (size, size) uint8

    Raises
    ------
    ValueError
        If a stroke is not an (N, 2) array of finite numbers, or `size` or `brush` is not positive.

    Examples
    --------
    >>> import numpy as np
    >>> picture = ink([np.array([[10.0, 20.0], [30.0, 20.0]])], size=40, brush=8)
    >>> picture.shape, int(picture[20, 20]), int(picture[5, 5])
    ((40, 40), 255, 0)
    """
    if size <= 0 or brush <= 0:
        raise ValueError(f"size and brush must be positive, not {size} and {brush}")
    scale = _OVERSAMPLING
    canvas = Image.new("L", (size * scale, size * scale), 0)
    pen = ImageDraw.Draw(canvas)
    radius = brush * scale / 2
    for stroke in strokes:
        points = np.asarray(stroke, dtype=np.float64)  # (N, 2)
        if points.ndim != 2 or points.shape[1] != 2 or not np.isfinite(points).all():
            raise ValueError("each stroke must be an (N, 2) array of finite x, y points")
        # Far outside the pad nothing shows, and Pillow's integers would overflow.
        path = [(x, y) for x, y in np.clip(points, -size, 2 * size) * scale]
        if len(path) > 1:
            pen.line(path, fill=255, width=max(1, round(2 * radius)))
        for x, y in path:  # round joins and caps
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(canvas.reduce(scale), dtype=np.uint8)


def render(strokes: Iterable[Stroke], size: int = 280, brush: float = 20.0) -> Ink:
    """The pad's own pixels: white ink on an opaque black pad.

    Parameters
    ----------
    strokes, size, brush
        As for `ink`.

    Returns
    -------
    ndarray (size, size, 4) uint8
        Red, green, blue and alpha; alpha is 255 everywhere.

    Raises
    ------
    ValueError
        As `ink`.
    """
    grey = ink(strokes, size, brush)  # (size, size)
    opaque = np.full_like(grey, 255)
    return np.stack([grey, grey, grey, opaque], axis=-1)  # (size, size, 4)
