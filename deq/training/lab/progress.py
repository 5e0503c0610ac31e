"""What a run of the lab says of itself, step by step."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Stage = Literal["step", "look", "stopped", "done"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabProgress:
    """A run at one step.

    Attributes
    ----------
    stage : ``"step"``, ``"look"``, ``"stopped"`` or ``"done"``
        After a look, accuracy, radius and cloud are there; after the last two, confusion and
        mistakes as well, the weights are on disk, and accuracy is that on all digits kept apart
        (or the first 1,000 of them, after a stop).
    step, steps, epoch, epochs : int
        Taken and planned.
    loss : float
        Of the last batch.
    evals, adjoint_evals : float
        Mean evaluations to the equilibrium, and of its transpose to the adjoint.
    residual : float
        Largest ‖f(z) − z‖₂ / (1 + ‖z‖₂) in the batch.
    settled : float
        Share of the batch whose equilibrium was found.
    bound : float
        The contraction constant before it was brought back to its limit.
    seconds, left : float
        Since the run began or was resumed, and those it will probably take from here.
    speed : float
        Digits a second.
    accuracy, radius, cloud
        See `deq.training.lab.validation.Validation`.
    confusion, mistakes
        See `deq.training.lab.validation`.
    """

    stage: Stage
    step: int
    steps: int
    epoch: int
    epochs: int
    loss: float = math.nan
    evals: float = math.nan
    adjoint_evals: float = math.nan
    residual: float = math.nan
    settled: float = math.nan
    bound: float = math.nan
    seconds: float = 0.0
    left: float = math.nan
    speed: float = math.nan
    accuracy: float = math.nan
    radius: float = math.nan
    cloud: list[list[float]] | None = None
    confusion: list[list[int]] | None = None
    mistakes: list[dict[str, float]] | None = None
