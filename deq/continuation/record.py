"""The points of a branch while it is followed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic

import torch
from torch import Tensor

from deq.bookkeeping.layout import S
from deq.continuation.branch import Branch, BranchStatus
from deq.continuation.curve import Curve, Point
from deq.diagnostics.stability import Stability, stability


@dataclass(slots=True)
class _Entry:
    """One point with what was measured there."""

    point: Point
    nfe: int
    radius: float
    abscissa: float
    fold: bool


class Record(Generic[S]):
    """The points that are kept, in their order on the branch.

    Parameters
    ----------
    curve : Curve
        Counts the calls of f, and learns the size of the states.
    measure : bool
        Compute the stability of each point.
    """

    def __init__(self, curve: Curve[S], measure: bool) -> None:
        self.curve, self.measure = curve, measure
        self._entries: list[_Entry] = []
        self._nfe = 0

    def __len__(self) -> int:
        return len(self._entries)

    def keep(self, point: Point) -> None:
        """Put ``point`` at the end."""
        self._entries.append(self._entry(point))
        self.curve.size = max(self.curve.size, torch.linalg.vector_norm(point.y[:-1]).item())

    def keep_fold(self, fold: Point) -> None:
        """Put ``fold`` next to the last point, on its side of it; it may be the last point."""
        last = self._entries[-1]
        if fold is not last.point:
            before, here = self._entries[-2].point.y, last.point.y
            way = self.curve.scaled(fold.y - here) @ self.curve.scaled(here - before)
            self._entries.insert(len(self) - (way.item() < 0), self._entry(fold, fold=True))
        else:
            last.fold = True

    def _entry(self, point: Point, *, fold: bool = False) -> _Entry:
        spent, self._nfe = self.curve.nfe - self._nfe, self.curve.nfe
        found = Stability(torch.tensor([torch.nan]), torch.tensor([torch.nan]))
        if self.measure:
            found = stability(lambda z: self.curve.f(z, point.y[-1]), point.y[None, :-1])
            self._nfe = self.curve.nfe
        return _Entry(point, spent, found.spectral_radius.item(), found.abscissa.item(), fold)

    def branch(self, status: BranchStatus) -> Branch[S]:
        """Return the points as a branch that ended with ``status``."""
        y = torch.stack([entry.point.y for entry in self._entries])  # (P, D + 1)

        def column(values: list[float]) -> Tensor:
            return torch.tensor(values, dtype=y.dtype, device=y.device)

        folds = [i for i, entry in enumerate(self._entries) if entry.fold]
        nfe = [entry.nfe for entry in self._entries]
        return Branch(
            parameter=y[:, -1],
            z=self.curve.shaped(y[:, :-1]),
            residual=torch.stack([entry.point.residual for entry in self._entries]),
            nfe=torch.tensor(nfe, dtype=torch.int64, device=y.device),
            stability=Stability(
                column([entry.radius for entry in self._entries]),
                column([entry.abscissa for entry in self._entries]),
            ),
            folds=torch.tensor(folds, dtype=torch.int64, device=y.device),
            status=status,
        )
