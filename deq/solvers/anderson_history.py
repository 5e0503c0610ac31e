"""What an Anderson iteration remembers of a batch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from torch import Tensor

from deq.bookkeeping.rows import Rows
from deq.bookkeeping.small import History, near, small

# Up to so many samples the whole Gram matrix costs less than putting a row and a column into it,
# and NumPy solves their systems sooner.
FEW = 16


@dataclass(slots=True)
class AndersonState(History):
    """History of an Anderson iteration; slots are reused in a ring.

    What is as long as a state is a tensor; see `deq.bookkeeping.small` for the rest.
    """

    spare: ClassVar[int] = 192  # measured: fewer cost more to sort out than they save

    g: Tensor  # (B, m + 1, D) residual vectors f(z) − z
    e: Tensor  # (B, m + 1, D) damped steps z + h·g
    gram: Tensor  # (B, m + 1, m + 1) g gᵀ
    ones: Tensor  # (B, m + 1, 1)
    factors: tuple[Tensor, ...]  # (m + 1, m + 1) of the Gram matrix, by the newest slot
    floors: tuple[Tensor, ...]  # (m + 1, m + 1) added to it, by the slots in use
    newest: tuple[Tensor, ...]  # (m + 1,) all the weight on the newest slot, by that slot
    count: int = 0  # states taken so far
    begun: bool = False  # whether the residual vector of the next step is in its slot
    each_g: tuple[Tensor, ...] = field(init=False)  # m + 1 views (B, D) of g
    each_e: tuple[Tensor, ...] = field(init=False)  # and of e
    near_g: Any = field(init=False)  # the same histories, where products with them are quicker
    near_e: Any = field(init=False)
    table: Any = field(init=False)  # gram, where small operations on it are quicker

    def __post_init__(self) -> None:
        self.each_g, self.each_e = self.g.unbind(1), self.e.unbind(1)
        self.near_g, self.near_e, self.table = near(self.g), near(self.e), small(self.gram)

    def keep(self, rows: Rows) -> None:
        """Forget all samples but some."""
        some = len(rows)
        for slot in (*self.each_g, *self.each_e):
            slot[:some] = rows.of(slot)
        self.g, self.e, self.ones = self.g[:some], self.e[:some], self.ones[:some]
        self.gram = rows.of(self.gram)
        if some <= FEW:  # few read all slots
            written = self.count + self.begun
            self.g[:, written:], self.e[:, written:] = 0, 0
        self.__post_init__()
