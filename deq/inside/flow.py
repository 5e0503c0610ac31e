"""The flow dz/dt = f(z, x) − z at given times."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torchdiffeq import odeint

from deq.inside.scene import MAX_NORM, Scene

_ACCURACY = 1e-4
_MAX_STEPS = 400  # of the integrator between two times; only flows that diverge need more


@dataclass(frozen=True, eq=False)
class Flow:
    """The flow of one picture.

    Attributes
    ----------
    t : Tensor (T,)
        Times.
    z : Tensor (T, *shape)
        States; a flow that diverges stays at its last finite state.
    residuals, distances : Tensor (T,)
        ‖f(z) − z‖₂, and ‖z − z*‖₂.
    probabilities : Tensor (T, 10) or (T, 11)
        The readout at the states: the ten digits, and "no digit".
    """

    t: Tensor
    z: Tensor
    residuals: Tensor
    distances: Tensor
    probabilities: Tensor


@torch.no_grad()
def flow(scene: Scene, until: float = 8.0, frames: int = 25) -> Flow:
    """The flow from z = 0 at ``frames`` evenly spaced times from 0 to ``until``."""
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
        options={"max_num_steps": _MAX_STEPS * len(t)},
    )
    return stop_diverged(states)


def stop_diverged(states: Tensor) -> Tensor:
    """States (T, B, …); after ‖z‖₂ exceeds 1e6, a flow stays at its last state below."""
    finite = states.flatten(2).norm(dim=2) < MAX_NORM  # (T, B) NaN compares false
    good = finite.int().cumprod(0).bool()
    last = (good.sum(0) - 1).clamp(min=0)  # (B,)
    kept = states[last, torch.arange(states.shape[1])]  # (B, …)
    return torch.where(good.reshape(*good.shape, *[1] * (states.ndim - 2)), states, kept)
