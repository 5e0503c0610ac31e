"""The constants of Broyden's small algebra, made once for a size, a dtype and a device."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

# Rows come into the products in blocks: fewer views to cut, and tiny products are slow on CPU.
BLOCK = 4


@dataclass(frozen=True, slots=True)
class Tables:
    """Constants for histories of one size, dtype and device."""

    unit: dict[int, tuple[Tensor, ...]]  # by width w and row: (w,) 1 at the row
    before: dict[int, tuple[Tensor, ...]]  # likewise: (w,) 1 at the two rows before it
    one: Tensor  # (1, 1, 1), like the next three
    zero: Tensor
    infinity: Tensor
    tiny: Tensor  # the smallest normal number
    bound: float  # how often a step that is trusted may count vectors


@lru_cache(maxsize=16)
def tables_for(size: int, dtype: torch.dtype, device: torch.device) -> Tables:
    """Return the constants for histories of up to ``size`` rows."""
    with torch.inference_mode(False):  # kept, and met by others later
        eye = torch.eye(size, dtype=dtype, device=device)
        before = eye.roll(-1, 1) + eye.roll(-2, 1)  # rows 0 and 1 are not asked for
        widths = range(BLOCK, size + 1, BLOCK)
        one = eye[:1, :1, None].clone()
        info = torch.finfo(dtype)
        return Tables(
            unit={w: eye[:w, :w].unbind() for w in widths},
            before={w: before[:w, :w].unbind() for w in widths},
            one=one,
            zero=torch.zeros_like(one),
            infinity=torch.full_like(one, float("inf")),
            tiny=one * info.tiny,
            bound=info.eps**-0.75,
        )
