"""How a solve ended, per sample, in words. Imports nothing but the standard library."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deq.solution import Solution


class Status(IntEnum):
    """Why the solver stopped working on one sample.

    ``Solution.status`` holds these codes as integers, one a sample; ``str(Status(code))`` is a
    sentence that says what happened and what to try.

    Examples
    --------
    >>> Status(0).name
    'CONVERGED'
    >>> print(Status.CONVERGED)
    Converged: the residual is within the tolerance.
    """

    CONVERGED = 0
    MAX_EVALS = 1
    DIVERGED = 2
    NON_FINITE = 3
    STALLED = 4

    def __str__(self) -> str:
        return _SENTENCES[self]


_SENTENCES = {
    Status.CONVERGED: "Converged: the residual is within the tolerance.",
    Status.MAX_EVALS: (
        "Stopped at the cap on evaluations (or on solver time) before the residual reached the "
        "tolerance; the best state seen is returned. Raise max_evals, loosen tol, or try another "
        "solver."
    ),
    Status.DIVERGED: (
        "Diverged: the residual grew without bound, so this iteration does not settle here; the "
        "best state seen is returned. Try more damping, another solver, or another start."
    ),
    Status.NON_FINITE: (
        "Stopped at a NaN or an infinity: the map gave no finite value, and the last good state "
        "is returned. Look for an overflow or a division by zero in the map, or start elsewhere."
    ),
    Status.STALLED: (
        "Stalled at the floor of floating point: rounding in the precision that the map computes "
        "in hides any further progress, and the best state seen is returned. Loosen tol, or "
        "compute in a higher precision: float64, or float32 in place of half types and autocast."
    ),
}


class ConvergenceWarning(RuntimeWarning):
    """Given by a ``DEQ`` when a forward or backward solve of its own has failed.

    Its text names the cause and no numbers, so that Python shows it once in a training.
    """


class ConvergenceError(RuntimeError):
    """Raised when a sample did not converge.

    By ``solve(…, strict=True)``, and by ``DEQ(…, on_failure="raise")`` in both of its passes.

    Attributes
    ----------
    solution : Solution
        What was reached: for ``solve`` the object that ``strict=False`` would have returned.
    """

    def __init__(self, message: str, solution: Solution[Any]) -> None:
        super().__init__(message)
        self.solution = solution
