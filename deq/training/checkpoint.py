"""Checkpoints of training runs: weights, state of the optimiser, and number of steps."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from deq.models.weights import WeightsError, read_tensors, write_tensors

ADVICE = "Name another place, or remove it to start afresh."


def save_checkpoint(
    path: Path, model: nn.Module, optimiser: torch.optim.Optimizer, run: str, step: int
) -> None:
    """Write a checkpoint; after a crash there is the old file or the new one, never half.

    Parameters
    ----------
    path : Path
        A safetensors file.
    model, optimiser
        Model and optimiser.
    run : str
        Identity of the run: its configuration and data.
    step : int
        Steps taken.
    """
    tensors = {f"model.{k}": v for k, v in model.state_dict().items()}
    for index, state in optimiser.state_dict()["state"].items():
        for name, value in state.items():
            tensors[f"optimiser.{index}.{name}"] = torch.as_tensor(value)
    write_tensors(path, tensors, {"run": run, "step": str(step)})


def load_checkpoint(
    path: Path,
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    run: str,
    advice: str = ADVICE,
) -> int:
    """Restore model and optimiser; returns the steps taken.

    Parameters
    ----------
    path, model, optimiser, run
        As for `save_checkpoint`.
    advice : str
        What to do if that cannot be.

    Raises
    ------
    WeightsError
        If the file is damaged or belongs to another run.
    """
    tensors, metadata = read_tensors(path, advice)
    if metadata.get("run") != run:
        raise WeightsError(
            f"{path} belongs to a run with another configuration or other data.", advice
        )
    try:
        _restore(model, optimiser, tensors)
        return int(metadata["step"])
    except (KeyError, RuntimeError, ValueError) as error:
        why = " ".join(str(error).split())  # torch prints missing names in several lines
        raise WeightsError(f"{path} is damaged ({why}).", advice) from error


def _restore(
    model: nn.Module, optimiser: torch.optim.Optimizer, tensors: dict[str, Tensor]
) -> None:
    weights = {k.removeprefix("model."): v for k, v in tensors.items() if k.startswith("model.")}
    model.load_state_dict(weights)
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        if key.startswith("optimiser."):
            _, index, name = key.split(".")
            state.setdefault(int(index), {})[name] = value
    groups = optimiser.state_dict()["param_groups"]
    optimiser.load_state_dict({"state": state, "param_groups": groups})
