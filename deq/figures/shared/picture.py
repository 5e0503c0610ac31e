"""The 28×28 picture that the network sees, large enough to look at."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def magnify(image: npt.ArrayLike, factor: int = 4) -> npt.NDArray[np.uint8]:
    """Each pixel as a square of `factor` pixels, so that a browser cannot blur them.

    Parameters
    ----------
    image : array (H, W)
        Ink from 0 to 1.
    factor : int
        Side of each square, pixels.

    Returns
    -------
    ndarray (H·factor, W·factor) uint8

    Examples
    --------
    >>> magnify([[0.0, 1.0]], factor=2).tolist()
    [[0, 0, 255, 255], [0, 0, 255, 255]]
    """
    grey = (np.clip(np.asarray(image, dtype=np.float64), 0, 1) * 255).round().astype(np.uint8)
    return grey.repeat(factor, axis=0).repeat(factor, axis=1)
