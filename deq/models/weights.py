"""Weights on disk: safetensors files with configuration and figures in their metadata."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from textwrap import shorten

import torch
from safetensors.torch import load as unpacked
from safetensors.torch import save as packed
from torch import Tensor

from deq.errors import Explained
from deq.models.classifier import CLASSES, PICTURE, Classifier
from deq.models.dense import DenseClassifier, DenseConfig
from deq.models.digits import Digits, DigitsConfig
from deq.models.verdict import Thresholds
from deq.shipped import shipped

SHIPPED = shipped("digits.safetensors")
FORMATS = {"deq digits 1": Digits, "deq sandwich 1": DenseClassifier}
"""Entry ``format`` of the metadata → class of the network."""
REBUILD = (
    'To restore it, run "git checkout assets/digits.safetensors"; to rebuild it, run '
    '"python -m deq train digits".'
)
ANOTHER = (
    'Name a file that "python -m deq train digits" or the training lab of the app has written.'
)
"""Advice for files that do not ship."""


class WeightsError(Explained, RuntimeError):
    """Weights that cannot be used."""


def write_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """Write a safetensors file; after a crash there is the old file or the new one, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".part")
    # save_file of safetensors makes files that only their owner may read.
    draft.write_bytes(packed({k: v.contiguous() for k, v in tensors.items()}, dict(metadata)))
    os.replace(draft, path)


def read_tensors(path: Path, advice: str = "") -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors and metadata of a safetensors file.

    Parameters
    ----------
    path : Path
        The file.
    advice : str
        What to do if it cannot be used. By default how to restore the shipped file, or to name
        another.

    Raises
    ------
    WeightsError
        If the file is missing or damaged.
    """
    return unpack(_content(path, advice), _name(path), advice or _advice(path))


def unpack(content: bytes, name: str, advice: str) -> tuple[dict[str, Tensor], dict[str, str]]:
    """As `read_tensors`, of the content of a file; errors call it ``name``."""
    try:
        tensors = unpacked(content)
        # A header of JSON, and before it the header's length in eight bytes.
        length = int.from_bytes(content[:8], "little")
        metadata = json.loads(content[8 : 8 + length]).get("__metadata__", {})
    except Exception as error:  # safetensors and torch each raise their own kinds on a bad file
        raise WeightsError(f"The weights {name} are damaged ({_short(error)}).", advice) from error
    return tensors, metadata


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


def load_file(path: Path, advice: str = "") -> Digits | DenseClassifier:
    """Read a network that reads digits, in evaluation mode.

    No code in the file is run, and its contents are checked, so the file need not be trusted.

    Parameters
    ----------
    path : Path
        A file that `save` wrote.
    advice : str
        As for `read_tensors`.

    Raises
    ------
    WeightsError
        If the file is missing, damaged, of another format, or holds a network that does not work.
    """
    return load_bytes(_content(path, advice), _name(path), advice or _advice(path))


def load_bytes(content: bytes, name: str, advice: str) -> Digits | DenseClassifier:
    """As `load_file`, of the content of a file; errors call it ``name``."""
    tensors, metadata = unpack(content, name, advice)
    if metadata.get("format") not in FORMATS:
        raise WeightsError(f"{name} does not hold weights of a digits model.", advice)
    try:
        model = _built(metadata)
        _check_cloud(tensors["cloud_points"], tensors["cloud_labels"])
        model.load_state_dict(tensors)
        _check_finite(tensors)
        # With channels last, small convolutions are a third faster.
        model.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        _check_predictions(model)
    except Exception as error:  # of whatever kind: nothing in the file has been checked before
        raise WeightsError(
            f"The weights {name} do not fit the model ({_short(error)}).", advice
        ) from error
    model.metadata = metadata
    return model


def _content(path: Path, advice: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        what = "are missing" if isinstance(error, FileNotFoundError) else "cannot be read"
        why = f"The weights {_name(path)} {what}."
        raise WeightsError(why, advice or _advice(path)) from error


def _name(path: Path) -> str:
    """What errors call a file: one that ships by its place in the project."""
    return f"assets/{path.name}" if path == SHIPPED else str(path)


def _advice(path: Path) -> str:
    return REBUILD if path == SHIPPED else ANOTHER


def _short(error: Exception) -> str:
    """What a library says, in one line: torch prints missing names in several."""
    return shorten(" ".join(str(error).split()) or type(error).__name__, 300).rstrip(".")


def _built(metadata: Mapping[str, str]) -> Digits | DenseClassifier:
    """An untrained network with the configuration of a file."""
    found = json.loads(metadata["config"])
    found["thresholds"] = Thresholds(**found["thresholds"])
    if FORMATS[metadata["format"]] is DenseClassifier:
        return DenseClassifier(DenseConfig(**found))
    return Digits(DigitsConfig(**{**found, "stem": tuple(found["stem"])}))


def _check_finite(tensors: Mapping[str, Tensor]) -> None:
    """Raise ValueError if a value is infinite or not a number."""
    for name, tensor in tensors.items():
        if not bool(torch.isfinite(tensor).all()):
            raise ValueError(f"some values of {name} are no finite numbers")


def _check_predictions(model: Classifier) -> None:
    """Raise an error unless the network reads an empty picture and a drawn one.

    Numbers that are finite can be too large to compute with, and options that look right can be
    refused only when they are used.
    """
    one = torch.zeros(PICTURE, PICTURE)
    one[4:24, 12:16] = 1
    for picture in (torch.zeros(PICTURE, PICTURE), one):
        prediction = model.predict(picture)
        shown = (
            prediction.path_points,
            prediction.path_probabilities,
            prediction.probabilities,
            prediction.solution.residual,
        )
        if not all(t is not None and bool(torch.isfinite(t).all()) for t in shown):
            raise ValueError("its probabilities or states are no finite numbers")


def _check_cloud(points: Tensor, labels: Tensor) -> None:
    """Raise ValueError unless points are (N, 3) and labels (N,), from 0 to 9."""
    if points.ndim != 2 or points.shape[1] != 3 or labels.shape != points.shape[:1]:
        raise ValueError("cloud_points and cloud_labels do not belong together")
    if len(labels) and not (int(labels.min()) >= 0 and int(labels.max()) < CLASSES):
        raise ValueError("cloud_labels are not digits")
