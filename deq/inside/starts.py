"""Many starts at once, to see whether all flows end at the same equilibrium."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

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
        The states on the model's map.
    target : Tensor (3,) or None
        z* there, where there is one.
    distances : Tensor (T, N)
        ‖z − z*‖₂ of each.
    spread : float
        Largest distance between two ends, over ``1 + ‖z*‖₂``.
    digits : list of int
        What the readout names at each end.
    """

    t: Tensor
    points: Tensor
    target: Tensor | None
    distances: Tensor
    spread: float
    digits: list[int]

    @property
    def same_equilibrium(self) -> bool:
        """Whether all ends are the same, to the accuracy of the flow."""
        return self.spread < 0.02


@torch.no_grad()
def starts(scene: Scene, seed: int = 0, count: int = COUNT) -> Starts:
    """Follow the flow from ``count`` random places on the map of states."""
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
        digits=model.probabilities(z[-1]).argmax(1).tolist(),
    )
