"""The article's network: linear → equilibrium of a small tanh network → linear.

784 → 100, then the z with z = f(z + x) for f = [100 → 500, tanh, → 100], then → 10: 180,110
parameters ("Composability in Julia: Implementing Deep Equilibrium Models via Neural ODEs", Julia
blog, 2021). Unlike in the article, the cell can be kept a contraction.
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
# With a norm limit tanh bends only if its input is large, and z is small. With these two factors
# one learning rate fits all layers.
_INPUT_SCALE, _OUTPUT_SCALE = 4.0, 8.0
# Mean and standard deviation of MNIST's pixels.
_MEAN, _SPREAD = 0.1307, 0.3081


@dataclass(frozen=True, slots=True, kw_only=True)
class DenseConfig:
    """Options of the network.

    Parameters
    ----------
    contraction : float or None
        κ, the largest value of ‖W₂‖₂‖W₁‖₂, between 0 and 1; None for no limit.
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

    |tanh′| ≤ 1, so it is a contraction if ‖W₂‖₂‖W₁‖₂ ≤ κ < 1.

    Parameters
    ----------
    contraction : float or None
        κ; None for no limit.
    """

    def __init__(self, contraction: float | None) -> None:
        super().__init__()
        self.contraction = contraction
        self.inside = nn.Linear(STATE, HIDDEN)
        self.outside = nn.Linear(HIDDEN, STATE)
        # Start vectors of power iteration, from the step before.
        self.register_buffer("inside_vector", torch.randn(STATE))
        self.register_buffer("outside_vector", torch.randn(HIDDEN))
        self.project_(100)

    def forward(self, z: Tensor, x: Tensor) -> Tensor:
        """One evaluation: z, x (B, 100) → (B, 100)."""
        out: Tensor = self.outside(torch.tanh(self.inside(z + x)))
        return out

    @torch.no_grad()
    def project_(self, steps: int = 1) -> Tensor:
        """Scale W₁ and W₂ so that the estimate of ‖W₂‖₂‖W₁‖₂ is at most κ; returns it before."""
        inside, outside = self.inside.weight, self.outside.weight
        bound = _norm(inside, cast(Tensor, self.inside_vector), steps) * _norm(
            outside, cast(Tensor, self.outside_vector), steps
        )
        if self.contraction is not None and bound > self.contraction:
            scale = (self.contraction / bound).sqrt()
            inside.mul_(scale)
            outside.mul_(scale)
        return bound


def _norm(weight: Tensor, vector: Tensor, steps: int) -> Tensor:
    """‖W‖₂ () by power iteration from a vector, which is updated in place."""
    for _ in range(steps):
        vector.copy_(F.normalize(weight.T @ (weight @ vector), dim=0))
    norm: Tensor = torch.linalg.vector_norm(weight @ vector)
    return norm


class DenseClassifier(Classifier):
    """784 → 100 → equilibrium of [100 → 500, tanh, → 100] → 10.

    The article starts its solver at z = f(x); here it starts at zero, one step earlier.

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
        """The options, with the current thresholds."""
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
        """Scale W₁ and W₂ so that the estimate of ‖W₂‖₂‖W₁‖₂ is at most κ; returns it before."""
        return cast(DenseCell, self.equilibrium.cell).project_(steps)
