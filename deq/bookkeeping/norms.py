"""Norms of states that neither overflow nor vanish."""

from __future__ import annotations

import torch
from torch import Tensor


def norm(x: Tensor) -> Tensor:
    """‖x‖₂ of each sample of ``x`` (B, D), (B,); infinite or NaN only where ``x`` is not finite."""
    length: Tensor = torch.linalg.vector_norm(x, dim=1)  # (B,)
    return length if length.isfinite().all() else scaled_norm(x)


def scaled_norm(x: Tensor, dtype: torch.dtype | None = None) -> Tensor:
    """The same for any size of ``x`` (B, D), computed in ``dtype``: squares may leave its range.

    A norm above the largest number of ``dtype`` is given as that number.
    """
    dtype = dtype or x.dtype
    if x.shape[1] == 0:
        return x.new_zeros(len(x), dtype=dtype)
    x = x.to(dtype)
    largest = x.abs().amax(1)  # (B,), NaN if any is
    unit = torch.where((largest > 0) & largest.isfinite(), largest, 1.0)  # (B,)
    length = torch.linalg.vector_norm(x / unit[:, None], dim=1) * unit
    return torch.where(largest.isfinite(), length.clamp(max=torch.finfo(dtype).max), largest)
