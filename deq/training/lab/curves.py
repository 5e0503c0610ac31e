"""The records of a run as curves: what figures draw of it, and what people download."""

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
"""Of the table that people download."""


@dataclass(frozen=True, slots=True, eq=False)
class Log:
    """A run as it stands: S steps that were told of, and L looks.

    Attributes
    ----------
    epochs : float
        Planned.
    x, loss, evals, adjoint_evals, residual, bound : array (S,)
        In epochs, and as in `deq.training.lab.progress.LabProgress`; NaN where unknown.
    look_x, accuracy, radius : array (L,)
        At each look.
    clouds, digits : array (L, N, 2), (N,)
        Equilibria of the same digits, and which they are.
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
        """From `deq.training.lab.progress.LabProgress` as dictionaries.

        A run that was resumed goes back to where it was last kept; what came after that is left
        out.
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
            # The last look is followed by what all digits say, which is not on the same scale.
            accuracy=np.array([_number(r["accuracy"]) for r in looks]),
            radius=np.array([_number(r["radius"]) for r in looks]),
            clouds=clouds,
            digits=np.arange(clouds.shape[1]) % CLASSES,
            **curves,
        )


def in_order(records: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The records in order of their steps: a resumption takes back what came after it."""
    kept: list[Mapping[str, Any]] = []
    for record in records:
        while kept and kept[-1]["step"] > record["step"]:
            kept.pop()
        kept.append(record)
    return kept


def to_csv(records: Sequence[Mapping[str, Any]]) -> str:
    """The records as CSV, a line each."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([record.get(name) for name in COLUMNS] for record in in_order(records))
    return out.getvalue()


def _epoch(record: Mapping[str, Any]) -> float:
    """How far a record is, in epochs."""
    return float(record["step"]) / float(record["steps"]) * float(record["epochs"])


def _number(value: Any) -> float:
    """JSON has no NaN and says null."""
    return np.nan if value is None else float(value)
