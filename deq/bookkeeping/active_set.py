"""Whom a solver works on: all samples at first, later only those that have not finished."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from deq.bookkeeping.ledger import Ledger
from deq.bookkeeping.rows import Rows
from deq.bookkeeping.small import History
from deq.solvers.base import Iteration


class Crew:
    """The samples that take part in the steps of an iteration from ``z0`` (B, D).

    f is always evaluated on the whole batch, since it may use what belongs to each of its samples.
    The solver's own work is another matter: once at least half of those it works on have finished,
    and enough for it to pay (``History.spare``), it goes on with the others alone.

    Parameters
    ----------
    solver : Iteration
        Takes the steps.
    z0 : Tensor, shape (B, D)
        The start.
    ledger : Ledger
        Knows who has finished.
    """

    def __init__(self, solver: Iteration, z0: Tensor, ledger: Ledger) -> None:
        self._solver, self._ledger = solver, ledger
        self._state: Any = solver.init(z0)
        self._rows: Rows | None = None  # None: all
        # Narrower when no more than so many are left. On a CPU only: nobody has measured a GPU.
        self._until = self._half(len(z0)) if z0.is_cpu else -1

    def _half(self, width: int) -> int:
        """Of how many of ``width`` samples at most the solver goes on without the others."""
        if not isinstance(self._state, History):
            return -1
        return min(width // 2, width - self._state.spare)

    def residual(self, z: Tensor, fz: Tensor) -> Tensor:
        """Return ``fz − z`` (B, D)."""
        return self._solver.residual(self._state, z, fz) if self._rows is None else fz - z

    def step(self, z: Tensor, fz: Tensor) -> Tensor:
        """Return the iterate (B, D) that follows on the evaluated z; who has finished stays."""
        if self._ledger.mixed:  # they finish together, so nobody is left behind
            if self._rows is not None:
                self._call_all(z)
        elif self._ledger.finished.left <= self._until:
            self._narrow()
        if self._rows is None:
            z, self._state = self._solver.step(self._state, z, fz)
            return self._ledger.hold(z)
        some, self._state = self._solver.step(self._state, self._rows.of(z), self._rows.of(fz))
        z = self._rows.put(z, some)
        return z if self._ledger.finished.left == len(self._rows) else self._ledger.hold(z)

    def _narrow(self) -> None:
        """Go on without those who have finished."""
        going = self._ledger.finished.going
        self._state.keep(Rows(going if self._rows is None else going[self._rows.index]))
        self._rows = Rows(going)
        self._until = self._half(len(self._rows))

    def _call_all(self, z: Tensor) -> None:
        """Begin anew from z (B, D) with all: f mixes samples, some that had finished are back."""
        self._state, self._rows = self._solver.init(z), None
