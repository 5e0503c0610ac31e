"""What a training run tells about itself, line by line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Stage = Literal["step", "epoch", "stopped", "done"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One line of a run's diary.

    Attributes
    ----------
    stage : ``"step"``, ``"epoch"``, ``"stopped"`` or ``"done"``
        What just happened. After ``"epoch"``, ``"stopped"`` and ``"done"`` a checkpoint is on disk.
    epoch, epochs, step, steps : int
        Finished and planned.
    loss : float
        Of the last batch.
    evals, adjoint_evals : float
        Mean evaluations of the cell to the equilibrium, and of its transpose to the adjoint.
    norm : float
        ‖W‖₂ before it was projected.
    rate : float
        Learning rate.
    seconds : float
        Since the run or its resumption began.
    accuracy : dict of str to float
        Share of validation digits named right, by source; after an epoch only.
    """

    stage: Stage
    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float = float("nan")
    evals: float = float("nan")
    adjoint_evals: float = float("nan")
    norm: float = float("nan")
    rate: float = 0.0
    seconds: float = 0.0
    accuracy: dict[str, float] = field(default_factory=dict)
