"""Train a network that reads digits, small enough to be watched: a generator of records.

Every random choice is made from ``(seed, step)``, so a run that was stopped and resumed is the
same run.
"""

from __future__ import annotations

import json
import math
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from deq.digits.augment import Augment
from deq.models.weights import save
from deq.stability import jacobian_penalty
from deq.training.calibrate import fit_projection, set_thresholds
from deq.training.checkpoint import load_checkpoint, save_checkpoint
from deq.training.errors import TrainingError
from deq.training.lab.config import LabConfig, Network, build
from deq.training.lab.data import LabData, lab_data
from deq.training.lab.progress import LabProgress, Stage
from deq.training.lab.validation import Validator, confusion, mistakes, named

WEIGHTS, CHECKPOINT = "weights.safetensors", "run.safetensors"
"""What a run keeps in its folder: the network, and what it needs to be resumed."""
_MIN_INTERVAL = 0.7  # between looks, and so many times as long as a look takes
_INTERVAL_FACTOR = 4.0
_MAX_RECORDS = 400  # steps that are told of, at most
_PROJECTION_DIGITS = 1000  # training digits that the map of states is made of
_STRENGTH = 0.5  # of the variations, where the shipped network's are 1
_CLIP = 2.0
_DIGITS_AFTER_STOP = (
    1000  # digits that a run which is stopped is asked about, where others are asked all
)


class Lab:
    """A run: network, optimiser and the number of steps taken.

    Parameters
    ----------
    config : LabConfig
        What to do.
    folder : Path, optional
        Where the run is kept, after every epoch and at its end; one that is there is resumed.
    data : Path or str, optional
        Folder of MNIST, as for `deq.digits.mnist.load_mnist`.

    Raises
    ------
    deq.digits.DataError
        If a data file is missing or damaged.
    deq.models.WeightsError
        If the run that was kept is damaged or another one.
    """

    def __init__(
        self, config: LabConfig, folder: Path | None = None, data: Path | str | None = None
    ) -> None:
        self.config, self.folder = config, folder
        self.data: LabData = lab_data(config.data, data)
        self.identity = json.dumps(asdict(config))
        self.model: Network = build(config)
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
            If the loss is no longer a number.
        """
        self.began = time.monotonic()
        line = self._line("look")
        yield self._validated(line)
        due = time.monotonic() + _MIN_INTERVAL
        every = math.ceil(self.steps / _MAX_RECORDS)
        order = self._order()
        while self.step < self.steps:
            if stop is not None and stop():
                yield self._finish(replace(line, stage="stopped"))
                return
            if self.step % self.steps_per_epoch == 0:
                order = self._order()
            place = self.step % self.steps_per_epoch * self.config.batch
            line = self._learn(order[place : place + self.config.batch])
            if self.step % self.steps_per_epoch == 0 and self.step < self.steps:
                self._keep()
            began = time.monotonic()
            if began > due and self.step < self.steps:
                yield self._validated(line)
                now = time.monotonic()
                due = now + max(_MIN_INTERVAL, _INTERVAL_FACTOR * (now - began))
            elif self.step % every == 0:
                yield line
        yield self._finish(replace(line, stage="done"))

    def _order(self) -> Tensor:
        """The digits of this epoch, shuffled."""
        epoch = self.step // self.steps_per_epoch
        generator = torch.Generator().manual_seed(self.config.seed * 7_919 + epoch)
        return torch.randperm(len(self.data.train[1]), generator=generator)

    def _learn(self, which: Tensor) -> LabProgress:
        """One step of Adam on the digits at these places."""
        config, model = self.config, self.model
        for group in self.adam.param_groups:
            group["lr"] = config.rate * 0.5 * (1 + math.cos(math.pi * self.step / self.steps))
        chance = config.seed * 1_000_003 + self.step
        generator = torch.Generator().manual_seed(chance)
        images, labels = self.data.train[0][which].float() / 255, self.data.train[1][which]
        if config.vary:
            images = self.vary(images[:, None], generator)[:, 0]
        model.train()
        with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
            torch.manual_seed(chance)  # dropout draws from the global generator
            warnings.simplefilter("ignore", RuntimeWarning)  # of a backward solve: records tell
            x = model.encode(images)
            z = model.equilibrium(x)  # (B, …)
            loss = F.cross_entropy(model.logits(z), labels)
            said = loss.item()
            if config.penalty:
                loss = loss + config.penalty * jacobian_penalty(
                    model.cell, z, x, generator=generator
                )
            if not math.isfinite(said):
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
        line = replace(self._line("step"), loss=said, bound=bound)
        last = model.equilibrium.last
        if last is None:
            return line
        size = torch.linalg.vector_norm(z.detach().flatten(1), dim=1)  # (B,)
        back = last.backward
        return replace(
            line,
            evals=float(last.nfe.double().mean()),
            adjoint_evals=float(back.nfe.double().mean()) if back is not None else math.nan,
            residual=float((last.residual / (1 + size)).max()),
            settled=float(last.converged.double().mean()),
        )

    def _line(self, stage: Stage) -> LabProgress:
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

    def _validated(self, line: LabProgress) -> LabProgress:
        look = self.validator.validate(self.model)
        return replace(
            line, stage="look", accuracy=look.accuracy, radius=look.radius, cloud=look.cloud
        )

    def _finish(self, line: LabProgress) -> LabProgress:
        """Measure on all held-out digits, and keep the network as it is."""
        self._keep()
        asked = None if line.stage == "done" else _DIGITS_AFTER_STOP
        held_out = self.data.held_out[0][:asked], self.data.held_out[1][:asked]
        truth, probabilities = held_out[1], named(self.model, held_out)
        stage = line.stage
        line = self._validated(line)
        right = probabilities.argmax(1) == truth
        return replace(
            line,
            stage=stage,
            accuracy=float(right.double().mean()),
            confusion=confusion(probabilities, truth),
            mistakes=mistakes(probabilities, truth),
            left=0.0,
        )

    def _keep(self) -> None:
        """Checkpoint, map of the states, thresholds, weights."""
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
    """Train as the lab does; see `Lab` and `LabProgress`.

    Yields
    ------
    LabProgress
        A look at the untrained network, then steps and looks as they happen, and last ``"done"`` or
        ``"stopped"``.

    Examples
    --------
    >>> *_, last = train_lab(LabConfig(epochs=1))
    >>> last.stage, last.accuracy > 0.8
    ('done', True)
    """
    yield from Lab(config, folder, data).run(stop)
