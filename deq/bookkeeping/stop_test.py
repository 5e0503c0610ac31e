"""When a sample is done: converged, lost, or at the floor of floating point."""

from __future__ import annotations

import torch
from torch import Tensor

from deq.status import Status

# A residual this many times larger than everything the sample started with will not come back.
_GROWTH = 1e8
# Below this many units of rounding, no new best for so many states means the float floor.
_FLOOR_EPS = 64.0
PATIENCE = 12

ACTIVE = -1  # the code of a sample that has not finished


class StopTest:
    """Compares residuals with the tolerance ``atol + rtol·‖z‖₂``, the start and the float floor.

    Parameters
    ----------
    atol : Tensor, shape () or (B,)
        Absolute tolerance.
    rtol : float
        Relative tolerance.
    dtype : torch.dtype
        Of the states.
    unit : Tensor, shape () or (B,)
        The problem's unit of length: 1, or the gradient's length for adjoints.
    residual, size : Tensor, shape (B,)
        ‖f(z) − z‖₂ and ‖z‖₂ at the start: a residual far above both is lost.
    """

    def __init__(
        self, atol: Tensor, rtol: float, dtype: torch.dtype, unit: Tensor, residual: Tensor,
        size: Tensor,
    ) -> None:  # fmt: skip
        self.atol, self.rtol = atol, rtol
        self.floor = _FLOOR_EPS * torch.finfo(dtype).eps
        limit = _GROWTH * (residual + size + unit)  # (B,)
        self.limit = limit.clamp(max=torch.finfo(limit.dtype).max)  # infinity is beyond it

    def bound(self, size: Tensor) -> Tensor:
        """What the residuals of states of these norms ``size`` (B,) have to reach, (B,)."""
        return torch.add(self.atol, size, alpha=self.rtol)

    def converged(self, residual: Tensor, bound: Tensor) -> Tensor:
        """Which samples have converged, (B,). Where ‖z‖₂ overflows, only an exact zero counts."""
        return residual <= bound.nan_to_num(0.0, 0.0, 0.0)

    def verdict(self, residual: Tensor, size: Tensor, waited: Tensor) -> Tensor:
        """Codes (B,) of samples that will not converge any more, ``ACTIVE`` for the others.

        ``waited`` (B,) counts the states since each had its smallest residual.
        """
        stalled = (waited >= PATIENCE) & (residual <= self.floor * size)
        code = torch.where(stalled, int(Status.STALLED), ACTIVE)
        code = code.masked_fill(~(residual <= self.limit), int(Status.DIVERGED))  # NaN is beyond it
        return code.masked_fill(~residual.isfinite(), int(Status.NON_FINITE))
