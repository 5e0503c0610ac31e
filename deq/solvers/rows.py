"""States of some samples among those of others, and small numbers on the host."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from deq.solvers.stop_test import Bools

_HALF = (torch.bfloat16, torch.float16)


def host(values: Tensor) -> Any:
    """The numbers as NumPy's, half types as float32."""
    if values.dtype in _HALF:
        values = values.float()
    return values.numpy() if values.is_cpu else values.cpu().numpy()


def share_of(rows: Bools, like: Tensor) -> Tensor:
    """Return a column (B, 1) that is 1 where the mask ``rows`` (B,) is true, and 0 elsewhere."""
    return torch.from_numpy(rows.astype("f4")).to(like).unsqueeze(1)


def overlay(z: Tensor, other: Tensor, share: Tensor) -> Tensor:
    """Return ``z`` (B, D) with the rows of ``other`` (B, D) where ``share`` (B, 1) is 1, not 0."""
    if z.is_cpu:
        # z + 0·(other − z) or other − 0·(other − z), exact where all is finite: on CPU it takes a
        # fraction of the time of a choice.
        mixed = torch.lerp(z, other, share)
        if math.isfinite(mixed.sum().item()):
            return mixed
    return torch.where(share > 0, other, z)
