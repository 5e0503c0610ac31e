"""Records of a training run of the digit network."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Stage = Literal["step", "epoch", "stopped", "done"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A record of a run.

    Attributes
    ----------
    stage : ``"step"``, ``"epoch"``, ``"stopped"`` or ``"done"``
        What has ended. At ``"epoch"``, ``"stopped"`` and ``"done"`` there is a checkpoint on disk.
    epoch, epochs, step, steps : int
        Done so far, and in all.
    loss : float
        Loss of the last batch.
    evals, adjoint_evals : float
        Mean evaluations of the cell for the equilibrium, and products with Jᵀ for the adjoint.
    norm : float
        ‖W‖₂ before the projection.
    rate : float
        Learning rate.
    seconds : float
        Since the run started or was resumed.
    accuracy : dict of str to float
        Share of validation digits predicted correctly, by source; after an epoch only.
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
