"""Flows from many starts, to see whether all end at the same equilibrium."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from deq.digits.classes import read
from deq.inside.flow import integrate
from deq.inside.scene import Scene

COUNT = 20
UNTIL = 10.0
_FRAMES = 31
_ACCURACY = 1e-3  # twenty flows cost twenty times as much


@dataclass(frozen=True, eq=False)
class Starts:
    """Flows from random starts.

    Attributes
    ----------
    t : Tensor (T,)
        Times.
    points : Tensor (T, N, 3)
        The states, projected on the model's basis.
    target : Tensor (3,) or None
        z* on the basis; None if the solve did not converge.
    distances : Tensor (T, N)
        ‖z − z*‖₂ of each state.
    spread : float
        Largest distance between two last states, divided by ``1 + ‖z*‖₂``.
    answers : list of str
        What is read from each last state: a digit, or "no digit".
    """

    t: Tensor
    points: Tensor
    target: Tensor | None
    distances: Tensor
    spread: float
    answers: list[str]

    @property
    def same_equilibrium(self) -> bool:
        """Whether all last states are the same, within the accuracy of the flow."""
        return self.spread < 0.02


@torch.no_grad()
def starts(scene: Scene, seed: int = 0, count: int = COUNT) -> Starts:
    """Follow the flow from ``count`` random states; see `Classifier.start`."""
    model = scene.model
    z0 = torch.cat([model.start(seed * count + k) for k in range(count)])  # (N, *shape)
    t = torch.linspace(0, UNTIL, _FRAMES)
    z = integrate(scene, z0, t, _ACCURACY)  # (T, N, *shape)
    flat = z[-1].flatten(1)
    return Starts(
        t=t,
        points=model.project(z),
        target=model.project(scene.z)[0] if scene.converged else None,
        distances=(z - scene.z).flatten(2).norm(dim=2),
        spread=float(torch.cdist(flat, flat).max() / (1 + scene.z.norm())),
        answers=read(model.probabilities(z[-1])),
    )
