"""Some samples of a batch: picked out, and put among others."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from deq.bookkeeping.stop_test import Bools

# Types that NumPy has too.
KNOWN = (torch.float32, torch.float64)


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


class Rows:
    """The samples of the mask ``which`` (B,), on a CPU.

    Attributes
    ----------
    index : array of int64, shape (n,)
        Their places in the batch.
    """

    def __init__(self, which: Bools) -> None:
        self.index = np.flatnonzero(which)

    def __len__(self) -> int:
        return len(self.index)

    def of(self, values: Tensor) -> Tensor:
        """A copy of their part of ``values``, (n, …) of (B, …)."""
        if values.dtype in KNOWN:  # whole rows are copied, at which NumPy takes half the time
            return torch.from_numpy(values.numpy().take(self.index, 0))
        return values.index_select(0, torch.from_numpy(self.index))

    def put(self, values: Tensor, part: Tensor) -> Tensor:
        """A copy of ``values`` (B, D) with the rows ``part`` (n, D) in their places."""
        if values.dtype in KNOWN:
            copy = values.numpy().copy()
            copy[self.index] = part.numpy()
            return torch.from_numpy(copy)
        return values.index_copy(0, torch.from_numpy(self.index), part)
