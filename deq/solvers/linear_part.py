"""The linear part of an affine map f(w) = A w + c, from its values."""

from __future__ import annotations

import torch
from torch import Tensor

from deq.bookkeeping.norms import norm
from deq.solvers.base import FlatMap

# An entry of (I − A) v, or a pivot, this many units of rounding small is nothing but rounding.
NOISE = 16.0


class LinearPart:
    """``v → (I − A) v`` by a difference of the affine map f, scaled so as to lose no digits."""

    def __init__(self, f: FlatMap, w: Tensor, fw: Tensor) -> None:
        self.f = f
        self.w = w
        self.fw = fw
        scale = norm(w) + norm(fw)  # (B,)
        fine = (scale > 0) & scale.isfinite()
        self.scale = torch.where(fine, scale, 1.0).unsqueeze(1)  # (B, 1)

    def __call__(self, v: Tensor) -> Tensor:
        """Evaluate once, (B, D) → (B, D)."""
        av = (self.f(torch.addcmul(self.w, v, self.scale)) - self.fw) / self.scale  # (B, D)
        rounding = NOISE * torch.finfo(v.dtype).eps * (v.abs() + av.abs())
        out = v - av
        # Otherwise the noise of a singular system would pass for a system that is not.
        return torch.where(out.abs() <= rounding, 0.0, out)
