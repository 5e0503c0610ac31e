"""The article's sandwich: linear → equilibrium of a small tanh network → linear.

784 → 100, then the z with z = f(z + x) for f = [100 → 500, tanh, → 100], then → 10: 180,110
parameters (the Julia blog's "Composability in Julia: Implementing Deep Equilibrium Models via
Neural ODEs", 2021). Its contraction can be kept within a limit, which the article does not do.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deq.gradients.base import Gradient
from deq.gradients.implicit import Implicit
from deq.layer import DEQ
from deq.models.classifier import CLASSES, PICTURE, Classifier
from deq.models.verdict import Thresholds
from deq.solvers import Anderson, Solver
from deq.solvers.base import require_number

STATE, HIDDEN = 100, 500
# A choice of units. Within a norm limit f cannot bend much unless what goes into it is large, and
# what comes out of it is small. With these two factors the same rate of learning serves all layers.
_INPUT_SCALE, _OUTPUT_SCALE = 4.0, 8.0
# Mean and standard deviation of MNIST's pixels.
_MEAN, _SPREAD = 0.1307, 0.3081


@dataclass(frozen=True, slots=True, kw_only=True)
class DenseConfig:
    """What may differ between sandwiches.

    Parameters
    ----------
    contraction : float or None
        κ, the largest value of ‖W₂‖‖W₁‖, between 0 and 1; None lets it grow.
    thresholds : Thresholds
        When a probability counts as an answer.
    """

    contraction: float | None = 0.9
    thresholds: Thresholds = field(default_factory=Thresholds)

    def __post_init__(self) -> None:
        if self.contraction is not None:
            require_number("contraction", self.contraction, low=0.0, high=0.999)


class DenseCell(nn.Module):
    """The cell ``f(z + x)`` with ``f(u) = W₂ tanh(W₁ u + b₁) + b₂``.

    tanh stretches nothing, so ‖W₂‖₂‖W₁‖₂ ≤ κ < 1 makes it a contraction.

    Parameters
    ----------
    contraction : float or None
        κ; None lets the weights grow.
    """

    def __init__(self, contraction: float | None) -> None:
        super().__init__()
        self.contraction = contraction
        self.inside = nn.Linear(STATE, HIDDEN)
        self.outside = nn.Linear(HIDDEN, STATE)
        # Power iteration goes on from where it was after the last step.
        self.register_buffer("inside_vector", torch.randn(STATE))
        self.register_buffer("outside_vector", torch.randn(HIDDEN))
        self.project_(100)

    def forward(self, z: Tensor, x: Tensor) -> Tensor:
        """One evaluation: z, x (B, 100) → (B, 100)."""
        out: Tensor = self.outside(torch.tanh(self.inside(z + x)))
        return out

    @torch.no_grad()
    def project_(self, steps: int = 1) -> Tensor:
        """Bring ‖W₂‖₂‖W₁‖₂, as estimated, back to at most κ; returns what it was before."""
        inside, outside = self.inside.weight, self.outside.weight
        bound = _norm(inside, cast(Tensor, self.inside_vector), steps) * _norm(
            outside, cast(Tensor, self.outside_vector), steps
        )
        if self.contraction is not None and bound > self.contraction:
            share = (self.contraction / bound).sqrt()
            inside.mul_(share)
            outside.mul_(share)
        return bound


def _norm(weight: Tensor, vector: Tensor, steps: int) -> Tensor:
    """‖W‖₂ () by power iteration from a vector, which is moved along."""
    for _ in range(steps):
        vector.copy_(F.normalize(weight.T @ (weight @ vector), dim=0))
    norm: Tensor = torch.linalg.vector_norm(weight @ vector)
    return norm


class DenseClassifier(Classifier):
    """784 → 100 → equilibrium of [100 → 500, tanh, → 100] → 10.

    The article starts its solver at z = f(x). Here it starts at zero, one step before that.

    Parameters
    ----------
    config : DenseConfig
        Contraction and thresholds.
    solver, tol, gradient
        Of the equilibrium, as for `deq.DEQ`; Anderson and exact gradients unless given.

    Examples
    --------
    >>> import torch
    >>> model = DenseClassifier()
    >>> sum(p.numel() for p in model.parameters())
    180110
    >>> model(torch.zeros(2, 28, 28)).shape
    torch.Size([2, 10])
    """

    def __init__(
        self,
        config: DenseConfig | None = None,
        *,
        solver: Solver | None = None,
        tol: float = 1e-3,
        gradient: Gradient | None = None,
    ) -> None:
        config = config or DenseConfig()
        super().__init__((STATE,), config.thresholds)
        self._config = config
        self.encoder = nn.Linear(PICTURE * PICTURE, STATE)
        self.equilibrium = DEQ(
            DenseCell(config.contraction),
            solver=solver or Anderson(),
            tol=tol,
            max_evals=100,
            gradient=gradient or Implicit(tol=tol, max_evals=100),
        )
        self.readout = nn.Linear(STATE, CLASSES)

    @property
    def config(self) -> DenseConfig:
        """As given, with the thresholds as they are now."""
        return replace(self._config, thresholds=self.thresholds)

    def encode(self, images: Tensor) -> Tensor:
        """The injected input: images (B, 28, 28) in [0, 1] → x (B, 100)."""
        x: Tensor = _INPUT_SCALE * self.encoder((images.flatten(1) - _MEAN) / _SPREAD)
        return x

    def logits(self, z: Tensor) -> Tensor:
        """Read states (…, 100) → (…, 10)."""
        logits: Tensor = self.readout(_OUTPUT_SCALE * z)
        return logits

    def contract_(self, steps: int = 1) -> Tensor:
        """Bring ‖W₂‖₂‖W₁‖₂, as estimated, back to at most κ; returns what it was before."""
        return cast(DenseCell, self.equilibrium.cell).project_(steps)
