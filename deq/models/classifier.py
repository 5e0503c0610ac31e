"""What all networks that read digits share: encoder, equilibrium, readout, and a projection.

The app draws states on three fixed directions, together with a cloud of known equilibria.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from deq.layer import DEQ
from deq.models.prediction import Prediction
from deq.models.verdict import Thresholds, judge
from deq.solve import solve
from deq.solvers import ODE, Solver

CLASSES = 10
PICTURE = 28


class Classifier(nn.Module, ABC):
    """Encoder → equilibrium → readout, with a projection of states to three dimensions.

    A subclass sets `equilibrium` and `readout`, and defines `encode` and `contract_`.

    Parameters
    ----------
    shape : tuple of int
        Shape of one sample's state; D numbers in all.
    thresholds : Thresholds
        When a probability counts as an answer.

    Attributes
    ----------
    basis : Tensor (3, D)
        Directions on which states are drawn; see `deq.training.calibrate.fit_projection`.
    centre : Tensor (D,)
        Origin of the projection: the mean of known equilibria.
    cloud_points, cloud_labels : Tensor (N, 3), (N,)
        Projected equilibria of training digits, and their labels.
    explained : Tensor (3,)
        Share of the variance between digit classes along each direction.
    metadata : dict of str to str
        Metadata of the weights file.
    """

    equilibrium: DEQ
    readout: nn.Linear
    centre: Tensor
    basis: Tensor
    explained: Tensor
    cloud_points: Tensor
    cloud_labels: Tensor

    def __init__(self, shape: tuple[int, ...], thresholds: Thresholds) -> None:
        super().__init__()
        self.shape = shape
        self.thresholds = thresholds
        self.metadata: dict[str, str] = {}
        size = math.prod(shape)
        self.register_buffer("centre", torch.zeros(size))
        self.register_buffer("basis", torch.zeros(3, size))
        self.register_buffer("explained", torch.zeros(3))
        self.register_buffer("cloud_points", torch.zeros(0, 3))
        self.register_buffer("cloud_labels", torch.zeros(0, dtype=torch.int64))
        self.register_load_state_dict_pre_hook(_resize_cloud)  # type: ignore[no-untyped-call]

    @abstractmethod
    def encode(self, images: Tensor) -> Tensor:
        """The injected input: images (B, 28, 28) in [0, 1] → x (B, …), of the state's shape."""

    @abstractmethod
    def contract_(self, steps: int = 1) -> Tensor:
        """Project the cell so that its contraction constant is at most the limit.

        Returns the constant before, (), as estimated by ``steps`` power iterations.
        """

    @property
    def cell(self) -> Callable[[Tensor, Tensor], Tensor]:
        """The cell f(z, x)."""
        return cast(Callable[[Tensor, Tensor], Tensor], self.equilibrium.cell)

    def equilibria(self, images: Tensor) -> Tensor:
        """The equilibrium z* (B, …) of images (B, 28, 28), with implicit gradients."""
        z: Tensor = self.equilibrium(self.encode(images))
        return z

    def forward(self, images: Tensor) -> Tensor:
        """Logits (B, 10) of images (B, 28, 28); (B, 11) with one for something else."""
        return self.logits(self.equilibria(images))

    def logits(self, z: Tensor) -> Tensor:
        """Read states (…, *shape) → (…, 10), or (…, 11) with one for something else."""
        logits: Tensor = self.readout(self._flat(z))
        return logits

    def probabilities(self, z: Tensor) -> Tensor:
        """Softmax of logits / temperature: states (…, *shape) → (…, 10 or 11)."""
        return torch.softmax(self.logits(z) / self.thresholds.temperature, dim=-1)

    def project(self, z: Tensor) -> Tensor:
        """Project states (…, *shape) on the basis: (…, 3)."""
        return (self._flat(z) - self.centre) @ self.basis.T

    def _flat(self, z: Tensor) -> Tensor:
        return z.flatten(-len(self.shape))  # (…, D)

    def start(self, seed: int | None = None) -> Tensor:
        """A first state (1, *shape): zeros, or a random state.

        A random state is ``c + B⁺ p`` with the centre c and the basis B of the projection, and a
        Gaussian p (3,) with the standard deviations of the cloud. Its projection is p.

        Parameters
        ----------
        seed : int or None
            None for zeros; the same seed gives the same start.

        Raises
        ------
        ValueError
            If a random state is asked for before the projection is fitted.
        """
        if seed is None:
            return torch.zeros(1, *self.shape)
        if not len(self.cloud_points):
            raise ValueError(
                "no map of the states yet: deq.training.calibrate.fit_projection makes it"
            )
        place = torch.randn(3, generator=torch.Generator().manual_seed(seed))
        place = place * self.cloud_points.std(0)  # (3,)
        state: Tensor = self.centre + torch.linalg.pinv(self.basis) @ place  # (D,)
        return state.reshape(1, *self.shape)

    @torch.no_grad()
    def predict(
        self,
        image: Tensor | npt.NDArray[np.floating],
        *,
        solver: Solver | None = None,
        tol: float = 1e-3,
        max_evals: int = 400,
        z0: Tensor | None = None,
        record: bool = True,
    ) -> Prediction:
        """Predict the digit in one picture, and record the path to the equilibrium.

        Solves ``z* = f(z*, x)``, with ``ODE()`` as the steady state of ``dz/dt = f(z, x) − z``.

        Parameters
        ----------
        image : (28, 28) array or Tensor
            Ink from 0 to 1, as `deq.digits.prepare` makes it.
        solver : Solver
            ``ODE()`` by default.
        tol, max_evals, record
            As for `deq.solve`.
        z0 : Tensor (1, *shape), optional
            Zeros by default; see `start`.

        Returns
        -------
        Prediction

        Raises
        ------
        RuntimeError
            In training mode, where the result would be random.
        ValueError
            If the picture is not 28×28 numbers from 0 to 1.
        """
        if self.training:
            raise RuntimeError("call eval() on the model before predict()")
        x = self.encode(_checked_image(image)[None])  # (1, *shape)
        z0 = self.start() if z0 is None else z0
        solution = solve(
            lambda z: self.cell(z, x),
            # The memory layout of x, which is that of the weights.
            z0.contiguous(memory_format=torch.channels_last) if z0.ndim == 4 else z0,
            solver=solver or ODE(),
            tol=tol,
            max_evals=max_evals,
            record=record,
        )
        probabilities = self.probabilities(solution.z)[0]  # (10,) or (11,)
        first, second = (int(i) for i in probabilities[:CLASSES].topk(2).indices)
        converged = bool(solution.converged.all())
        verdict, reason = judge(probabilities, self.thresholds, converged)
        path = solution.trajectory.z[:, 0] if solution.trajectory is not None else None
        return Prediction(
            digit=first,
            runner_up=second,
            probabilities=probabilities,
            verdict=verdict,
            reason=reason,
            solution=solution,
            path_probabilities=None if path is None else self.probabilities(path),  # (T, 10 or 11)
            path_points=None if path is None else self.project(path),  # (T, 3)
        )


def _resize_cloud(model: nn.Module, tensors: dict[str, Tensor], prefix: str, *_: object) -> None:
    """Give the cloud the size that it has in the file, which the configuration does not know."""
    for name in ("cloud_points", "cloud_labels"):
        if isinstance(tensor := tensors.get(prefix + name), Tensor):
            setattr(model, name, torch.zeros_like(tensor))


def _checked_image(image: Tensor | npt.NDArray[np.floating]) -> Tensor:
    """The picture as a tensor (28, 28) float32; raises ValueError if it is not one."""
    if not isinstance(image, Tensor):  # a copy: torch refuses some views, and warns of read-only
        image = torch.from_numpy(np.array(image, dtype=np.float32))
    picture = image.to(torch.float32)
    if picture.shape != (PICTURE, PICTURE):
        raise ValueError(f"image must be 28×28, not of shape {tuple(picture.shape)}")
    if not bool(((picture >= 0) & (picture <= 1)).all()):  # NaN is neither
        raise ValueError("image must be 28×28 numbers from 0 (paper) to 1 (ink)")
    return picture
