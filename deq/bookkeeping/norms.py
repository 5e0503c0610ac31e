"""Norms of states that neither overflow nor vanish."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from deq.bookkeeping.layout import State, parts


def norm(x: Tensor) -> Tensor:
    """‖x‖₂ of each sample of ``x`` (B, D), (B,); infinite or NaN only where ``x`` is not finite."""
    length: Tensor = torch.linalg.vector_norm(x, dim=1)  # (B,)
    return length if math.isfinite(length.sum().item()) else scaled_norm(x)


def norm_for(length: Tensor) -> Callable[[Tensor], Tensor]:
    """The norm for states of about these lengths (B,): a check of each one would cost time."""
    far = math.sqrt(torch.finfo(length.dtype).max) / 1e3
    return scaled_norm if float(length.max()) > far else _plain


def _plain(x: Tensor) -> Tensor:
    length: Tensor = torch.linalg.vector_norm(x, dim=1)
    return length


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


def relative_residual(residual: Tensor, z: State) -> Tensor:
    """‖f(z) − z‖ / (1 + ‖z‖) of each sample, which the stop test compares with ``tol``.

    ``residual``, ‖f(z) − z‖, has a number for each sample of ``z``; one that is not finite stays.
    """
    count = residual.numel()
    flat = [part.reshape(count, part.numel() // max(count, 1)) for part in parts(z)]
    wide = torch.promote_types(residual.dtype, torch.float32)
    size = scaled_norm(torch.cat(flat, dim=1), wide).view(residual.shape)
    return torch.where(residual.isfinite(), residual / (1 + size), residual)
