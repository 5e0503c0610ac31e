"""From data files to the shipped weights: train, choose thresholds, measure, save."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import torch

from deq.digits.corpus import Report, build_corpus
from deq.digits.mnist import load_mnist, load_subset
from deq.models.evaluation import evaluate
from deq.models.weights import SHIPPED, save
from deq.training.calibrate import fit_projection, set_thresholds
from deq.training.digits.config import TrainConfig
from deq.training.digits.distributed import World
from deq.training.digits.progress import Progress
from deq.training.digits.trainer import Trainer


def checkpoint_path(out: Path) -> Path:
    """The checkpoint of a run whose weights go to `out`."""
    return out.with_name(out.stem + ".checkpoint.safetensors")


def train_digits(
    config: TrainConfig,
    *,
    data: Path | str | None = None,
    download: bool = False,
    out: Path = SHIPPED,
    fresh: bool = False,
    stop: threading.Event | None = None,
    report: Report | None = None,
    world: World | None = None,
) -> Iterator[Progress]:
    """Train, choose thresholds, measure and save the digit network.

    Parameters
    ----------
    config : TrainConfig
        The configuration.
    data, download
        As for `deq.digits.mnist.load_mnist`.
    out : Path
        Where the weights go. The checkpoint is beside it; it is written after every epoch and on a
        stop, and a run is resumed from it.
    fresh : bool
        Delete an earlier checkpoint.
    stop : threading.Event, optional
        Set it to end the run after the current step, with a checkpoint.
    report : callable, optional
        Called with (task, number done, total) while pictures are rendered and figures measured.
    world : World, optional
        The processes that train together; see `deq.training.digits.distributed`. All of them call
        this function with the same arguments; the first one downloads, saves and measures.

    Yields
    ------
    Progress
        After every step and epoch. The last one is ``"stopped"``, or ``"done"`` after the weights
        are saved.

    Raises
    ------
    deq.digits.DataError
        If a data file is missing or wrong.
    deq.models.WeightsError
        If the checkpoint is damaged or belongs to another configuration.
    """
    world = world or World()
    if download and world.size > 1:  # one process downloads, the others find the files
        if world.main:
            for split in ("train", "test"):
                load_mnist(split, data, download=True)
        world.barrier()
    corpus = build_corpus(
        data,
        download=download,
        pen_copies=config.pen_copies,
        others=config.others,
        seed=config.seed,
        report=report,
    )
    checkpoint = checkpoint_path(out)
    if fresh and world.main:  # only after the data were found
        checkpoint.unlink(missing_ok=True)
    world.barrier()
    trainer = Trainer(config, corpus, checkpoint, world)
    for progress in trainer.run(stop):
        if progress.stage != "done" or not world.main:
            yield progress
            continue
        model = trainer.model
        images, labels = (torch.from_numpy(part) for part in load_subset())
        fit_projection(model, images[::2], labels[::2])
        both = zip(corpus.mnist_validation, corpus.pen_validation, strict=True)
        images, labels = (torch.cat(pair) for pair in both)
        set_thresholds(model, (images, labels))
        figures = evaluate(model, data, download, report)
        save(model, out, {"run": trainer.identity, "figures": figures.json()})
        yield progress
