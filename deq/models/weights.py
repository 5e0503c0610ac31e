"""Weights on disk: safetensors files with configuration and figures in their metadata."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from textwrap import shorten

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as packed
from torch import Tensor

from deq.models.classifier import CLASSES
from deq.models.dense import DenseClassifier, DenseConfig
from deq.models.digits import Digits, DigitsConfig
from deq.models.verdict import Thresholds
from deq.shipped import shipped

SHIPPED = shipped("digits.safetensors")
FORMATS = {"deq digits 1": Digits, "deq sandwich 1": DenseClassifier}
"""Entry ``format`` of the metadata → class of the network."""
REBUILD = (
    "Restore it with `git checkout assets/digits.safetensors`, or rebuild it with "
    "`python -m deq train digits`."
)


class WeightsError(RuntimeError):
    """Weights that cannot be used; ``str(error)`` says why, and what to do."""


def write_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """Write a safetensors file; after a crash there is the old file or the new one, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".part")
    # save_file of safetensors makes files that only their owner may read.
    draft.write_bytes(packed({k: v.contiguous() for k, v in tensors.items()}, dict(metadata)))
    os.replace(draft, path)


def read_tensors(path: Path, advice: str = REBUILD) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors and metadata of a safetensors file.

    Parameters
    ----------
    path : Path
        The file.
    advice : str
        What to do if it cannot be used: the last sentence of the error.

    Raises
    ------
    WeightsError
        If the file is missing or damaged.
    """
    if not path.is_file():
        raise WeightsError(f"The weights {path.name} are missing from {path.parent}. {advice}")
    try:
        with safe_open(path, "pt") as file:
            names = list(file.keys())  # the handle is not iterable
            return {name: file.get_tensor(name) for name in names}, file.metadata() or {}
    except (SafetensorError, OSError) as error:
        raise WeightsError(f"The weights {path} are damaged ({error}). {advice}") from error


def save(model: Digits | DenseClassifier, path: Path, metadata: Mapping[str, str]) -> None:
    """Write a network with its configuration.

    Parameters
    ----------
    model : Digits or DenseClassifier
        What to write.
    path : Path
        The file; missing folders are created.
    metadata : mapping of str to str
        Figures and how it was trained. ``format`` and ``config`` are added.
    """
    (kind,) = (name for name, made in FORMATS.items() if made is type(model))
    config = json.dumps(asdict(model.config))
    write_tensors(path, model.state_dict(), {**metadata, "format": kind, "config": config})


def load_file(path: Path, advice: str = REBUILD) -> Digits | DenseClassifier:
    """Read a network that reads digits, in evaluation mode.

    No code in the file is run, and its contents are checked, so the file need not be trusted.

    Parameters
    ----------
    path : Path
        A file that `save` wrote.
    advice : str
        What to do if it cannot be used: the last sentence of the error.

    Raises
    ------
    WeightsError
        If the file is missing, damaged, of another format, or has numbers that are not finite.
    """
    tensors, metadata = read_tensors(path, advice)
    if metadata.get("format") not in FORMATS:
        raise WeightsError(f"{path.name} does not hold weights of a digits model. {advice}")
    try:
        model = _built(metadata)
        _check_cloud(tensors["cloud_points"], tensors["cloud_labels"])
        model.load_state_dict(tensors)
    except (KeyError, TypeError, ValueError, RuntimeError, AttributeError) as error:
        why = " ".join(str(error).split())  # torch prints missing names in several lines
        raise WeightsError(
            f"The weights {path.name} do not fit the model ({shorten(why, 300)}). {advice}"
        ) from error
    for name, tensor in tensors.items():
        if not bool(torch.isfinite(tensor).all()):
            raise WeightsError(
                f"The weights {path.name} have values in {name} that are no number. {advice}"
            )
    model.metadata = metadata
    # With channels last, small convolutions are a third faster.
    return model.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def _built(metadata: Mapping[str, str]) -> Digits | DenseClassifier:
    """An untrained network with the configuration of a file."""
    found = json.loads(metadata["config"])
    found["thresholds"] = Thresholds(**found["thresholds"])
    if FORMATS[metadata["format"]] is DenseClassifier:
        return DenseClassifier(DenseConfig(**found))
    return Digits(DigitsConfig(**{**found, "stem": tuple(found["stem"])}))


def _check_cloud(points: Tensor, labels: Tensor) -> None:
    """Raise ValueError unless points are (N, 3) and labels (N,), from 0 to 9."""
    if points.ndim != 2 or points.shape[1] != 3 or labels.shape != points.shape[:1]:
        raise ValueError("cloud_points and cloud_labels do not belong together")
    if len(labels) and not (int(labels.min()) >= 0 and int(labels.max()) < CLASSES):
        raise ValueError("cloud_labels are not digits")
