"""What a Broyden iteration remembers of a batch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import torch
from torch import Tensor

from deq.bookkeeping.rows import Rows
from deq.bookkeeping.small import History, near


@dataclass(slots=True)
class BroydenState(History):
    """History of a Broyden iteration, written in place.

    ``−H g = h·g + Σᵢ cᵢ·rowsᵢ`` with ``c = mix (rows h·g)``. Behind the newest move lies h·g.

    What is as long as a state is a tensor; see `deq.bookkeeping.small` for the rest.
    """

    spare: ClassVar[int] = 96  # measured: fewer cost more to sort out than they save

    rows: Tensor  # (B, m, D)
    mix: Any  # (B, m, m)
    gram: Any  # (B, m, m) inner products of the rows
    share: Any  # (B, 1, m) room for c
    newest: int = -1  # row of the last move
    begun: bool = False  # whether the residual vector of the next step is in its row
    first: int = 0  # row of the first move
    trust: Any = None  # (B, 1, 1) whose last move was −H g; None: everybody's
    slope: Any = None  # (B, 1) after a restart: dᵀ(h·g) of the move that was kept
    row: tuple[Tensor, ...] = field(init=False)  # m views (B, D) of rows
    near: Any = field(init=False)  # rows, where products with them are quicker
    eps: float = field(init=False)  # the unit of rounding
    tiny: float = field(init=False)  # the smallest normal number

    def __post_init__(self) -> None:
        self.row, self.near = self.rows.unbind(1), near(self.rows)
        info = torch.finfo(self.rows.dtype)
        self.eps, self.tiny = info.eps, info.tiny

    def keep(self, rows: Rows) -> None:
        """Forget all samples but some."""
        some, used = len(rows), self.newest + 1 + self.begun
        for row in self.row[:used]:
            row[:some] = rows.of(row)
        for square in (self.mix, self.gram):
            square[:some, :used, :used] = square[rows.index, :used, :used]
        self.rows, self.share = self.rows[:some], self.share[:some]
        self.mix, self.gram = self.mix[:some], self.gram[:some]
        self.trust = None if self.trust is None else self.trust[rows.index]
        self.slope = None if self.slope is None else rows.of(self.slope)
        self.__post_init__()
