"""Runs that can be named and configured by JSON, for processes that are told what to train.

A job is a generator ``job(config, folder, stopped)``: a JSON object that decides the result, a
folder of its own for what it keeps, and a function that says whether somebody wants it to end. It
yields records that JSON can hold, each with a ``stage``, the last one ``"stopped"`` or ``"done"``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

Record = Mapping[str, object]
Job = Callable[[Record, Path, Callable[[], bool]], Iterator[Record]]

JOBS: dict[str, str] = {"doubling": "deq.training.jobs:doubling"}
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


def doubling(config: Record, folder: Path, stopped: Callable[[], bool]) -> Iterator[Record]:
    """Train y = 2x; see `deq.training.doubling`. The run is kept in ``run.safetensors``."""
    from deq.training.doubling import train_doubling
    from deq.training.doubling_config import DoublingConfig

    checkpoint = folder / "run.safetensors"
    for record in train_doubling(DoublingConfig.of(config), checkpoint=checkpoint, stop=stopped):
        yield asdict(record)
