"""The network that reads digits: a convolutional stem, an equilibrium, a linear readout.

The article's sandwich with a convolutional state: the stem turns the picture into the injected
input x, the state z settles at z* = relu(W z* + x), and ten logits are read from z*.
W is a 3×3 convolution kept at ‖W‖₂ ≈ κ < 1 or below, so every picture has exactly one equilibrium.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from deq.implicit import Implicit
from deq.layer import DEQ
from deq.models.cell import GRID, Cell
from deq.models.prediction import Prediction
from deq.models.verdict import Thresholds, judge
from deq.solve import solve
from deq.solvers import ODE, Picard, Solver

CLASSES = 10
PICTURE = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitsConfig:
    """Sizes of the network.

    Parameters
    ----------
    channels : int
        Channels C of the state z, (C, 7, 7).
    stem : tuple of two ints
        Channels of the stem at 28×28 and at 14×14.
    contraction : float
        κ, the largest norm of the state's convolution, between 0 and 1.
    dropout : float
        Share of z* hidden from the readout while training.
    thresholds : Thresholds
        When a probability counts as an answer.
    """

    channels: int = 64
    stem: tuple[int, int] = (32, 64)
    contraction: float = 0.95
    dropout: float = 0.2
    thresholds: Thresholds = field(default_factory=Thresholds)

    def __post_init__(self) -> None:
        if not 0 < self.contraction < 1:
            raise ValueError(f"contraction must be between 0 and 1, not {self.contraction}")


class Digits(nn.Module):
    """Stem → equilibrium → readout, with the map of its states that the app draws.

    Parameters
    ----------
    config : DigitsConfig
        Sizes and thresholds.

    Attributes
    ----------
    basis : Tensor (3, C·49)
        Directions on which states are drawn (see `deq.training.finish.draw_map`); `centre` (C·49,)
        is their origin, the mean of known equilibria.
    cloud_points, cloud_labels : Tensor (N, 3), (N,)
        Equilibria of training digits on that basis, and which digits they are.
    explained : Tensor (3,)
        Share of the variance between digit classes along each direction.
    metadata : dict of str to str
        What the weights file says about itself.
    """

    centre: Tensor
    basis: Tensor
    explained: Tensor
    cloud_points: Tensor
    cloud_labels: Tensor

    def __init__(self, config: DigitsConfig | None = None) -> None:
        super().__init__()
        self.config = config or DigitsConfig()
        self.metadata: dict[str, str] = {}
        fine, coarse = self.config.stem
        channels = self.config.channels
        self.stem = nn.Sequential(
            *_conv(1, fine, stride=1),  # (B, fine, 28, 28)
            nn.ReLU(),
            *_conv(fine, coarse, stride=2),  # (B, coarse, 14, 14)
            nn.ReLU(),
            *_conv(coarse, coarse, stride=1),
            nn.ReLU(),
            *_conv(coarse, channels, stride=2),  # (B, C, 7, 7)
        )
        # Most units of the state start out active: a cell whose units are mostly off forgets the
        # state, and its equilibrium is found in one step and says no more than the stem.
        nn.init.ones_(cast(nn.BatchNorm2d, self.stem[-1]).bias)
        self.equilibrium = DEQ(
            Cell(channels, self.config.contraction),
            solver=Picard(),
            tol=1e-3,
            max_evals=100,
            gradient=Implicit(solver=Picard(), tol=1e-2, max_evals=100),
        )
        self.dropout = nn.Dropout(self.config.dropout)
        self.readout = nn.Linear(channels * GRID * GRID, CLASSES)
        size = channels * GRID * GRID
        self.register_buffer("centre", torch.zeros(size))
        self.register_buffer("basis", torch.zeros(3, size))
        self.register_buffer("explained", torch.zeros(3))
        self.register_buffer("cloud_points", torch.zeros(0, 3))
        self.register_buffer("cloud_labels", torch.zeros(0, dtype=torch.int64))

    @property
    def cell(self) -> Cell:
        """The map whose fixed point is the state."""
        return cast(Cell, self.equilibrium.cell)

    def encode(self, images: Tensor) -> Tensor:
        """The injected input: images (B, 28, 28) in [0, 1] → x (B, C, 7, 7)."""
        x: Tensor = self.stem(images[:, None])
        return x

    def settle(self, images: Tensor) -> Tensor:
        """The equilibrium z* (B, C, 7, 7) of images (B, 28, 28), with implicit gradients."""
        z: Tensor = self.equilibrium(self.encode(images))
        return z

    def forward(self, images: Tensor) -> Tensor:
        """Logits (B, 10) of images (B, 28, 28)."""
        return self.logits(self.settle(images))

    def logits(self, z: Tensor) -> Tensor:
        """Read states (…, C, 7, 7) → (…, 10)."""
        logits: Tensor = self.readout(self.dropout(z.flatten(-3)))
        return logits

    def probabilities(self, z: Tensor) -> Tensor:
        """Softmax of the logits over the calibrated temperature: (…, C, 7, 7) → (…, 10)."""
        return torch.softmax(self.logits(z) / self.config.thresholds.temperature, dim=-1)

    def project(self, z: Tensor) -> Tensor:
        """States (…, C, 7, 7) on the fixed basis: (…, 3)."""
        return (z.flatten(-3) - self.centre) @ self.basis.T

    def start(self, seed: int | None = None) -> Tensor:
        """A first state (1, C, 7, 7): zeros, or a random place on the map of states.

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
        shape = (1, self.config.channels, GRID, GRID)
        if seed is None:
            return torch.zeros(shape)
        if not len(self.cloud_points):
            raise ValueError("no map of the states yet: deq.training.finish.draw_map makes it")
        place = torch.randn(3, generator=torch.Generator().manual_seed(seed))
        place = place * self.cloud_points.std(0)  # (3,)
        state: Tensor = self.centre + torch.linalg.pinv(self.basis) @ place  # (C·49,)
        return state.reshape(shape)

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

        Solves ``z* = relu(W z* + x)``, with ``ODE()`` as the steady state of
        ``dz/dt = relu(W z + x) − z``.

        Parameters
        ----------
        image : (28, 28) array or Tensor
            Ink from 0 to 1, as `deq.digits.prepare` makes it.
        solver : Solver
            ``ODE()`` by default.
        tol, max_evals, record
            As for `deq.solve`.
        z0 : Tensor (1, C, 7, 7), optional
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
        x = self.encode(_picture(image)[None])  # (1, C, 7, 7)
        solution = solve(
            lambda z: self.cell(z, x),
            # Laid out like x, whose memory follows that of the weights.
            (self.start() if z0 is None else z0).contiguous(memory_format=torch.channels_last),
            solver=solver or ODE(),
            tol=tol,
            max_evals=max_evals,
            record=record,
        )
        probabilities = self.probabilities(solution.z)[0]  # (10,)
        first, second = (int(i) for i in probabilities.topk(2).indices)
        converged = bool(solution.converged.all())
        verdict, reason = judge(probabilities, self.config.thresholds, converged)
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


def _picture(image: Tensor | npt.NDArray[np.floating]) -> Tensor:
    """The picture as a tensor (28, 28) float32, or a ValueError that says what is wrong with it."""
    if not isinstance(image, Tensor):  # a copy: torch refuses some views, and warns of read-only
        image = torch.from_numpy(np.array(image, dtype=np.float32))
    picture = image.to(torch.float32)
    if picture.shape != (PICTURE, PICTURE):
        raise ValueError(f"image must be 28×28, not of shape {tuple(picture.shape)}")
    if not bool(((picture >= 0) & (picture <= 1)).all()):  # NaN is neither
        raise ValueError("image must be 28×28 numbers from 0 (paper) to 1 (ink)")
    return picture


def _conv(inside: int, outside: int, stride: int) -> tuple[nn.Module, nn.Module]:
    """A 3×3 convolution and its batch normalisation."""
    convolution = nn.Conv2d(inside, outside, 3, stride=stride, padding=1, bias=False)
    return convolution, nn.BatchNorm2d(outside)
