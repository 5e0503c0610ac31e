"""Perturb the state once along the flow, and see whether it returns."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from deq.inside.flow import integrate
from deq.inside.scene import Scene

_BEFORE, _AFTER = 24, 44  # frames
REST = 10.0
"""Time of the flow after the kick."""


@dataclass(frozen=True, eq=False)
class Kick:
    """A flow that was perturbed once.

    Attributes
    ----------
    t : Tensor (T,)
        Times; the time of the kick occurs twice, before and after it.
    z : Tensor (T, *shape)
        States.
    index : int
        Index of the state right after the kick.
    distances : Tensor (T,)
        ‖z − z*‖₂; if there is no equilibrium, ``separation``.
    separation : Tensor (T,)
        ‖z − z′‖₂ from the flow z′ without a kick; 0 before the kick.
    points, probabilities : Tensor (T, 3), (T, 10 or 11)
        The states, projected on the model's basis, and the readout.
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
        """Separation at the end over that after the kick; 0 if the kick had no length."""
        pushed = float(self.separation[self.index])
        return float(self.separation[-1]) / pushed if pushed else 0.0

    @property
    def decay(self) -> tuple[Tensor, Tensor]:
        """Times since the kick, and e⁻ᵗ from the distance after it: the return where λ = 0."""
        t = self.t[self.index :]  # (T′,)
        return t, self.distances[self.index] * torch.exp(self.t[self.index] - t)

    @property
    def returned(self) -> bool:
        """Whether at most a hundredth of the kick remains."""
        return self.remaining <= 0.01


@torch.no_grad()
def kick(scene: Scene, when: float = 4.0, size: float = 1.0, seed: int = 0) -> Kick:
    """Follow the flow from z = 0, add a random vector to the state, and follow it on.

    Parameters
    ----------
    scene : Scene
        Picture and network.
    when : float
        Time of the kick.
    size : float
        ‖kick‖ over ‖z‖ at that time, or over ‖z*‖ where that is more.
    seed : int
        Seed of the direction.
    """
    before = torch.linspace(0, when, _BEFORE if when > 0 else 1)
    after = torch.linspace(when, when + REST, _AFTER)
    start = torch.zeros_like(scene.x)
    flow = integrate(scene, start, before) if when > 0 else start[None]  # (T, 1, *shape)
    generator = torch.Generator().manual_seed(seed)
    push = torch.randn(scene.x.shape, generator=generator)
    length = torch.maximum(flow[-1].norm(), scene.z.norm())
    push = push / push.norm() * size * length
    both = integrate(scene, torch.cat([flow[-1] + push, flow[-1]]), after)  # (T, 2, *shape)
    kicked, other = both[:, 0], both[:, 1]
    z = torch.cat([flow[:, 0], kicked])
    index = len(before)
    separation = torch.cat([torch.zeros(index), (kicked - other).flatten(1).norm(dim=1)])
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
