"""What a solve keeps of its path with ``record=True``: every state that was observed."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor


@dataclass(frozen=True, slots=True)
class Recording:
    """The path of a solve; its lists have one entry for each observed state.

    Attributes
    ----------
    times : list of float
        Solver time.
    states : list of Tensor, shape (B, D)
        Finished samples stand at the state that they return.
    residuals : list of Tensor, shape (B,)
        ‖f(z) − z‖₂ there.
    evals : list of int
        Evaluations of f spent.
    """

    times: list[float] = field(default_factory=list)
    states: list[Tensor] = field(default_factory=list)
    residuals: list[Tensor] = field(default_factory=list)
    evals: list[int] = field(default_factory=list)

    def keep(self, t: float, z: Tensor, residual: Tensor, evals: int) -> None:
        """Append one state."""
        self.times.append(t)
        self.states.append(z)
        self.residuals.append(residual)
        self.evals.append(evals)
