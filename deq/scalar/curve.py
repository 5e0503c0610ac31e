"""A smooth curve through the states that an adaptive ODE solver accepts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def hermite(t: npt.ArrayLike, x: npt.ArrayLike, slope: npt.ArrayLike, at: npt.ArrayLike) -> Array:
    """Cubic Hermite interpolation: a curve through the states with the given slopes.

    On a step of length h, with s from 0 to 1::

        (1 + 2s)(1 − s)² xₖ + s(1 − s)² h x′ₖ + s²(3 − 2s) xₖ₊₁ + s²(s − 1) h x′ₖ₊₁

    SciPy's ``CubicHermiteSpline`` refuses the infinite slopes at the end of a flow that diverges.
    Here an infinite slope affects its own step only.

    Parameters
    ----------
    t, x, slope : array (T,)
        Times, states, and dx/dt there.
    at : array (N,)
        Times at which the curve is returned. After the last time it is constant.

    Returns
    -------
    ndarray (N,)

    Examples
    --------
    >>> hermite([0, 2], [0, 8], [0, 12], [1, 2, 3])  # t³, exactly
    array([1., 8., 8.])
    """
    time, state = np.asarray(t, dtype=np.float64), np.asarray(x, dtype=np.float64)  # (T,)
    dx, wanted = np.asarray(slope, dtype=np.float64), np.asarray(at, dtype=np.float64)
    if len(time) < 2:
        return np.full(wanted.shape, state[-1] if len(state) else np.nan)
    k = np.clip(np.searchsorted(time, wanted, side="right") - 1, 0, len(time) - 2)  # (N,)
    h = time[k + 1] - time[k]
    s = np.clip((wanted - time[k]) / h, 0, 1)
    curve: Array = (
        (1 + 2 * s) * (1 - s) ** 2 * state[k]
        + s * (1 - s) ** 2 * h * dx[k]
        + s**2 * (3 - 2 * s) * state[k + 1]
        + s**2 * (s - 1) * h * dx[k + 1]
    )
    return curve
