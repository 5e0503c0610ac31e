"""The records of a run as arrays for figures, and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from deq.models.classifier import CLASSES

Array = npt.NDArray[np.float64]
_CURVES = ("loss", "evals", "adjoint_evals", "residual", "bound")
COLUMNS = ("step", "epoch", *_CURVES, "settled", "accuracy", "radius", "seconds")
"""Columns of the CSV."""


@dataclass(frozen=True, slots=True, eq=False)
class Log:
    """A run so far: S recorded steps and L validations.

    Attributes
    ----------
    epochs : float
        Epochs in all.
    x, loss, evals, adjoint_evals, residual, bound : array (S,)
        Time in epochs, and fields of `LabProgress`; NaN where unknown.
    look_x, accuracy, radius : array (L,)
        The same at each validation.
    clouds, digits : array (L, N, 2), (N,)
        Projected equilibria of the same digits, and their labels.
    """

    epochs: float
    x: Array
    loss: Array
    evals: Array
    adjoint_evals: Array
    residual: Array
    bound: Array
    look_x: Array
    accuracy: Array
    radius: Array
    clouds: Array
    digits: npt.NDArray[np.int64]

    @classmethod
    def of(cls, records: Sequence[Mapping[str, Any]]) -> Log:
        """From `LabProgress` as dictionaries.

        If a run was resumed from a checkpoint, records of steps after the checkpoint are left out.
        """
        kept = in_order(records)
        steps = [r for r in kept if _number(r["loss"]) == _number(r["loss"])]
        looks = [r for r in kept if r.get("cloud")]
        clouds = np.array([r["cloud"] for r in looks] or np.zeros((0, 0, 2)), dtype=np.float64)
        curves = {name: np.array([_number(r[name]) for r in steps]) for name in _CURVES}
        return cls(
            epochs=float(kept[-1]["epochs"]) if kept else 1.0,
            x=np.array([_epoch(r) for r in steps]),
            look_x=np.array([_epoch(r) for r in looks]),
            # Without the accuracy at the end, which is measured on other digits.
            accuracy=np.array([_number(r["accuracy"]) for r in looks]),
            radius=np.array([_number(r["radius"]) for r in looks]),
            clouds=clouds,
            digits=np.arange(clouds.shape[1]) % CLASSES,
            **curves,
        )


def in_order(records: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The records in order of their steps, without those that a resumed run repeats."""
    kept: list[Mapping[str, Any]] = []
    for record in records:
        while kept and kept[-1]["step"] > record["step"]:
            kept.pop()
        kept.append(record)
    return kept


def to_csv(records: Sequence[Mapping[str, Any]]) -> str:
    """The records as CSV, one line each."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([record.get(name) for name in COLUMNS] for record in in_order(records))
    return out.getvalue()


def _epoch(record: Mapping[str, Any]) -> float:
    """The time of a record, in epochs."""
    return float(record["step"]) / float(record["steps"]) * float(record["epochs"])


def _number(value: Any) -> float:
    """A number, or NaN for null, which JSON has in its place."""
    return np.nan if value is None else float(value)
