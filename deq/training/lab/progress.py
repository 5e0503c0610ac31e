"""Records of a run of the lab."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Stage = Literal["step", "look", "stopped", "done"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabProgress:
    """A record of a run.

    Attributes
    ----------
    stage : ``"step"``, ``"look"``, ``"stopped"`` or ``"done"``
        ``"look"`` is a validation: it has accuracy, radius and cloud. The last two also have
        confusion and mistakes, the weights are on disk, and accuracy is that on all held-out digits
        (after a stop, on the first 1,000).
    step, steps, epoch, epochs : int
        So far, and in all.
    loss : float
        Loss of the last batch.
    evals, adjoint_evals : float
        Mean evaluations for the equilibrium, and products with Jᵀ for the adjoint.
    residual : float
        Largest ‖f(z) − z‖₂ / (1 + ‖z‖₂) in the batch.
    settled : float
        Share of the batch whose solves converged.
    bound : float
        The contraction constant before the projection.
    seconds, left : float
        Since the run started or was resumed, and estimated until its end.
    speed : float
        Digits per second.
    accuracy : float
        Share of the 300 shown digits that are predicted correctly.
    radius : float
        Spectral radius of the Jacobian at one digit's equilibrium.
    cloud : list of [x, y]
        Equilibria of 200 of them, projected on the plane in which the ten classes differ most.
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
