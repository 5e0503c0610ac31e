"""When a sample is done: converged, lost, or at the floor of floating point."""

from __future__ import annotations

import math
from functools import cached_property

import torch
from torch import Tensor

from deq.status import Status

# A residual this many times larger than everything the sample started with will not come back.
_GROWTH = 1e8
# Below this many units of rounding, no new best for so many states means the float floor.
_FLOOR_EPS = 64.0
PATIENCE = 12
# The same where f rounds more coarsely than its state is stored.
_COARSE_EPS = 4.0
# Of its first residual a state that has outgrown its start may keep at most this part, and rounding
# may hide at most that.
_SHARE, _HIDDEN = 1 / 4, 1 / 8

ACTIVE = -1  # the code of a sample that has not finished


class StopTest:
    """Compares residuals with the tolerance ``atol + rtol·‖z‖₂``, the start and the float floor.

    A run-away must not pass by its own growth. With r = ‖f(z) − z‖₂, r₀ the same at the start z₀,
    and ε the rounding unit of the dtype, a sample has converged when::

        r ≤ atol + rtol·‖z‖
        r ≤ max(atol + rtol·(‖z₀‖ + r₀), min(√rtol, 1/4)·r₀, ε·‖z‖/2)
        ε·‖z‖ ≤ max(atol + rtol·(‖z₀‖ + r₀), 4ε·(‖z₀‖ + r₀), r₀/8)

    While ‖z‖ ≤ ‖z₀‖ + r₀ the last two follow from the first. Far from the start the second asks for
    half of the digits of rtol, as long as rounding can show them: an equation that has no solution
    keeps a part of r₀ for ever, often a small one. By the third, rounding must not hide r₀/8.

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
        r₀ and ‖z₀‖₂. A residual far above them and the unit is lost.
    """

    def __init__(
        self, atol: Tensor, rtol: float, dtype: torch.dtype, unit: Tensor, residual: Tensor,
        size: Tensor,
    ) -> None:  # fmt: skip
        self.atol, self.rtol = atol, rtol
        self.eps = torch.finfo(dtype).eps
        self.first = residual  # (B,) r₀
        self.start = residual + size  # (B,)
        limit = _GROWTH * (self.start + unit)  # (B,)
        self.limit = limit.clamp(max=torch.finfo(limit.dtype).max)  # infinity is beyond it

    def bound(self, size: Tensor) -> Tensor:
        """What the residuals of states of these norms ``size`` (B,) have to reach, (B,)."""
        return torch.add(self.atol, size, alpha=self.rtol)

    def strict_bound(self, size: Tensor) -> Tensor:
        """The same by all three inequalities, (B,); −1 where no residual would do."""
        far, most = self._limits
        bound = torch.minimum(self.bound(size), torch.maximum(far, self.eps / 2 * size))
        return bound.masked_fill(size > most, -1.0)

    @cached_property
    def _limits(self) -> tuple[Tensor, Tensor]:
        """What residuals far from the start must reach, and the largest ‖z‖ allowed there, (B,)."""
        near = self.bound(self.start)
        share = min(math.sqrt(self.rtol), _SHARE)
        hidden = torch.maximum(torch.maximum(near, 4 * self.eps * self.start), _HIDDEN * self.first)
        # Clamped, so that a norm that overflows is beyond it.
        most = (hidden / self.eps).clamp(max=torch.finfo(hidden.dtype).max)
        return torch.maximum(near, share * self.first), most

    def verdict(
        self, residual: Tensor, size: Tensor, bound: Tensor, waited: Tensor, eps: float
    ) -> Tensor:
        """Codes (B,) of samples that will not converge any more, ``ACTIVE`` for the others.

        ``waited`` (B,) counts the states since each had its smallest residual; ``eps`` is the
        rounding unit of f.
        """
        floor = _FLOOR_EPS * self.eps if eps <= self.eps else _COARSE_EPS * eps
        stalled = (waited >= PATIENCE) & (residual <= floor * size)
        stalled |= (residual == 0) & (bound < 0)  # so large a state hides its residual
        code = torch.where(stalled, int(Status.STALLED), ACTIVE)
        code = code.masked_fill(~(residual <= self.limit), int(Status.DIVERGED))  # NaN is beyond it
        return code.masked_fill(~residual.isfinite(), int(Status.NON_FINITE))
