"""Small algebra of many samples, and products with histories of states, where each is quickest.

On a CPU NumPy's operations on a few numbers a sample cost a third of a tensor's, and so do its
products of many small matrices. What is written with operators and slices serves both.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import fields
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from deq.bookkeeping.rows import KNOWN, Rows

# In batches of states with more numbers torch shares its work among threads.
_NEAR = 32768


class History(ABC):
    """Base of the state of an iteration, a dataclass whose other fields are views of its arguments.

    A copy gets views of its own: those of NumPy would still be views of the original.

    Attributes
    ----------
    spare : int
        How many samples must have finished for it to pay to go on without them.
    """

    __slots__ = ()
    spare: ClassVar[int]

    @abstractmethod
    def keep(self, rows: Rows) -> None:
        """Forget all samples but some; on a CPU. It frees no memory, and needs that of a state."""

    def __reduce__(self) -> tuple[type[History], tuple[Any, ...]]:
        given = [f.name for f in fields(self) if f.init]  # type: ignore[arg-type]
        return type(self), tuple(getattr(self, name) for name in given)


def small(values: Tensor) -> Any:
    """The same numbers, in NumPy if they are on a CPU; the memory is shared."""
    return values.numpy() if values.is_cpu else values


def near(rows: Tensor) -> Any:
    """The same history ``rows`` (B, m, D), in NumPy if products with it are quicker there."""
    batch, _, dim = rows.shape
    return small(rows) if batch * dim <= _NEAR and rows.dtype in KNOWN else rows


def choice(which: Any, some: Any, others: Any) -> Any:
    """Per sample ``some`` where the mask ``which`` (B, …) is true, ``others`` elsewhere."""
    where: Any = np.where if isinstance(which, np.ndarray) else torch.where
    return where(which, some, others)


def products(rows: Any, of: range, upto: int) -> list[Any]:
    """Inner products (B, 1, upto) of some rows of a history (B, m, D) with the first ones of it."""
    others = rows[:, :upto].mT  # (B, D, upto)
    if isinstance(rows, np.ndarray):
        # One row after the other: its products of matrices with so few are slow.
        return [rows[:, i : i + 1] @ others for i in of]
    found = torch.bmm(rows[:, of.start : of.stop], others)  # (B, k, upto)
    each = small(found if found.dtype in KNOWN else found.float())
    return [each[:, i : i + 1] for i in range(len(of))]


def combination(share: Any, rows: Any) -> Tensor:
    """Σᵢ shareᵢ·rowsᵢ (B, D) of the first rows of a history (B, m, D), for shares (B, 1, w)."""
    some = rows[:, : share.shape[2]]  # (B, w, D)
    if isinstance(rows, np.ndarray):
        return torch.from_numpy((share @ some)[:, 0])
    return torch.bmm(torch.as_tensor(share).to(some.dtype), some).squeeze(1)
