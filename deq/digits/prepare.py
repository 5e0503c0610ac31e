"""A drawing of any size → the 28×28 picture that is the input of the network.

MNIST was made by cropping the ink, fitting it into 20×20 pixels with its proportions kept, and
placing it so that its centre of mass is at the centre of 28×28 (LeCun, Bottou, Bengio, Haffner
1998, "Gradient-based learning applied to document recognition"). All drawings, in training and on
the pages, go through `prepare`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

Picture = npt.NDArray[np.float32]

SIDE = 28  # side of the prepared picture, in pixels
BOX = 20  # longest side of the ink in it, in pixels
MIN_INK = 24  # less ink (of 255) is noise at the edge of a stroke
MIN_SIZE = 0.10  # smallest longest side of the ink, as a share of the pad
MAX_COVERAGE = 0.60  # largest share of the pad under ink


class NotADrawing(ValueError):
    """The canvas shows nothing that could be a digit.

    Parameters
    ----------
    reason : str
        Short code: ``"blank"``, ``"dot"``, ``"full"``, or, of pictures, ``"several"``.
    sentence : str
        What to tell the visitor; ``str(error)``.
    """

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


def prepare(rgba: npt.NDArray[Any]) -> Picture:
    """Crop, scale and centre a drawing as MNIST was made.

    Parameters
    ----------
    rgba : ndarray (H, W, 4) uint8
        White ink on an opaque black pad of any size. Transparent pixels count as black.

    Returns
    -------
    ndarray (28, 28) float32
        Ink from 0 to 1; the brightest pixel is exactly 1. The longest side of the ink is 20
        pixels. The centre of mass is within half a pixel of the centre of pixel (14, 14), unless
        the ink would not fit there.

    Notes
    -----
    If the ink moves by whole pixels, the result is the same. If ink and brush are enlarged
    together, the result shifts by at most one pixel (centring is by whole pixels, as in MNIST) and
    changes by at most 0.035 in the mean.

    Raises
    ------
    TypeError
        If the array is not uint8.
    ValueError
        If its shape is not (H, W, 4).
    NotADrawing
        If there is no ink (reason ``"blank"``), only a speck (``"dot"``), or the pad is mostly
        covered (``"full"``).

    References
    ----------
    LeCun, Bottou, Bengio, Haffner (1998), Proc. IEEE 86(11); centring as on the MNIST page.
    """
    ink = ink_of(rgba)  # (H, W) in [0, 255]
    rows, columns = np.nonzero((ink >= MIN_INK).any(1))[0], np.nonzero((ink >= MIN_INK).any(0))[0]
    if len(rows) == 0:
        raise NotADrawing("blank", "The canvas is empty. Draw one digit, large, in the middle.")
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    left, right = int(columns[0]), int(columns[-1]) + 1
    height, width = bottom - top, right - left
    if max(height, width) < MIN_SIZE * max(ink.shape):
        raise NotADrawing("dot", "That is only a dot. Draw one digit across most of the canvas.")
    if float((ink >= MIN_INK).mean()) > MAX_COVERAGE:
        raise NotADrawing(
            "full", "Almost the whole canvas is covered. Clear it, or draw with a thinner brush."
        )
    fitted = _fit(ink[top:bottom, left:right])  # (≤20, ≤20)
    picture = _centre(fitted)  # (28, 28)
    peak: float = picture.max()
    return picture / np.float32(peak)


def ink_of(rgba: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Brightness over a black pad, (H, W) uint8."""
    if not isinstance(rgba, np.ndarray) or rgba.dtype != np.uint8:
        raise TypeError("rgba must be a NumPy array of uint8")
    if rgba.ndim != 3 or rgba.shape[2] != 4 or rgba.shape[0] == 0 or rgba.shape[1] == 0:
        raise ValueError(f"rgba must have shape (H, W, 4), not {rgba.shape}")
    # Coloured ink counts fully. (Three slices: a reduction over the last axis is 10 times slower.)
    brightest = np.maximum(np.maximum(rgba[..., 0], rgba[..., 1]), rgba[..., 2])  # (H, W)
    over_black: npt.NDArray[np.uint8] = (brightest.astype(np.uint16) * rgba[..., 3] // 255).astype(
        np.uint8
    )
    return over_black


def _fit(crop: npt.NDArray[np.uint8]) -> Picture:
    """Scale the crop so that its longest side is 20 pixels, by averages over areas."""
    height, width = crop.shape
    scale = BOX / max(height, width)
    shape = max(1, round(width * scale)), max(1, round(height * scale))  # Pillow: width first
    # A crop of fewer than 20 pixels is enlarged, which needs interpolation.
    method = Image.Resampling.BOX if scale <= 1 else Image.Resampling.BILINEAR
    image = Image.fromarray(crop.astype(np.float32))
    return np.asarray(image.resize(shape, method), dtype=np.float32)


def _centre(fitted: Picture) -> Picture:
    """Paste into 28×28 by whole pixels so that the centre of mass falls on pixel (14, 14)."""
    picture = np.zeros((SIDE, SIDE), np.float32)
    starts = []
    for axis, length in enumerate(fitted.shape):
        weights = fitted.sum(axis=1 - axis)  # (length,)
        centre = float(weights @ np.arange(length)) / float(weights.sum())
        starts.append(int(np.clip(np.floor(SIDE / 2 - centre + 0.5), 0, SIDE - length)))
    row, column = starts
    picture[row : row + fitted.shape[0], column : column + fitted.shape[1]] = fitted
    return picture
