"""Train y = 2x through an equilibrium: a generator of records, quick enough to watch live."""

from __future__ import annotations

import json
import math
import time
import warnings
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

INPUTS = tuple(float(x) for x in range(1, 11))
OUTSIDE = -5.0
"""Where the trained network is asked, far from its ten inputs."""
# The squares are steep near a = 1, where answers run away. With Adam's usual 0.999 one such step
# would damp the next three hundred.
_BETAS = (0.9, 0.9)
_EVERY = 100  # epochs between checkpoints


@dataclass(frozen=True, slots=True, kw_only=True)
class DoublingProgress:
    """The network at one epoch.

    Attributes
    ----------
    stage : ``"step"``, ``"stopped"`` or ``"done"``
        After the last two there is a checkpoint.
    epoch, epochs : int
        Steps taken so far, and planned.
    loss : float
        Sum of squares over the ten numbers.
    slope, intercept : float
        a and b of f(u) = a u + b; for tanh a bound of the slope, and f(0).
    answer : float
        What the network says at x = −5.
    evals, adjoint_evals : float
        Mean evaluations to the equilibrium, and of its transpose to the adjoint.
    settled : float
        Share of the ten whose equilibrium was found.
    weights : list of float
        All sixteen, for `deq.models.doubling.Doubling.set_parameters`.
    seconds : float
        Since the run began.
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
    """Minimise the sum of squares over x = 1, …, 10 by Adam.

    Parameters
    ----------
    config : DoublingConfig
        What to do.
    checkpoint : Path, optional
        Where the run is kept, every hundred epochs and at its end; one that is there is resumed.
    stop : callable, optional
        The run ends after the present step once it says True; nothing is lost.

    Yields
    ------
    DoublingProgress
        The network before each step, and at the end.

    Raises
    ------
    TrainingError
        If states or weights run away.
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

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of a backward solve: records tell
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
    """Of the learning rate: all of it for half the epochs, then half a cosine down to nothing."""
    return 1.0 if share < 0.5 else 0.5 * (1 + math.cos(math.pi * (2 * share - 1)))


def _record(
    model: Doubling,
    config: DoublingConfig,
    stage: Literal["step", "stopped", "done"],
    epoch: int,
    loss: Tensor,
    seconds: float,
) -> DoublingProgress:
    """What there is to say about the network now."""
    statistics = model.layer.last
    if statistics is None:
        raise RuntimeError("the layer has not been called")
    status = statistics.status
    lost = (status == int(Status.DIVERGED)) | (status == int(Status.NON_FINITE))
    if bool(lost.any()) or not math.isfinite(loss.item()):
        raise TrainingError(_divergence(model, config, epoch))
    backward = statistics.backward
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
        evals=float(statistics.nfe.double().mean()),
        adjoint_evals=float(backward.nfe.double().mean()) if backward is not None else math.nan,
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
