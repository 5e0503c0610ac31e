"""What a solve keeps of its way when it was asked to: every state that was looked at."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor

from deq.bookkeeping.stop_test import Floats


@dataclass(frozen=True, slots=True)
class Recording:
    """The way of a solve; its lists have one entry a look.

    Attributes
    ----------
    times : list of float
        Solver time.
    states : list of Tensor, shape (B, D)
        Those who have finished stand at the state that they return.
    residuals : list of array, shape (B,)
        ‖f(z) − z‖₂ there.
    evals : list of int
        Evaluations of f spent.
    """

    times: list[float] = field(default_factory=list)
    states: list[Tensor] = field(default_factory=list)
    residuals: list[Floats] = field(default_factory=list)
    evals: list[int] = field(default_factory=list)

    def keep(self, t: float, z: Tensor, residual: Floats, evals: int) -> None:
        """Append one look."""
        self.times.append(t)
        self.states.append(z)
        self.residuals.append(residual)
        self.evals.append(evals)
