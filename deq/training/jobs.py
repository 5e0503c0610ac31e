"""Runs that can be named and configured by JSON, for processes that are told what to train.

A job is a generator ``job(config, folder, stopped)``: a JSON object that decides the result, a
folder of its own for what it keeps, and a function that says whether somebody wants it to end. It
yields records that JSON can hold, each with a ``stage``, the last one ``"stopped"`` or ``"done"``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

Record = Mapping[str, object]
Job = Callable[[Record, Path, Callable[[], bool]], Iterator[Record]]

JOBS: dict[str, str] = {
    "doubling": "deq.training.jobs:doubling",
    "lab": "deq.training.jobs:lab",
    "mnist": "deq.training.jobs:mnist",
}
"""Kind → ``module:function``, imported when it is first asked for."""


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


def json_line(record: Record) -> str:
    r"""A record as one line of JSON. JSON has no NaN and no infinity; both become null.

    Examples
    --------
    >>> json_line({"loss": float("nan"), "step": 0})
    '{"loss": null, "step": 0}\n'
    """
    known = {k: None if isinstance(v, float) and not math.isfinite(v) else v
             for k, v in record.items()}  # fmt: skip
    return json.dumps(known, allow_nan=False) + "\n"


def doubling(config: Record, folder: Path, stopped: Callable[[], bool]) -> Iterator[Record]:
    """Train y = 2x; see `deq.training.doubling.train`. The run is kept in ``run.safetensors``."""
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
    """Fetch MNIST into the user's cache, file by file, each checked by its SHA-256."""
    from deq.digits.mnist import SHA256, fetch

    for done, name in enumerate(SHA256):
        yield {"stage": "step", "done": done, "of": len(SHA256)}
        if stopped():
            yield {"stage": "stopped", "done": done, "of": len(SHA256)}
            return
        fetch(name)
    yield {"stage": "done", "done": len(SHA256), "of": len(SHA256)}
