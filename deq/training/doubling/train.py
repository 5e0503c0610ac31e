"""Training of y = 2x through an equilibrium: a generator of records."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from deq.models.doubling import Doubling
from deq.status import Status
from deq.training.checkpoint import load_checkpoint, save_checkpoint
from deq.training.doubling.config import DoublingConfig, build
from deq.training.errors import TrainingError
from deq.training.records import mean_evals

INPUTS = tuple(float(x) for x in range(1, 11))
OUTSIDE = -5.0
"""An input far from the ten that are learnt, at which the answer is recorded."""
# Near a = 1 the loss is very steep. With Adam's usual 0.999, one such gradient would make the next
# three hundred steps small.
_BETAS = (0.9, 0.9)
_EVERY = 100  # epochs between checkpoints


@dataclass(frozen=True, slots=True, kw_only=True)
class DoublingProgress:
    """The network at one epoch.

    Attributes
    ----------
    stage : ``"step"``, ``"stopped"`` or ``"done"``
        At the last two there is a checkpoint.
    epoch, epochs : int
        Steps so far, and in all.
    loss : float
        Sum of squared errors over the ten numbers.
    slope, intercept : float
        a and b of f(u) = a u + b; for tanh an upper bound of the slope, and f(0).
    answer : float
        Answer of the network at x = −5.
    evals, adjoint_evals : float
        Mean evaluations for the equilibrium, and products with Jᵀ for the adjoint.
    settled : float
        Share of the ten solves that converged.
    weights : list of float
        All sixteen parameters, for `Doubling.set_parameters`.
    seconds : float
        Since the run started or was resumed.
    """

    stage: Literal["step", "stopped", "done"]
    epoch: int
    epochs: int
    loss: float
    slope: float
    intercept: float
    answer: float
    evals: float
    adjoint_evals: float
    settled: float
    weights: list[float]
    seconds: float


def train_doubling(
    config: DoublingConfig,
    *,
    checkpoint: Path | None = None,
    stop: Callable[[], bool] | None = None,
) -> Iterator[DoublingProgress]:
    """Minimise the sum of squared errors over x = 1, …, 10 by Adam.

    Parameters
    ----------
    config : DoublingConfig
        The configuration.
    checkpoint : Path, optional
        Checkpoint, written every hundred epochs and at the end; an existing one is resumed.
    stop : callable, optional
        Once it returns True, the run ends after the current step, with a checkpoint.

    Yields
    ------
    DoublingProgress
        The network before each step, and at the end.

    Raises
    ------
    TrainingError
        If states or weights diverge.
    deq.models.WeightsError
        If the checkpoint is damaged or belongs to another run.

    Examples
    --------
    >>> *_, last = train_doubling(DoublingConfig(epochs=200))
    >>> round(last.answer, 1)
    -10.0
    """
    began = time.monotonic()
    model = build(config)
    model.layer.on_failure = "ignore"  # the records say what has converged
    adam = torch.optim.Adam(model.parameters(), lr=config.rate, betas=_BETAS)
    run = json.dumps(asdict(config))
    first = 0
    if checkpoint is not None and checkpoint.exists():
        first = load_checkpoint(checkpoint, model, adam, run)
    x = torch.tensor(INPUTS, dtype=torch.float64)[:, None]  # (10, 1)
    y = config.slope * x + config.intercept

    def save(epoch: int) -> None:
        if checkpoint is not None:
            save_checkpoint(checkpoint, model, adam, run, epoch)

    for epoch in range(first, config.epochs + 1):
        last = epoch == config.epochs
        stopped = not last and stop is not None and stop()
        loss = (model(x) - y).square().sum()
        adam.zero_grad()
        if not (last or stopped):
            loss.backward()
        stage: Literal["step", "stopped", "done"] = "step"
        if last or stopped:
            stage = "done" if last else "stopped"
            save(epoch)
        record = _record(model, config, stage, epoch, loss, time.monotonic() - began)
        yield record
        if stopped:
            return
        if not last:
            for group in adam.param_groups:
                group["lr"] = config.rate * _rate_decay(epoch / config.epochs)
            adam.step()
            if config.constrained:
                model.constrain_()
            if (epoch + 1) % _EVERY == 0:
                save(epoch + 1)


def _rate_decay(share: float) -> float:
    """Factor of the learning rate: 1 for half the epochs, then half a cosine down to 0."""
    return 1.0 if share < 0.5 else 0.5 * (1 + math.cos(math.pi * (2 * share - 1)))


def _record(
    model: Doubling,
    config: DoublingConfig,
    stage: Literal["step", "stopped", "done"],
    epoch: int,
    loss: Tensor,
    seconds: float,
) -> DoublingProgress:
    """The record of the current network."""
    statistics = model.layer.last
    if statistics is None:
        raise RuntimeError("the layer has not been called")
    status = statistics.status
    lost = (status == int(Status.DIVERGED)) | (status == int(Status.NON_FINITE))
    if bool(lost.any()) or not math.isfinite(loss.item()):
        raise TrainingError(_divergence(model, config, epoch))
    evals, adjoint_evals = mean_evals(statistics)
    with torch.no_grad():
        answer = float(model(torch.full((1, 1), OUTSIDE, dtype=torch.float64)))
    return DoublingProgress(
        stage=stage,
        epoch=epoch,
        epochs=config.epochs,
        loss=loss.item(),
        slope=model.slope,
        intercept=model.intercept,
        answer=answer,
        evals=evals,
        adjoint_evals=adjoint_evals,
        settled=float(statistics.converged.double().mean()),
        weights=model.parameter_list(),
        seconds=seconds,
    )


def _divergence(model: Doubling, config: DoublingConfig, epoch: int) -> str:
    if math.isfinite(model.slope) and model.slope >= 1:
        return (
            f"After {epoch} epochs the states ran away: f has the slope {model.slope:.2f}, and "
            "from 1 on there is no stable equilibrium. Keep it constrained, or try another seed."
        )
    return (
        f"After {epoch} epochs the numbers ran away. A smaller learning rate than "
        f"{config.rate:g} keeps them."
    )
