"""What is seen of a network while it trains, and once it has: answers, equilibria, mistakes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from deq.diagnostics import spectral_radius
from deq.digits.corpus import LabelledImages
from deq.models.classifier import CLASSES
from deq.training.lab.config import Network
from deq.training.lab.data import CLOUD, LabData

Array = npt.NDArray[np.float64]
MISTAKES = 60
_BATCH = 500  # digits settled at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """A network asked about the digits that are shown.

    Attributes
    ----------
    accuracy : float
        Share of the 300 named right.
    radius : float
        Spectral radius of the Jacobian at one digit's equilibrium.
    cloud : list of [x, y]
        Equilibria of 200 of them on the plane in which the ten classes differ most.
    """

    accuracy: float
    radius: float
    cloud: list[list[float]]


class Validator:
    """Asks a network about the same digits again and again.

    The axes of that plane would turn and flip from look to look; each picture is turned to fit the
    one before, so that points move because the network changes and for no other reason.

    Parameters
    ----------
    data : LabData
        Whose shown digits are asked about.
    """

    def __init__(self, data: LabData) -> None:
        images, self.labels = data.held_out[0][data.shown], data.held_out[1][data.shown]
        self.images = images.float() / 255  # (300, 28, 28)
        self._before: Array | None = None

    @torch.no_grad()
    def validate(self, model: Network) -> Validation:
        """What the network says now; it is in training mode afterwards if it was before."""
        training = model.training
        model.eval()
        x = model.encode(self.images)
        z = model.equilibrium(x)  # (300, …)
        right = model.logits(z).argmax(1) == self.labels
        radius = spectral_radius(model.cell, z[:1], x[:1])
        model.train(training)
        some = slice(CLOUD * CLASSES)
        points = _flattened(
            z[some].flatten(1).double().numpy(), self.labels[some].numpy(), self._before
        )
        self._before = points
        return Validation(
            accuracy=float(right.double().mean()),
            radius=float(radius[0]),
            cloud=points.round(2).tolist(),
        )


def _flattened(states: Array, labels: npt.NDArray[np.int64], before: Array | None) -> Array:
    """States (N, D) on a plane (N, 2), turned to fit the picture before.

    The plane is that of the two principal components of the class means, in which those differ
    most; its unit is the spread of all points.

    References
    ----------
    Schönemann (1966), "A generalized solution of the orthogonal Procrustes problem".
    """
    centred = states - states.mean(0)
    means = np.stack([centred[labels == k].mean(0) for k in range(CLASSES)])  # (10, D)
    sizes, vectors = np.linalg.eigh(means @ means.T)  # of ten by ten numbers, not D by D
    directions = vectors[:, -2:].T @ means  # (2, D)
    points = centred @ directions.T / np.sqrt(sizes[-2:].clip(min=np.finfo(np.float64).tiny))
    points = points / max(float(points.std()), np.finfo(np.float64).tiny)
    if before is not None:
        u, _, v = np.linalg.svd(points.T @ before)
        points = points @ (u @ v)
    return np.asarray(points)


@torch.no_grad()
def named(model: Network, part: LabelledImages) -> Tensor:
    """Probabilities (N, 10) of pictures (N, 28, 28) uint8, in evaluation mode."""
    model.eval()
    some = (model.settle(images.float() / 255) for images in torch.split(part[0], _BATCH))
    return torch.cat([model.probabilities(z) for z in some])


def confusion(probabilities: Tensor, labels: Tensor) -> list[list[int]]:
    """How often digit i (row) was taken for digit j (column), (10, 10)."""
    pairs = CLASSES * labels + probabilities.argmax(1)
    return pairs.bincount(minlength=CLASSES**2).reshape(CLASSES, CLASSES).tolist()


def mistakes(probabilities: Tensor, labels: Tensor) -> list[dict[str, float]]:
    """The digits read wrongly, those it was surest of first: place, truth, guess and its share."""
    share, guess = probabilities.max(1)
    wrong = torch.nonzero(guess != labels)[:, 0]
    wrong = wrong[share[wrong].argsort(descending=True, stable=True)][:MISTAKES]
    return [
        {"place": int(k), "truth": int(labels[k]), "guess": int(guess[k]),
         "share": round(float(share[k]), 4)}
        for k in wrong
    ]  # fmt: skip
