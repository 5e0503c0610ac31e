"""The training loop of the lab: a generator of records.

All random numbers depend on ``(seed, step)`` only, so a run that was stopped and resumed gives the
same weights.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from deq.bookkeeping.norms import relative_residual
from deq.digits.augment import Augment
from deq.models.weights import save
from deq.stability import jacobian_penalty
from deq.training.calibrate import fit_projection, set_thresholds
from deq.training.checkpoint import load_checkpoint, save_checkpoint
from deq.training.errors import TrainingError
from deq.training.lab.config import LabConfig, Network, build
from deq.training.lab.data import LabData, lab_data
from deq.training.lab.progress import LabProgress, Stage
from deq.training.lab.validation import Validator, confusion, mistakes, predicted
from deq.training.records import mean_evals

WEIGHTS, CHECKPOINT = "weights.safetensors", "run.safetensors"
"""Files in the folder of a run."""
# Time between two validations: at least 0.7 s, and at least 4 times their duration.
_MIN_INTERVAL, _INTERVAL_FACTOR = 0.7, 4.0
_MAX_RECORDS = 400  # recorded steps, at most
_PROJECTION_DIGITS = 1000  # training digits on which the projection is fitted
_STRENGTH = 0.5  # of the augmentation; the shipped network has 1
_CLIP = 2.0
_DIGITS_AFTER_STOP = 1000  # held-out digits measured when a run is stopped


class LabTrainer:
    """A run: network, optimiser and number of steps taken.

    Parameters
    ----------
    config : LabConfig
        The configuration.
    folder : Path, optional
        Folder for checkpoint and weights, written after every epoch and at the end; an existing
        checkpoint is resumed.
    data : Path or str, optional
        Folder of MNIST, as for `deq.digits.mnist.load_mnist`.

    Raises
    ------
    deq.digits.DataError
        If a data file is missing or damaged.
    deq.models.WeightsError
        If the checkpoint is damaged or belongs to another run.
    """

    def __init__(
        self, config: LabConfig, folder: Path | None = None, data: Path | str | None = None
    ) -> None:
        self.config, self.folder = config, folder
        self.data: LabData = lab_data(config.data, data)
        self.identity = json.dumps(asdict(config))
        self.model: Network = build(config)
        self.model.equilibrium.on_failure = "ignore"  # the records say what has converged
        self.adam = torch.optim.Adam(self.model.parameters(), lr=config.rate)
        self.vary = Augment().scaled(_STRENGTH)
        self.validator = Validator(self.data)
        self.steps_per_epoch = math.ceil(len(self.data.train[1]) / config.batch)
        self.steps = self.steps_per_epoch * config.epochs
        self.step = 0
        if folder is not None and (folder / CHECKPOINT).exists():
            self.step = load_checkpoint(folder / CHECKPOINT, self.model, self.adam, self.identity)
        self.first = self.step

    def run(self, stop: Callable[[], bool] | None = None) -> Iterator[LabProgress]:
        """Train to the end, or until ``stop()`` is true.

        Raises
        ------
        TrainingError
            If the loss is not finite.
        """
        self.began = time.monotonic()
        line = self._progress("look")
        yield self.validator.validate(self.model, line)
        due = time.monotonic() + _MIN_INTERVAL
        every = math.ceil(self.steps / _MAX_RECORDS)
        order = self._shuffle()
        while self.step < self.steps:
            if stop is not None and stop():
                yield self._measure_all(replace(line, stage="stopped"))
                return
            if self.step % self.steps_per_epoch == 0:
                order = self._shuffle()
            place = self.step % self.steps_per_epoch * self.config.batch
            line = self._train_step(order[place : place + self.config.batch])
            if self.step % self.steps_per_epoch == 0 and self.step < self.steps:
                self._save()
            began = time.monotonic()
            if began > due and self.step < self.steps:
                yield self.validator.validate(self.model, line)
                now = time.monotonic()
                due = now + max(_MIN_INTERVAL, _INTERVAL_FACTOR * (now - began))
            elif self.step % every == 0:
                yield line
        yield self._measure_all(replace(line, stage="done"))

    def _shuffle(self) -> Tensor:
        """Indices of the training digits, shuffled for this epoch."""
        epoch = self.step // self.steps_per_epoch
        generator = torch.Generator().manual_seed(self.config.seed * 7_919 + epoch)
        return torch.randperm(len(self.data.train[1]), generator=generator)

    def _train_step(self, which: Tensor) -> LabProgress:
        """One step of Adam on the digits at these indices."""
        config, model = self.config, self.model
        for group in self.adam.param_groups:
            group["lr"] = config.rate * 0.5 * (1 + math.cos(math.pi * self.step / self.steps))
        chance = config.seed * 1_000_003 + self.step
        generator = torch.Generator().manual_seed(chance)
        images, labels = self.data.train[0][which].float() / 255, self.data.train[1][which]
        if config.vary:
            images = self.vary(images[:, None], generator)[:, 0]
        model.train()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(chance)  # dropout draws from the global generator
            x = model.encode(images)
            z = model.equilibrium(x)  # (B, …)
            loss = F.cross_entropy(model.logits(z), labels)
            value = loss.item()
            if config.penalty:
                loss = loss + config.penalty * jacobian_penalty(
                    model.cell, z, x, generator=generator
                )
            if not math.isfinite(value):
                raise TrainingError(
                    f"After {self.step} steps the loss is no longer a number. A smaller learning "
                    f"rate than {config.rate:g} keeps it one."
                )
            self.adam.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), _CLIP)
        self.adam.step()
        bound = float(model.contract_())
        self.step += 1
        line = replace(self._progress("step"), loss=value, bound=bound)
        last = model.equilibrium.last
        if last is None:
            return line
        evals, adjoint_evals = mean_evals(last)
        return replace(
            line,
            evals=evals,
            adjoint_evals=adjoint_evals,
            residual=float(relative_residual(last.residual, z.detach()).max()),
            settled=float(last.converged.double().mean()),
        )

    def _progress(self, stage: Stage) -> LabProgress:
        seconds = time.monotonic() - self.began
        taken = self.step - self.first
        return LabProgress(
            stage=stage,
            step=self.step,
            steps=self.steps,
            epoch=self.step // self.steps_per_epoch,
            epochs=self.config.epochs,
            seconds=seconds,
            left=seconds / taken * (self.steps - self.step) if taken else math.nan,
            speed=taken * self.config.batch / seconds if taken else math.nan,
        )

    def _measure_all(self, line: LabProgress) -> LabProgress:
        """Measure on all held-out digits, and keep the network as it is."""
        self._save()
        count = None if line.stage == "done" else _DIGITS_AFTER_STOP
        held_out = self.data.held_out[0][:count], self.data.held_out[1][:count]
        truth, probabilities = held_out[1], predicted(self.model, held_out)
        stage = line.stage
        line = self.validator.validate(self.model, line)
        right = probabilities.argmax(1) == truth
        return replace(
            line,
            stage=stage,
            accuracy=float(right.double().mean()),
            confusion=confusion(probabilities, truth),
            mistakes=mistakes(probabilities, truth),
            left=0.0,
        )

    def _save(self) -> None:
        """Write checkpoint and weights, with the projection and thresholds of now."""
        if self.folder is None:
            return
        save_checkpoint(self.folder / CHECKPOINT, self.model, self.adam, self.identity, self.step)
        images, labels = self.data.train
        some = torch.linspace(0, len(labels) - 1, _PROJECTION_DIGITS).long()
        training = self.model.training
        fit_projection(self.model, images[some], labels[some])
        set_thresholds(self.model, (self.data.held_out[0][self.data.shown], self.validator.labels))
        save(self.model, self.folder / WEIGHTS, {"run": self.identity, "step": str(self.step)})
        self.model.train(training)


def train_lab(
    config: LabConfig,
    *,
    folder: Path | None = None,
    data: Path | str | None = None,
    stop: Callable[[], bool] | None = None,
) -> Iterator[LabProgress]:
    """Train as the lab does; see `LabTrainer` and `LabProgress`.

    Yields
    ------
    LabProgress
        A validation of the untrained network, then steps and validations, and at the end ``"done"``
        or ``"stopped"``.

    Examples
    --------
    >>> *_, last = train_lab(LabConfig(epochs=1))
    >>> last.stage, last.accuracy > 0.8
    ('done', True)
    """
    yield from LabTrainer(config, folder, data).run(stop)
