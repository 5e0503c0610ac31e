"""States of some samples put among those of others."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from deq.solvers.stop_test import Bools


def share_of(rows: Bools, like: Tensor) -> Tensor:
    """Return a column (B, 1) that is 1 where the mask ``rows`` (B,) is true, and 0 elsewhere."""
    share = torch.from_numpy(rows[:, None].astype("f4"))
    # Asking costs less than having torch find that there is nothing to do.
    return share if like.dtype == torch.float32 and like.is_cpu else share.to(like)


def overlay(z: Tensor, other: Tensor, share: Tensor) -> Tensor:
    """Return ``z`` (B, D) with the rows of ``other`` (B, D) where ``share`` (B, 1) is 1, not 0."""
    if z.is_cpu:
        # z + 0·(other − z) or other − 0·(other − z), exact where all is finite: on CPU it takes a
        # fraction of the time of a choice.
        mixed = torch.lerp(z, other, share)
        if math.isfinite(mixed.sum().item()):
            return mixed
    return torch.where(share > 0, other, z)
