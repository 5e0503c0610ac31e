"""The same network with k layers in place of the equilibrium."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from deq.digits.classes import read
from deq.inside.flow import stop_diverged
from deq.inside.scene import Scene

MAX_DEPTH = 50


@dataclass(frozen=True, eq=False)
class Depth:
    """Networks of k = 0, …, K tied layers, compared with the equilibrium.

    Attributes
    ----------
    z : Tensor (K + 1, *shape)
        State after k layers; K = ``max_depth``.
    points : Tensor (K + 1, 3)
        The states, projected on the model's basis.
    probabilities : Tensor (K + 1, 10) or (K + 1, 11)
        The readout at the states: the ten digits, and "no digit".
    distances : Tensor (K + 1,)
        ‖z_k − z*‖₂.
    final : Tensor (10,) or (11,)
        The readout at z*.
    decided : int
        Smallest k from which on the answer is that of z*; K + 1 if there is none.
    """

    z: Tensor
    points: Tensor
    probabilities: Tensor
    distances: Tensor
    final: Tensor
    decided: int

    @property
    def answer(self) -> str:
        """What is read from z*: a digit, or "no digit"."""
        return read(self.final[None])[0]


@torch.no_grad()
def depth(scene: Scene, max_depth: int = MAX_DEPTH) -> Depth:
    """Apply the cell ``max_depth`` times, from zero."""
    states = [torch.zeros_like(scene.x)]
    for _ in range(max_depth):
        states.append(scene.f(states[-1]))
    z = stop_diverged(torch.stack(states))[:, 0]  # (K + 1, *shape)
    shares = scene.model.probabilities(z)  # (K + 1, 10 or 11)
    final = scene.model.probabilities(scene.z)[0]  # (10,) or (11,)
    wrong = (shares.argmax(1) != final.argmax()).nonzero()
    decided = int(wrong.max()) + 1 if len(wrong) else 0
    return Depth(z, scene.model.project(z), shares, scene.distances(z), final, decided)
