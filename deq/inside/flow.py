"""The flow dz/dt = f(z, x) − z on an even grid of times, for pictures that play."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torchdiffeq import odeint

from deq.inside.scene import MAX_NORM, Scene

_ACCURACY = 1e-4
_MOST = 400  # steps of the integrator between two times: beyond lies only what runs away


@dataclass(frozen=True, eq=False)
class Flow:
    """States along the flow of one picture.

    Attributes
    ----------
    t : Tensor (T,)
        Times.
    z : Tensor (T, *shape)
        States; a flow that has run away stays where it was.
    residuals, distances : Tensor (T,)
        ‖f(z) − z‖₂, and ‖z − z*‖₂.
    probabilities : Tensor (T, 10)
        What is read from the states.
    """

    t: Tensor
    z: Tensor
    residuals: Tensor
    distances: Tensor
    probabilities: Tensor


@torch.no_grad()
def flow(scene: Scene, until: float = 8.0, frames: int = 25) -> Flow:
    """From z = 0, at ``frames`` times from 0 to ``until``."""
    t = torch.linspace(0, until, frames)
    z = integrate(scene, torch.zeros_like(scene.x), t)[:, 0]
    residuals = (scene.f(z) - z).flatten(1).norm(dim=1)
    return Flow(t, z, residuals, scene.distances(z), scene.model.probabilities(z))


@torch.no_grad()
def integrate(scene: Scene, z0: Tensor, t: Tensor, tol: float = _ACCURACY) -> Tensor:
    """States (T, B, *shape) at the times ``t`` (T,), from ``z0`` (B, *shape)."""

    def field(_: Tensor, z: Tensor) -> Tensor:
        return scene.f(z) - z

    states: Tensor = odeint(
        field,
        z0,
        t.double(),
        rtol=tol,
        atol=tol,
        method="dopri5",
        options={"max_num_steps": _MOST * len(t)},
    )
    return stop_diverged(states)


def stop_diverged(states: Tensor) -> Tensor:
    """States (T, B, …), each flow stopped where it runs away."""
    fine = states.flatten(2).norm(dim=2) < MAX_NORM  # (T, B); NaN passes no comparison
    good = fine.int().cumprod(0).bool()
    last = (good.sum(0) - 1).clamp(min=0)  # (B,)
    kept = states[last, torch.arange(states.shape[1])]  # (B, …)
    return torch.where(good.reshape(*good.shape, *[1] * (states.ndim - 2)), states, kept)
