"""Weights on disk: safetensors with their configuration, figures and data fingerprint."""

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
"""What weights files say they hold."""
REBUILD = (
    "Restore it with `git checkout assets/digits.safetensors`, or rebuild it with "
    "`python -m deq train digits`."
)


class WeightsError(RuntimeError):
    """The weights cannot be used; ``str(error)`` says what is wrong and how to rebuild them."""


def write_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """Write a safetensors file so that a crash leaves the old one or the new one, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".part")
    # Not safetensors' save_file: it makes a file that nobody but its owner may read.
    draft.write_bytes(packed({k: v.contiguous() for k, v in tensors.items()}, dict(metadata)))
    os.replace(draft, path)


def read_tensors(path: Path, advice: str = REBUILD) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors and metadata of a safetensors file.

    Parameters
    ----------
    path : Path
        The file.
    advice : str
        What to do when it cannot be used, in a sentence that ends the error.

    Raises
    ------
    WeightsError
        If the file is missing, truncated or something else.
    """
    if not path.is_file():
        raise WeightsError(f"The weights {path.name} are missing from {path.parent}. {advice}")
    try:
        with safe_open(path, "pt") as file:
            names = list(file.keys())  # the handle itself cannot be iterated
            return {name: file.get_tensor(name) for name in names}, file.metadata() or {}
    except (SafetensorError, OSError) as error:
        raise WeightsError(f"The weights {path} are damaged ({error}). {advice}") from error


def save(model: Digits | DenseClassifier, path: Path, metadata: Mapping[str, str]) -> None:
    """Write a network that reads digits, with its configuration.

    Parameters
    ----------
    model : Digits or DenseClassifier
        What to write.
    path : Path
        Where to; folders are made.
    metadata : mapping of str to str
        Figures, data fingerprint, how it was trained. ``format`` and ``config`` are added.
    """
    (kind,) = (name for name, made in FORMATS.items() if made is type(model))
    config = json.dumps(asdict(model.config))
    write_tensors(path, model.state_dict(), {**metadata, "format": kind, "config": config})


def load_file(path: Path, advice: str = REBUILD) -> Digits | DenseClassifier:
    """Read a network that reads digits, in evaluation mode.

    Nothing in the file is run, and what it says of itself is checked, so it may come from anybody.

    Parameters
    ----------
    path : Path
        A file that `save` wrote.
    advice : str
        What to do when it cannot be used, in a sentence that ends the error.

    Raises
    ------
    WeightsError
        If the file is missing, damaged, of another kind, or holds numbers that are not finite.
    """
    tensors, metadata = read_tensors(path, advice)
    if metadata.get("format") not in FORMATS:
        raise WeightsError(f"{path.name} does not hold weights of a digits model. {advice}")
    try:
        model = _built(metadata)
        _check_cloud(tensors["cloud_points"], tensors["cloud_labels"])
        model.load_state_dict(tensors)
    except (KeyError, TypeError, ValueError, RuntimeError, AttributeError) as error:
        why = " ".join(str(error).split())  # torch lists missing names on lines of their own
        raise WeightsError(
            f"The weights {path.name} do not fit the model ({shorten(why, 300)}). {advice}"
        ) from error
    for name, tensor in tensors.items():
        if not bool(torch.isfinite(tensor).all()):
            raise WeightsError(
                f"The weights {path.name} have values in {name} that are no number. {advice}"
            )
    model.metadata = metadata
    # Small convolutions are a third faster with the channels of a pixel side by side.
    return model.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def _built(metadata: Mapping[str, str]) -> Digits | DenseClassifier:
    """An untrained network of the sizes that a file says it has."""
    found = json.loads(metadata["config"])
    found["thresholds"] = Thresholds(**found["thresholds"])
    if FORMATS[metadata["format"]] is DenseClassifier:
        return DenseClassifier(DenseConfig(**found))
    return Digits(DigitsConfig(**{**found, "stem": tuple(found["stem"])}))


def _check_cloud(points: Tensor, labels: Tensor) -> None:
    """Raise ValueError unless points (N, 3) and labels (N,) belong together."""
    if points.ndim != 2 or points.shape[1] != 3 or labels.shape != points.shape[:1]:
        raise ValueError("cloud_points and cloud_labels do not belong together")
    if len(labels) and not (int(labels.min()) >= 0 and int(labels.max()) < CLASSES):
        raise ValueError("cloud_labels are not digits")
