"""Runs by name, with a configuration in JSON: what a worker process can be asked to do.

A job is a generator ``job(config, folder, stopped)``: ``config`` is a JSON object, ``folder`` is
where the run keeps its files, and ``stopped()`` says whether the run shall end. It yields records
that JSON can hold, each with a ``stage``; the last stage is ``"stopped"`` or ``"done"``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from deq.training.records import Record

Job = Callable[[Record, Path, Callable[[], bool]], Iterator[Record]]

JOBS: dict[str, str] = {
    "doubling": "deq.training.jobs:doubling",
    "lab": "deq.training.jobs:lab",
    "mnist": "deq.training.jobs:mnist",
}
"""Kind → ``module:function``. The module is imported when the kind is first used."""


def job(kind: str) -> Job:
    """The job of that kind, or the one at ``module:function``.

    Raises
    ------
    ValueError
        If there is none.
    """
    place = JOBS.get(kind, kind)
    module, colon, name = place.partition(":")
    if not colon:
        raise ValueError(f"there is no job {kind!r}; there are {', '.join(JOBS)}.")
    found: Job = getattr(import_module(module), name)
    return found


def doubling(config: Record, folder: Path, stopped: Callable[[], bool]) -> Iterator[Record]:
    """Train y = 2x; the checkpoint is ``run.safetensors``. See `deq.training.doubling.train`."""
    from deq.training.doubling.config import DoublingConfig
    from deq.training.doubling.train import train_doubling

    checkpoint = folder / "run.safetensors"
    for record in train_doubling(DoublingConfig.of(config), checkpoint=checkpoint, stop=stopped):
        yield asdict(record)


def lab(config: Record, folder: Path, stopped: Callable[[], bool]) -> Iterator[Record]:
    """Train a network that reads digits; see `deq.training.lab.train`."""
    from deq.training.lab.config import LabConfig
    from deq.training.lab.train import train_lab

    for record in train_lab(LabConfig.of(config), folder=folder, stop=stopped):
        yield asdict(record)


def mnist(config: Record, folder: Path, stopped: Callable[[], bool]) -> Iterator[Record]:
    """Fetch the four files of MNIST into the user's cache; each is checked by its SHA-256."""
    from deq.digits.mnist import SHA256, fetch

    for done, name in enumerate(SHA256):
        yield {"stage": "step", "done": done, "of": len(SHA256)}
        if stopped():
            yield {"stage": "stopped", "done": done, "of": len(SHA256)}
            return
        fetch(name)
    yield {"stage": "done", "done": len(SHA256), "of": len(SHA256)}
