"""What all networks that read digits share: an encoder, an equilibrium, a readout, and a map.

The map is what the app draws: three directions on which states are seen, and known equilibria.
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
    """Encoder → equilibrium → readout, with the map of its states that the app draws.

    A kind of network has an `equilibrium`, a `readout` of flat states, and says how to `encode` and
    how to `contract_`.

    Parameters
    ----------
    shape : tuple of int
        Of one sample's state; D numbers in all.
    thresholds : Thresholds
        When a probability counts as an answer.

    Attributes
    ----------
    basis : Tensor (3, D)
        Directions on which states are drawn (see `fit_projection` of `deq.training.calibrate`);
        `centre` (D,) is their origin, the mean of known equilibria.
    cloud_points, cloud_labels : Tensor (N, 3), (N,)
        Equilibria of training digits on that basis, and which digits they are.
    explained : Tensor (3,)
        Share of the variance between digit classes along each direction.
    metadata : dict of str to str
        What the weights file says about itself.
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
        """The injected input x (B, …), of the state's shape, of images (B, 28, 28) in [0, 1]."""

    @abstractmethod
    def contract_(self, steps: int = 1) -> Tensor:
        """Bring the cell's contraction constant back to its limit; what it was before, ().

        ``steps`` power iterations estimate it.
        """

    @property
    def cell(self) -> Callable[[Tensor, Tensor], Tensor]:
        """The map whose fixed point is the state."""
        return cast(Callable[[Tensor, Tensor], Tensor], self.equilibrium.cell)

    def settle(self, images: Tensor) -> Tensor:
        """The equilibrium z* (B, …) of images (B, 28, 28), with implicit gradients."""
        z: Tensor = self.equilibrium(self.encode(images))
        return z

    def forward(self, images: Tensor) -> Tensor:
        """Logits (B, 10) of images (B, 28, 28)."""
        return self.logits(self.settle(images))

    def logits(self, z: Tensor) -> Tensor:
        """Read states (…, *shape) → (…, 10)."""
        logits: Tensor = self.readout(self._flat(z))
        return logits

    def probabilities(self, z: Tensor) -> Tensor:
        """Softmax of the logits over the calibrated temperature: (…, *shape) → (…, 10)."""
        return torch.softmax(self.logits(z) / self.thresholds.temperature, dim=-1)

    def project(self, z: Tensor) -> Tensor:
        """States (…, *shape) on the fixed basis: (…, 3)."""
        return (self._flat(z) - self.centre) @ self.basis.T

    def _flat(self, z: Tensor) -> Tensor:
        return z.flatten(-len(self.shape))  # (…, D)

    def start(self, seed: int | None = None) -> Tensor:
        """A first state (1, *shape): zeros, or a random place on the map of states.

        A random state is ``c + B⁺ p`` with the map's centre c, its directions B and a Gaussian
        place p (3,) as widely spread as the cloud, so that it is seen where it is.

        Parameters
        ----------
        seed : int or None
            None for zeros; the same seed gives the same start.

        Raises
        ------
        ValueError
            If a random place is asked for on a map that has not been drawn yet.
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
        """Name the digit in one picture, and say how the state came to its equilibrium.

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
            In training mode, in which the answer would be left to chance.
        ValueError
            If the picture is not 28×28 numbers from 0 to 1.
        """
        if self.training:
            raise RuntimeError("call eval() on the model before predict()")
        x = self.encode(_checked_image(image)[None])  # (1, *shape)
        z0 = self.start() if z0 is None else z0
        solution = solve(
            lambda z: self.cell(z, x),
            # Laid out like x, whose memory follows that of the weights.
            z0.contiguous(memory_format=torch.channels_last) if z0.ndim == 4 else z0,
            solver=solver or ODE(),
            tol=tol,
            max_evals=max_evals,
            record=record,
        )
        probabilities = self.probabilities(solution.z)[0]  # (10,)
        first, second = (int(i) for i in probabilities.topk(2).indices)
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
            path_probabilities=None if path is None else self.probabilities(path),  # (T, 10)
            path_points=None if path is None else self.project(path),  # (T, 3)
        )


def _resize_cloud(model: nn.Module, tensors: dict[str, Tensor], prefix: str, *_: object) -> None:
    """How many points the cloud has is the file's affair, not the configuration's."""
    for name in ("cloud_points", "cloud_labels"):
        if isinstance(tensor := tensors.get(prefix + name), Tensor):
            setattr(model, name, torch.zeros_like(tensor))


def _checked_image(image: Tensor | npt.NDArray[np.floating]) -> Tensor:
    """The picture as a tensor (28, 28) float32, or a ValueError that says what is wrong with it."""
    if not isinstance(image, Tensor):  # a copy: torch refuses some views, and warns of read-only
        image = torch.from_numpy(np.array(image, dtype=np.float32))
    picture = image.to(torch.float32)
    if picture.shape != (PICTURE, PICTURE):
        raise ValueError(f"image must be 28×28, not of shape {tuple(picture.shape)}")
    if not bool(((picture >= 0) & (picture <= 1)).all()):  # NaN is neither
        raise ValueError("image must be 28×28 numbers from 0 (paper) to 1 (ink)")
    return picture
