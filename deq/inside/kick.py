"""The kick test: push the state aside on its way, and watch whether it returns."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from deq.inside.flow import integrate
from deq.inside.scene import Scene

_BEFORE, _AFTER = 24, 44  # frames
REST = 10.0
"""Time that is left to return."""


@dataclass(frozen=True, eq=False)
class Kick:
    """A flow that was pushed once.

    Attributes
    ----------
    t : Tensor (T,)
        Times; that of the kick occurs twice, before and after it.
    z : Tensor (T, *shape)
        States.
    index : int
        Index of the state right after the kick.
    distances : Tensor (T,)
        ‖z − z*‖₂; where there is no equilibrium, from the flow that was not kicked.
    separation : Tensor (T,)
        ‖z − z′‖₂ from the flow z′ that was not kicked; 0 before.
    points, probabilities : Tensor (T, 3), (T, 10)
        The states on the model's map, and what is read from them.
    """

    t: Tensor
    z: Tensor
    index: int
    distances: Tensor
    separation: Tensor
    points: Tensor
    probabilities: Tensor

    @property
    def remaining(self) -> float:
        """The share of the kick that is left at the end; 0 where nothing was kicked."""
        pushed = float(self.separation[self.index])
        return float(self.separation[-1]) / pushed if pushed else 0.0

    @property
    def returned(self) -> bool:
        """Whether that is a hundredth or less."""
        return self.remaining <= 0.01


@torch.no_grad()
def kick(scene: Scene, when: float = 4.0, size: float = 1.0, seed: int = 0) -> Kick:
    """Follow the flow from z = 0, kick it, and follow it on.

    Parameters
    ----------
    scene : Scene
        Picture and network.
    when : float
        Time of the kick.
    size : float
        ‖kick‖ over ‖z‖ at that time, or over ‖z*‖ where that is more.
    seed : int
        Of the kick's random direction.
    """
    before = torch.linspace(0, when, _BEFORE if when > 0 else 1)
    after = torch.linspace(when, when + REST, _AFTER)
    start = torch.zeros_like(scene.x)
    way = integrate(scene, start, before) if when > 0 else start[None]  # (T, 1, *shape)
    generator = torch.Generator().manual_seed(seed)
    push = torch.randn(scene.x.shape, generator=generator)
    length = torch.maximum(way[-1].norm(), scene.z.norm())
    push = push / push.norm() * size * length
    both = integrate(scene, torch.cat([way[-1] + push, way[-1]]), after)  # (T, 2, *shape)
    kicked, calm = both[:, 0], both[:, 1]
    z = torch.cat([way[:, 0], kicked])
    index = len(before)
    separation = torch.cat([torch.zeros(index), (kicked - calm).flatten(1).norm(dim=1)])
    distances = scene.distances(z)
    return Kick(
        t=torch.cat([before, after]),
        z=z,
        index=index,
        distances=distances if scene.converged else separation,
        separation=separation,
        points=scene.model.project(z),
        probabilities=scene.model.probabilities(z),
    )
