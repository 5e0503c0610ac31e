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
SAME = 10  # a smaller difference (of 255) between two papers may be noise
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
    if not _dark_on_light(colours):
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


def _dark_on_light(colours: Array) -> bool:
    """Whether the ink is darker than the paper.

    The dark and the light strokes are removed in turn. Ink covers less than half of the paper, so
    its removal leaves the median pixel as it is; squared paper's light squares fail here. And what
    is left is smooth paper: without its light inside, an O would still be dark.
    """
    step = max(1, min(colours.shape[:2]) // 200)
    small = ndimage.uniform_filter(colours.mean(2), step)[::step, ::step]
    window = max(3, round(WINDOW * min(small.shape)))
    papers = _closed(small, window), -_closed(-small, window)
    moved = [float(np.median(np.abs(paper - small))) for paper in papers]
    if abs(moved[0] - moved[1]) > SAME:
        return moved[0] < moved[1]
    left = [sum(np.abs(np.diff(paper, axis=axis)).sum() for axis in (0, 1)) for paper in papers]
    return bool(left[0] <= left[1])
