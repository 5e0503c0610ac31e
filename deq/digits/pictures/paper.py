"""The light on the paper at each place of a photograph, and the ink that stands out from it.

The paper is estimated without the strokes by a morphological closing: each pixel gets the darkest
of the brightest pixels around it, so that whatever is narrower than the window disappears. Wide
things stay as they are: a dark corner, the edge of a shadow, a desk around the sheet.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Array = NDArray[np.float32]

WINDOW = 0.2  # side of the window, as a share of the picture's shorter side
BRIGHT = 128  # a wide part of this brightness (of 255) is white paper
CHALK = 0.4  # chalk is brighter than the rest by this share of all contrast
DARKEST = 0.4  # paper darker than this share of the brightest is taken for something else: a desk


def ink_of_photo(flat: NDArray[np.floating]) -> Array:
    """How much each pixel differs from the paper around it.

    Parameters
    ----------
    flat : ndarray (H, W, 3)
        Colours from 0 to 255.

    Returns
    -------
    ndarray (H, W) float32
        From 0 to 255, as if all of the paper were lit like its brightest part; noise is removed.

    References
    ----------
    Serra (1982), "Image Analysis and Mathematical Morphology": the top-hat transform.
    """
    colours = flat.astype(np.float32)
    if _light_on_dark(colours):
        colours = 255 - colours
    window = max(3, round(WINDOW * min(colours.shape[:2])))
    smooth = ndimage.gaussian_filter(colours, (0.8, 0.8, 0))  # less noise, which closing picks up
    ink = np.zeros(colours.shape[:2], np.float32)
    elsewhere = np.zeros(ink.shape, dtype=bool)  # where the desk is seen, not the paper
    for channel in np.moveaxis(smooth, 2, 0):  # coloured ink is darkest in one channel
        paper = _closed(channel, window)
        bright = float(np.percentile(paper[::8, ::8], 95))
        elsewhere |= paper < DARKEST * bright
        light = np.maximum(paper / max(bright, 1), DARKEST)  # 1 where it is brightest
        ink = np.maximum(ink, (paper - channel) / light)
    elsewhere = ndimage.binary_dilation(elsewhere, iterations=3)  # with the blur of its edge
    if elsewhere.all():  # no paper, but colours beside one another
        return np.zeros_like(ink)
    ink[elsewhere] = 0
    # Half of squared paper may be lines, so the noise is that of the palest third. Of a normal
    # distribution, 10 % lie 1.28 deviations below the mean, and 30 % lie 0.52 below.
    low, high = np.percentile(ink[~elsewhere][::4], (10, 30))
    noise = float(high - low) / 0.76
    result: Array = (ink - high - (0.52 + 4) * noise).clip(0, 255)
    return result


def _closed(grey: Array, window: int) -> Array:
    """Grey closing by a square window; outside, the picture goes on as at its border."""
    padded = ndimage.grey_closing(np.pad(grey, window, mode="edge"), (window, window))
    closed: Array = padded[window:-window, window:-window]
    return closed


def _light_on_dark(colours: Array) -> bool:
    """Whether the ink is lighter than the paper, as chalk on a blackboard.

    Then whatever is bright is narrow. Of dark ink's paper, wide bright parts are left, also when
    a dark desk is around it.
    """
    step = max(1, min(colours.shape[:2]) // 200)
    small = ndimage.uniform_filter(colours.mean(2), step)[::step, ::step]
    wide = -_closed(-small, max(3, round(WINDOW * min(small.shape))))  # without light strokes
    lost, contrast = small.max() - wide.max(), small.max() - small.min()
    return bool(wide.max() < BRIGHT and lost > CHALK * contrast)
