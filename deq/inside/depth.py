"""The same network with k layers instead of infinitely many."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from deq.inside.flow import stop_diverged
from deq.inside.scene import Scene

MAX_DEPTH = 50


@dataclass(frozen=True, eq=False)
class Depth:
    """Networks of k = 0, …, K tied layers, and the one at the equilibrium.

    Attributes
    ----------
    z : Tensor (K + 1, *shape)
        State after k layers.
    points : Tensor (K + 1, 3)
        The states on the model's map.
    probabilities : Tensor (K + 1, 10)
        The readout there.
    distances : Tensor (K + 1,)
        ‖z_k − z*‖₂.
    final : Tensor (10,)
        The readout at z*.
    decided : int
        The k from which on the digit named is that of z*; K + 1 if never.
    """

    z: Tensor
    points: Tensor
    probabilities: Tensor
    distances: Tensor
    final: Tensor
    decided: int


@torch.no_grad()
def depth(scene: Scene, max_depth: int = MAX_DEPTH) -> Depth:
    """Apply the cell again and again from zero."""
    states = [torch.zeros_like(scene.x)]
    for _ in range(max_depth):
        states.append(scene.f(states[-1]))
    z = stop_diverged(torch.stack(states))[:, 0]  # (K + 1, *shape)
    shares = scene.model.probabilities(z)  # (K + 1, 10)
    final = scene.model.probabilities(scene.z)[0]  # (10,)
    wrong = (shares.argmax(1) != final.argmax()).nonzero()
    decided = int(wrong.max()) + 1 if len(wrong) else 0
    return Depth(z, scene.model.project(z), shares, scene.distances(z), final, decided)
