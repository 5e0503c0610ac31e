"""A training run on disk: weights, the optimiser's memory, and how far it has come."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from deq.models.weights import WeightsError, read_tensors, write_tensors

ANOTHER_PLACE = "Start afresh with --fresh, or name another place with --out."


def save_checkpoint(
    path: Path, model: nn.Module, optimiser: torch.optim.Optimizer, run: str, step: int
) -> None:
    """Write the run so that a crash leaves the old file or the new one, never half.

    Parameters
    ----------
    path : Path
        A safetensors file.
    model, optimiser
        What is kept.
    run : str
        Which run this is: its configuration and data.
    step : int
        Steps taken.
    """
    tensors = {f"model.{k}": v for k, v in model.state_dict().items()}
    for index, state in optimiser.state_dict()["state"].items():
        for name, value in state.items():
            tensors[f"optimiser.{index}.{name}"] = torch.as_tensor(value)
    write_tensors(path, tensors, {"run": run, "step": str(step)})


def load_checkpoint(
    path: Path, model: nn.Module, optimiser: torch.optim.Optimizer, run: str
) -> int:
    """Bring model and optimiser to where the run was; returns the steps taken.

    Raises
    ------
    WeightsError
        If the file is damaged, or holds another run.
    """
    tensors, metadata = read_tensors(path, ANOTHER_PLACE)
    if metadata.get("run") != run:
        raise WeightsError(
            f"{path} belongs to a run with another configuration or other data. {ANOTHER_PLACE}"
        )
    try:
        _restore(model, optimiser, tensors)
        return int(metadata["step"])
    except (KeyError, RuntimeError, ValueError) as error:
        why = " ".join(str(error).split())  # torch lists missing names on lines of their own
        raise WeightsError(f"{path} is damaged ({why}). {ANOTHER_PLACE}") from error


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
