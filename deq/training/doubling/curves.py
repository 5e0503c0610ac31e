"""A finished or unfinished run of y = 2x as curves: what figures draw of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torchdiffeq import odeint

from deq.models.doubling import HIDDEN, SCALE, Variant, cell_line
from deq.solve import solve
from deq.solvers import Anderson
from deq.training.doubling.config import DoublingConfig
from deq.training.doubling.train import INPUTS, OUTSIDE

Array = npt.NDArray[np.float64]
SPAN = (-10.0, 15.0)
"""Inputs that are asked for, far beyond those that were learnt."""
_POINTS = 26
_MAX_TIME, _TIMES = 12.0, 31
_MAX_SLOPE = 0.995  # beyond it an answer, if there is one, is no number to draw


@dataclass(frozen=True, slots=True, eq=False)
class RunCurves:
    """What a run looked like, at all E epochs and more closely at F of them.

    Attributes
    ----------
    losses, slopes, intercepts : array (E,)
        Of every epoch recorded.
    epochs : array (F,)
        Which of them are looked at, by their place; the last one always.
    x, answers : array (N,), (F, N)
        What the network says at x; NaN where no stable equilibrium is.
    outside : array (F,)
        What it says at −5.
    t, flows : array (T,), (F, 10, T)
        The states of x = 1, …, 10 on their way, dz/dt = f(z + x) − z.
    inputs, targets : array (10,)
        What is learnt.
    slope, intercept : float
        The line to learn.
    goal : (float, float)
        a and b that would answer by it.
    variant : str
        The cell.
    """

    losses: Array
    slopes: Array
    intercepts: Array
    epochs: npt.NDArray[np.int64]
    x: Array
    answers: Array
    outside: Array
    t: Array
    flows: Array
    inputs: Array
    targets: Array
    slope: float
    intercept: float
    goal: tuple[float, float]
    variant: Variant


def curves_of(
    records: Sequence[Mapping[str, Any]], config: DoublingConfig, frames: int = 48
) -> RunCurves:
    """The curves of a run.

    Parameters
    ----------
    records : sequence of mapping
        `deq.training.doubling.train.DoublingProgress` as dictionaries, at least one.
    config : DoublingConfig
        Of the run.
    frames : int
        How many epochs are looked at closely: more of the early ones, where more happens.
    """
    count = len(records)
    # Evenly spaced in the square root of time.
    places = np.unique((np.linspace(0, 1, frames) ** 2 * (count - 1)).round().astype(np.int64))
    weights = torch.tensor([records[k]["weights"] for k in places], dtype=torch.float64)  # (F, 16)
    x = np.append(np.linspace(*SPAN, _POINTS), OUTSIDE)
    answers = _answers(weights, config.variant, torch.from_numpy(x)).numpy()  # (F, N + 1)
    slopes = np.array([r["slope"] for r in records])
    answers[slopes[places] > _MAX_SLOPE] = np.nan
    t = torch.linspace(0, _MAX_TIME, _TIMES, dtype=torch.float64)
    inputs = np.array(INPUTS)
    return RunCurves(
        losses=np.array([r["loss"] for r in records]),
        slopes=slopes,
        intercepts=np.array([r["intercept"] for r in records]),
        epochs=places,
        x=x[:-1],
        answers=answers[:, :-1],
        outside=answers[:, -1],
        t=t.numpy(),
        flows=_flows(weights, config.variant, t).numpy(),
        inputs=inputs,
        targets=config.slope * inputs + config.intercept,
        slope=config.slope,
        intercept=config.intercept,
        goal=cell_line(config.slope, config.intercept),
        variant=config.variant,
    )


def _f(weights: Tensor, variant: Variant, u: Tensor) -> Tensor:
    """``f(u)`` of F networks at once: weights (F, 16), u (F, N) → (F, N)."""
    inside, bias, outside, last = torch.split(weights, [HIDDEN, HIDDEN, HIDDEN, 1], dim=1)
    scale = SCALE[variant]
    hidden = inside[:, None] * (u / scale)[..., None] + bias[:, None]  # (F, N, 5)
    if variant == "tanh":
        hidden = torch.tanh(hidden)
    out: Tensor = scale * ((hidden * outside[:, None]).sum(2) + last)
    return out


def _answers(weights: Tensor, variant: Variant, x: Tensor) -> Tensor:
    """The equilibria (F, N) of x (N,), NaN where none was found."""
    shape = (len(weights), len(x))

    def cell(z: Tensor) -> Tensor:
        return _f(weights, variant, z.reshape(shape) + x).reshape(-1)

    sol = solve(cell, torch.zeros(math.prod(shape), dtype=torch.float64), solver=Anderson(),
                tol=1e-8, max_evals=300)  # fmt: skip
    return torch.where(sol.converged, sol.z, math.nan).reshape(shape)


def _flows(weights: Tensor, variant: Variant, t: Tensor) -> Tensor:
    """The states (F, 10, T) of the ten inputs at times t (T,), from z = f(x) on.

    Steps of one length, for a state that runs away would make adaptive ones ever shorter.
    """
    x = torch.tensor(INPUTS, dtype=torch.float64)
    start = _f(weights, variant, x.expand(len(weights), -1))  # (F, 10)

    def field(_: Tensor, z: Tensor) -> Tensor:
        return _f(weights, variant, z + x) - z

    fine = torch.linspace(0, float(t[-1]), 2 * len(t) - 1, dtype=torch.float64)
    states: Tensor = odeint(field, start, fine, method="rk4")[::2]  # (T, F, 10)
    return states.permute(1, 2, 0)
