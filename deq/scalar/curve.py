"""A smooth curve through the few states that an adaptive solver accepts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def hermite(t: npt.ArrayLike, x: npt.ArrayLike, slope: npt.ArrayLike, at: npt.ArrayLike) -> Array:
    """The cubic pieces that go through states with the right slopes (Hermite).

    SciPy's ``CubicHermiteSpline`` refuses the infinite slopes at the end of a flow that runs away;
    here they only spoil the piece that they belong to.

    Parameters
    ----------
    t, x, slope : array (T,)
        Times, states, and dx/dt there.
    at : array (N,)
        Where to read the curve off. Beyond the last time it stays level.

    Returns
    -------
    ndarray (N,)

    Examples
    --------
    >>> hermite([0, 2], [0, 8], [0, 12], [1, 2, 3])  # t³, exactly
    array([1., 8., 8.])
    """
    time, state = np.asarray(t, dtype=np.float64), np.asarray(x, dtype=np.float64)  # (T,)
    rise, where = np.asarray(slope, dtype=np.float64), np.asarray(at, dtype=np.float64)
    if len(time) < 2:
        return np.full(where.shape, state[-1] if len(state) else np.nan)
    k = np.clip(np.searchsorted(time, where, side="right") - 1, 0, len(time) - 2)  # (N,)
    step = time[k + 1] - time[k]
    s = np.clip((where - time[k]) / step, 0, 1)
    low, high = state[k], state[k + 1]
    curve: Array = (
        (1 + 2 * s) * (1 - s) ** 2 * low
        + s * (1 - s) ** 2 * step * rise[k]
        + s**2 * (3 - 2 * s) * high
        + s**2 * (s - 1) * step * rise[k + 1]
    )
    return curve
