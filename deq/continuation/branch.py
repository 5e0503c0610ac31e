"""What a continuation returns: the points of a branch, and why it ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Generic

from torch import Tensor

from deq.bookkeeping.layout import S
from deq.diagnostics.stability import Stability


class BranchStatus(IntEnum):
    """Why a branch ended; ``str(status)`` is a sentence that says what happened.

    Examples
    --------
    >>> print(BranchStatus.COMPLETE)
    Complete: the last parameter was reached.
    """

    COMPLETE = 0
    RETURNED = 1
    MAX_POINTS = 2
    LOST = 3
    NON_FINITE = 4

    def __str__(self) -> str:
        return _SENTENCES[self]


_SENTENCES = {
    BranchStatus.COMPLETE: "Complete: the last parameter was reached.",
    BranchStatus.RETURNED: "Returned: behind a fold, the branch came back to the first parameter.",
    BranchStatus.MAX_POINTS: (
        "Stopped at the cap on points before the last parameter was reached. Raise max_points, or "
        "take a longer step."
    ),
    BranchStatus.LOST: (
        "Lost: after the last point no equilibrium was found on this branch, not even with the "
        "shortest step. At a fold the branch turns back: give step and (start, stop) to follow it. "
        "If step was given, raise max_evals, loosen tol, or look for a jump or a kink of f."
    ),
    BranchStatus.NON_FINITE: (
        "Stopped at a NaN or an infinity: after the last point f gave no finite value, not even "
        "with the shortest step. Look for an overflow or a division by zero in f."
    ),
}


@dataclass(frozen=True, slots=True)
class Branch(Generic[S]):
    """P equilibria z = f(z, p) in the order in which the branch passes through them.

    All of them have converged. What ended the branch is in ``status``.

    Attributes
    ----------
    parameter : Tensor, shape (P,)
        p of each point.
    z : Tensor, shape (P, …), or tuple of such
        The equilibria.
    residual : Tensor, shape (P,)
        ‖f(z, p) − z‖₂ at exactly that z and p.
    nfe : Tensor, shape (P,), int64
        Calls of f on the way to each point, failed attempts included. If one step found several
        points, such as a fold and what lies behind it, all its calls count for the first of them.
    stability : Stability
        Of each point: ``stability.ode_stable``, ``stability.abscissa``, …, each (P,). NaN and
        False with ``stability=False``.
    folds : Tensor, shape (F,), int64
        Which points are folds: ``parameter[folds]`` are their parameters. There an eigenvalue of
        ∂f/∂z is 1 up to rounding, so the first order does not decide whether they are stable.
    status : BranchStatus
        Why the branch ended.
    """

    parameter: Tensor
    z: S
    residual: Tensor
    nfe: Tensor
    stability: Stability
    folds: Tensor
    status: BranchStatus

    def __len__(self) -> int:
        return len(self.parameter)

    def __str__(self) -> str:
        first, last = self.parameter[0].item(), self.parameter[-1].item()
        at = ", ".join(f"{p:.6g}" for p in self.parameter[self.folds].tolist())
        folds = f"folds at p = {at}" if at else "no folds"
        return f"{len(self)} points from p = {first:.6g} to {last:.6g}, {folds}. {self.status}"
