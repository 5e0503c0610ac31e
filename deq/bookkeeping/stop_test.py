"""When a sample is done: converged, lost, or at the floor of floating point."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from deq.status import Status

Floats = npt.NDArray[np.floating[Any]]
Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int64]

# A residual this many times larger than everything the sample started with will not come back.
_GROWTH = 1e8
# Below this many units of rounding, no new best for so many looks means the float floor.
_FLOOR_EPS = 64.0
PATIENCE = 12


class StopTest:
    """Holds residuals against the tolerance ``atol + rtol·‖z‖₂``, the start and the float floor.

    Parameters
    ----------
    atol : array, shape () or (B,)
        Absolute tolerance.
    rtol : float
        Relative tolerance.
    dtype : torch.dtype
        Of the states.
    """

    def __init__(self, atol: Floats, rtol: float, dtype: torch.dtype) -> None:
        self.atol = atol
        self.rtol = rtol
        self._floor = _FLOOR_EPS * torch.finfo(dtype).eps
        self._start = (atol, atol)  # residuals and norms (B,) of the start
        self._limit: Floats | None = None

    def begin(self, res: Floats, size: Floats) -> None:
        """Learn the start's residuals and norms (B,): they tell where a sample is lost."""
        self._start = res, size

    @property
    def limit(self) -> Floats:
        """The residual beyond which a sample has diverged, (B,)."""
        if self._limit is None:  # most solves never ask
            res, size = self._start
            with np.errstate(over="ignore"):
                # atol/rtol is the problem's unit of length: 1 for tol, the gradient's for adjoints.
                limit = _GROWTH * (res + size + self.atol / self.rtol)
            self._limit = limit.clip(max=np.finfo(limit.dtype).max)  # infinity is beyond it
        return self._limit

    def bound(self, size: Floats) -> Floats:
        """What the residuals of states of these norms ``size`` (B,) have to reach, (B,)."""
        return self.atol + self.rtol * size

    def converged(self, res: Floats, bound: Floats) -> Bools:
        """Who has converged, (B,). Where a state's norm overflows it says nothing."""
        converged: Bools = res <= bound
        if np.maximum.reduce(bound) == np.inf:
            converged &= (bound < np.inf) | (res == 0)
        return converged

    def hopeless(self, res: Floats, size: Floats, waited: Codes) -> Codes:
        """Codes (B,) of those who will not converge any more, −1 for the others.

        ``waited`` (B,) counts the looks since each was best.
        """
        code: Codes = np.full(res.shape, -1)
        code[(waited >= PATIENCE) & (res <= self._floor * size)] = Status.STALLED
        code[~(res <= self.limit)] = Status.DIVERGED  # NaN is not within it
        code[~np.isfinite(res)] = Status.NON_FINITE
        return code
