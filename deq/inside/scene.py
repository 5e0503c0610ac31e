"""A digit, a trained network, and a gain on the state."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from deq.models.classifier import Classifier
from deq.solution import Solution
from deq.solve import solve
from deq.solvers import Anderson

TOL = 1e-6
"""Tolerance of equilibria in float32; rounding allows hardly less."""
_TOL_DOUBLE = 1e-12
MAX_EVALS = 120
MAX_NORM = 1e6
"""‖z‖₂ from which on a state counts as diverged."""


def first_within(distances: Tensor, share: float = 0.01) -> int | None:
    """The first index at which at most this share of the first distance is left, or None.

    Examples
    --------
    >>> first_within(torch.tensor([2.0, 1.0, 0.01, 0.001]))
    2
    """
    (found,) = (distances <= share * distances[0]).nonzero(as_tuple=True)
    return int(found[0]) if len(found) else None


@dataclass(frozen=True, eq=False)
class Scene:
    """The map ``z ↦ f(γ z, x)`` of one picture; γ = 1 is the network as it was trained.

    For the cell relu(W z + x), γ multiplies W, and so the eigenvalues of the Jacobian: a large γ
    makes a stable equilibrium unstable.

    Attributes
    ----------
    model : Classifier
        In eval mode.
    image : Tensor (28, 28)
        Ink from 0 to 1.
    gain : float
        γ.
    """

    model: Classifier
    image: Tensor
    gain: float = 1.0

    @classmethod
    def of(cls, model: Classifier, image: npt.NDArray[np.floating], gain: float = 1.0) -> Scene:
        """From a picture as an array (28, 28)."""
        return cls(model, torch.from_numpy(np.array(image, np.float32)), gain)

    @cached_property
    def x(self) -> Tensor:
        """The injected input (1, *shape)."""
        return self.encode(self.image[None])

    def double(self) -> Scene:
        """The same in float64."""
        return Scene(deepcopy(self.model).double(), self.image.double(), self.gain)

    def encode(self, images: Tensor) -> Tensor:
        """The injected inputs (B, *shape) of pictures (B, 28, 28)."""
        with torch.no_grad():
            x: Tensor = self.model.encode(images)
        return x

    def cell(self, z: Tensor, x: Tensor) -> Tensor:
        """One evaluation of f(γ z, x), states (B, *shape)."""
        out: Tensor = self.model.cell(z if self.gain == 1 else self.gain * z, x)
        return out

    def f(self, z: Tensor) -> Tensor:
        """The map of this picture, for a batch of states (B, *shape)."""
        return self.cell(z, self.x.expand(len(z), *self.x.shape[1:]))

    @cached_property
    def solution(self) -> Solution[Tensor]:
        """The solve for the equilibrium from zero, with the best state if it did not converge."""
        return self.equilibria(self.x)

    def equilibria(self, x: Tensor) -> Solution[Tensor]:
        """Solve for the equilibria of inputs x (B, *shape), from zero."""
        found: Solution[Tensor] = solve(
            lambda z: self.cell(z, x),
            torch.zeros_like(x),
            solver=Anderson(),
            tol=TOL if x.dtype == torch.float32 else _TOL_DOUBLE,
            max_evals=MAX_EVALS,
        )
        return found

    @property
    def converged(self) -> bool:
        """Whether the solve for the equilibrium converged."""
        return bool(self.solution.converged.all())

    @property
    def z(self) -> Tensor:
        """z* (1, *shape), or the best state."""
        return self.solution.z

    def distances(self, z: Tensor) -> Tensor:
        """‖z − z*‖₂ of states (T, *shape): (T,)."""
        lengths: Tensor = (z - self.z).flatten(1).norm(dim=1)
        return lengths
