"""The training loop of the digit network: a generator of records, resumable at every step.

All random numbers depend on ``(seed, step)`` only, so a run that was stopped and resumed gives the
same weights.
"""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deq.digits.augment import Augment
from deq.digits.classes import NO_DIGIT
from deq.digits.corpus import Corpus, LabelledImages
from deq.models.classifier import CLASSES
from deq.models.digits import Digits
from deq.training.checkpoint import load_checkpoint, save_checkpoint
from deq.training.digits.config import TrainConfig
from deq.training.digits.distributed import World
from deq.training.digits.progress import Progress, Stage
from deq.training.records import mean_evals

FRESH = "Start afresh with --fresh, or name another place with --out."
"""Advice for a checkpoint that does not fit: only the command line trains this network."""


class Trainer:
    """A run: model, optimiser and number of steps taken.

    Parameters
    ----------
    config : TrainConfig
        The configuration.
    data : Corpus
        The data.
    checkpoint : Path
        The checkpoint; an existing one of the same configuration and data is resumed.
    world : World, optional
        The processes that train together, each with the same arguments; by default this one only.

    Raises
    ------
    WeightsError
        If the checkpoint is damaged, or belongs to another run.
    """

    def __init__(
        self, config: TrainConfig, data: Corpus, checkpoint: Path, world: World | None = None
    ) -> None:
        self.config, self.data, self.checkpoint = config, data, checkpoint
        self.world = world or World()
        if config.batch < self.world.size:
            raise ValueError(
                f"batch must be at least the number of processes, {self.world.size}, "
                f"not {config.batch}"
            )
        self.identity = json.dumps({"config": asdict(config), "data": data.fingerprint})
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            self.model = Digits(config.model, half=config.half)
        # On a CPU, channels last halves the time of a convolution.
        self.model = self.model.to(  # type: ignore[call-overload]
            self.world.device, memory_format=torch.channels_last
        )
        self.shared = self.world.distribute(self.model)
        kernel = self.model.cell.weight
        others = [p for p in self.model.parameters() if p is not kernel]
        self.optimiser = torch.optim.AdamW(
            [
                {"params": others, "share": 1.0},
                {"params": [kernel], "share": config.cell_rate, "weight_decay": 0.0},
            ],
            lr=config.rate,
            weight_decay=config.decay,
        )
        self.augment = Augment()
        self.step = 0
        self._pen_share = max(1, len(data.pen[0]) // 4)
        per_epoch = len(data.mnist[0]) + self._pen_share + len(data.others[0])
        self.steps_per_epoch = max(1, per_epoch // config.batch)
        self.steps = self.steps_per_epoch * config.epochs
        if checkpoint.exists():
            self.step = load_checkpoint(
                checkpoint, self.model, self.optimiser, self.identity, FRESH
            )

    def run(self, stop: threading.Event | None = None) -> Iterator[Progress]:
        """Train to the end, or until `stop` is set; yields after every step and every epoch."""
        began = time.monotonic()
        while self.step < self.steps:
            if self.world.any(stop is not None and stop.is_set()):
                self._save()
                yield self._progress("stopped", began)
                return
            epoch = self.step // self.steps_per_epoch
            if self.step % self.steps_per_epoch == 0 or not hasattr(self, "_order"):
                self._order = self._shuffle(epoch)
            line = self._train_step(began)
            yield line
            if self.step % self.steps_per_epoch == 0:
                self._save()
                yield replace(line, stage="epoch", epoch=epoch + 1, accuracy=self.validate())
        # Not saved: a run that is resumed from the last epoch makes this projection as well.
        self.model.cell.project_(300)
        self.model.eval()
        yield self._progress("done", began)

    def validate(self) -> dict[str, float]:
        """Share of validation digits predicted correctly; empty but in the first process."""
        if not self.world.main:
            return {}
        return {
            "mnist": accuracy(self.model, self.data.mnist_validation),
            "pen": accuracy(self.model, self.data.pen_validation),
        }

    def _train_step(self, began: float) -> Progress:
        """One optimiser step."""
        config, model = self.config, self.model
        height, strength = self._cycle()
        rate = config.rate * height * strength
        for group in self.optimiser.param_groups:
            group["lr"] = rate * group["share"]
        place = self.step % self.steps_per_epoch * config.batch
        images, labels = self._batch(self._order[place : place + config.batch])
        share = self.world.share(len(labels))
        # The weight of this process's mean in the mean of the batch.
        weight = (share.stop - share.start) / len(labels)
        generator = torch.Generator().manual_seed(config.seed * 1_000_003 + self.step)
        with torch.random.fork_rng(devices=[]):  # dropout draws from the global generator
            torch.manual_seed(config.seed * 1_000_003 + self.step)
            model.train()
            changed = self.augment.scaled(strength)(images[:, None], generator)[:, 0]
            logits = self.shared(changed[share].to(self.world.device))  # (B, 11)
        truth = labels[share].to(self.world.device)
        loss = weight * objective(logits, truth, config.smoothing, config.exposure)
        self.optimiser.zero_grad(set_to_none=True)
        (loss * self.world.size).backward()  # gradients are means over the processes
        nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        self.optimiser.step()
        norm = model.cell.project_()
        self.step += 1
        evals, adjoint_evals = mean_evals(model.equilibrium.last)
        parts = torch.tensor([loss.item(), weight * evals, weight * adjoint_evals])
        means = self.world.sums(parts)
        return replace(
            self._progress("step", began),
            loss=float(means[0]),
            evals=float(means[1]),
            adjoint_evals=float(means[2]),
            norm=float(norm),
            rate=rate,
        )

    def _cycle(self) -> tuple[float, float]:
        """The learning rate as a share of the largest, and the strength of this cycle."""
        first = self.steps_per_epoch * min(self.config.restart, self.config.epochs)
        second = self.step >= first
        done = self.step - first if second else self.step
        length = self.steps - first if second else first
        climb = min(1.0, (done + 1) / min(300, max(1, length // 4)))
        fall = 0.5 * (1 + math.cos(math.pi * done / length))
        return climb * fall, 0.5 if second else 1.0

    def _shuffle(self, epoch: int) -> Tensor:
        """Indices of one epoch, shuffled: all MNIST, a quarter of the pen digits, all others."""
        generator = torch.Generator().manual_seed(self.config.seed * 7_919 + epoch)
        mnist, pen = len(self.data.mnist[0]), len(self.data.pen[0])
        others = len(self.data.others[0])
        chosen = torch.cat(
            [
                torch.arange(mnist),
                mnist + torch.randperm(pen, generator=generator)[: self._pen_share],
                mnist + pen + torch.arange(others),
            ]
        )
        return chosen[torch.randperm(len(chosen), generator=generator)]

    def _batch(self, index: Tensor) -> LabelledImages:
        """Pictures (B, 28, 28) in [0, 1] and labels (B,) at indices into the three sources."""
        images, labels, offset = [], [], 0
        for source in (self.data.mnist, self.data.pen, self.data.others):
            chosen = index[(index >= offset) & (index < offset + len(source[0]))] - offset
            images.append(source[0][chosen])
            labels.append(source[1][chosen])
            offset += len(source[0])
        return torch.cat(images).float() / 255, torch.cat(labels)

    def _progress(self, stage: Stage, began: float) -> Progress:
        return Progress(
            stage=stage,
            epoch=self.step // self.steps_per_epoch,
            epochs=self.config.epochs,
            step=self.step,
            steps=self.steps,
            seconds=time.monotonic() - began,
        )

    def _save(self) -> None:
        if self.world.main:
            save_checkpoint(self.checkpoint, self.model, self.optimiser, self.identity, self.step)


def objective(logits: Tensor, labels: Tensor, smoothing: float, exposure: float) -> Tensor:
    """Cross-entropy over eleven classes: the digits, and something else.

    Parameters
    ----------
    logits : Tensor (B, 11)
        Output of the network.
    labels : Tensor (B,)
        0 to 9, or `NO_DIGIT`.
    smoothing, exposure : float
        Label smoothing for digits; weight of the loss on what is none.

    Returns
    -------
    Tensor ()
        Mean over the batch.

    References
    ----------
    Hendrycks, Mazeika, Dietterich (2019), "Deep anomaly detection with outlier exposure".
    """
    digit = labels != NO_DIGIT
    named = F.cross_entropy(
        logits[digit], labels[digit], label_smoothing=smoothing, reduction="sum"
    )
    refused = F.cross_entropy(logits[~digit], labels[~digit], reduction="sum")
    return (named + exposure * refused) / len(labels)


@torch.no_grad()
def accuracy(model: Digits, part: LabelledImages) -> float:
    """Share of pictures predicted correctly."""
    model.eval()
    images, labels = part
    right = 0
    device = model.readout.weight.device
    for some, truth in zip(torch.split(images, 500), torch.split(labels, 500), strict=True):
        logits = model(some.to(device).float() / 255)[:, :CLASSES]  # (B, 10)
        right += int((logits.argmax(1).cpu() == truth).sum())
    return right / len(labels)
