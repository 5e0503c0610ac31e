"""Weights on disk: safetensors with their configuration, figures and data fingerprint."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as packed
from torch import Tensor

from deq.models.digits import Digits, DigitsConfig
from deq.models.verdict import Thresholds
from deq.shipped import shipped

SHIPPED = shipped("digits.safetensors")
FORMAT = "deq digits 1"
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


def save(model: Digits, path: Path, metadata: Mapping[str, str]) -> None:
    """Write a digits model with its configuration.

    Parameters
    ----------
    model : Digits
        What to write.
    path : Path
        Where to; folders are made.
    metadata : mapping of str to str
        Figures, data fingerprint, how it was trained. ``format`` and ``config`` are added.
    """
    config = json.dumps(asdict(model.config))
    write_tensors(path, model.state_dict(), {**metadata, "format": FORMAT, "config": config})


def load_file(path: Path) -> Digits:
    """Read a digits model, in evaluation mode.

    Raises
    ------
    WeightsError
        If the file is missing, damaged, of another kind, or holds numbers that are not finite.
    """
    tensors, metadata = read_tensors(path)
    if metadata.get("format") != FORMAT:
        raise WeightsError(f"{path} does not hold weights of the digits model. {REBUILD}")
    try:
        model = Digits(_config(metadata["config"]))
        # How many points the cloud has is the file's affair, not the configuration's.
        model.cloud_points = torch.zeros_like(tensors["cloud_points"])
        model.cloud_labels = torch.zeros_like(tensors["cloud_labels"])
        model.load_state_dict(tensors)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        why = " ".join(str(error).split())  # torch lists missing names on lines of their own
        raise WeightsError(f"The weights {path} do not fit the model ({why}). {REBUILD}") from error
    for name, tensor in tensors.items():
        if not bool(torch.isfinite(tensor).all()):
            raise WeightsError(
                f"The weights {path} have values in {name} that are no number. {REBUILD}"
            )
    model.metadata = metadata
    # Small convolutions are a third faster with the channels of a pixel side by side.
    return model.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def _config(text: str) -> DigitsConfig:
    fields = json.loads(text)
    return DigitsConfig(
        **{
            **fields,
            "stem": tuple(fields["stem"]),
            "thresholds": Thresholds(**fields["thresholds"]),
        }
    )
