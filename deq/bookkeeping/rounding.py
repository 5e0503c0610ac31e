"""The dtype that f really computes in, found from the numbers that it gives."""

from __future__ import annotations

import torch
from torch import Tensor

# Dtypes that f may compute in, with integers of their sizes.
_COARSE = {torch.float32: torch.int32, torch.float16: torch.int16, torch.bfloat16: torch.int16}


def rounding_unit(dtype: torch.dtype, known: torch.dtype | None, fz: Tensor | None) -> float:
    """The rounding unit of f: that of the coarsest dtype which it is known, or seems, to have.

    Parameters
    ----------
    dtype : torch.dtype
        Of the states.
    known : torch.dtype or None
        In which f is known to compute, as under autocast.
    fz : Tensor, shape (B, D), or None
        What f gave last.
    """
    found = [dtype, known or dtype]
    if fz is not None:
        coarser = [d for d in _COARSE if d.itemsize < dtype.itemsize]
        found += [d for d in coarser if _is_made_of(fz, d)]
    return max(torch.finfo(d).eps for d in found)


def _is_made_of(x: Tensor, dtype: torch.dtype) -> bool:
    """Whether ``x`` (B, D) was computed in the coarser ``dtype``.

    All its numbers can be represented there, and a quarter of them or more need the last bit: half
    do where they were rounded, none among short numbers such as small integers.
    """
    coarse = x.to(dtype)
    if not torch.equal(coarse.to(x.dtype), x):
        return False
    last = int((coarse.view(_COARSE[dtype]) & 1).sum())
    return last > 0 and 4 * last >= int(coarse.count_nonzero())
