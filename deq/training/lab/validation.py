"""Measures of a network during and after training: accuracy, equilibria, mistakes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from deq.diagnostics import spectral_radius
from deq.digits.corpus import LabelledImages
from deq.models.classifier import CLASSES
from deq.training.lab.config import Network
from deq.training.lab.data import CLOUD, LabData
from deq.training.lab.progress import LabProgress

Array = npt.NDArray[np.float64]
MISTAKES = 60
_BATCH = 500


class Validator:
    """Measures a network on the same digits several times.

    The axes of the plane are arbitrary up to a rotation, so each projection is rotated to fit the
    one before. Then points move only because the network changes.

    Parameters
    ----------
    data : LabData
        Its shown digits are used.
    """

    def __init__(self, data: LabData) -> None:
        images, self.labels = data.held_out[0][data.shown], data.held_out[1][data.shown]
        self.images = images.float() / 255  # (300, 28, 28)
        self._before: Array | None = None

    @torch.no_grad()
    def validate(self, model: Network, line: LabProgress) -> LabProgress:
        """The record with accuracy, radius and cloud; the mode of the network stays."""
        training = model.training
        model.eval()
        x = model.encode(self.images)
        z = model.equilibrium(x)  # (300, …)
        right = model.logits(z).argmax(1) == self.labels
        radius = spectral_radius(model.cell, z[:1], x[:1])
        model.train(training)
        some = slice(CLOUD * CLASSES)
        points = _projected(
            z[some].flatten(1).double().numpy(), self.labels[some].numpy(), self._before
        )
        self._before = points
        return replace(
            line,
            stage="look",
            accuracy=float(right.double().mean()),
            radius=float(radius[0]),
            cloud=points.round(2).tolist(),
        )


def _projected(states: Array, labels: npt.NDArray[np.int64], before: Array | None) -> Array:
    """Project states (N, D) to a plane (N, 2), rotated to fit the projection before.

    The plane is spanned by the two leading principal components of the class means; the points are
    scaled to standard deviation 1.

    References
    ----------
    Schönemann (1966), "A generalized solution of the orthogonal Procrustes problem".
    """
    centred = states - states.mean(0)
    means = np.stack([centred[labels == k].mean(0) for k in range(CLASSES)])  # (10, D)
    sizes, vectors = np.linalg.eigh(means @ means.T)  # 10×10 instead of D×D
    directions = vectors[:, -2:].T @ means  # (2, D)
    points = centred @ directions.T / np.sqrt(sizes[-2:].clip(min=np.finfo(np.float64).tiny))
    points = points / max(float(points.std()), np.finfo(np.float64).tiny)
    if before is not None:
        u, _, v = np.linalg.svd(points.T @ before)
        points = points @ (u @ v)
    return np.asarray(points)


@torch.no_grad()
def predicted(model: Network, part: LabelledImages) -> Tensor:
    """Probabilities (N, 10) of pictures (N, 28, 28) uint8, in evaluation mode."""
    model.eval()
    some = (model.equilibria(images.float() / 255) for images in torch.split(part[0], _BATCH))
    return torch.cat([model.probabilities(z) for z in some])


def confusion(probabilities: Tensor, labels: Tensor) -> list[list[int]]:
    """How often digit i (row) was predicted as digit j (column), (10, 10)."""
    pairs = CLASSES * labels + probabilities.argmax(1)
    return pairs.bincount(minlength=CLASSES**2).reshape(CLASSES, CLASSES).tolist()


def mistakes(probabilities: Tensor, labels: Tensor) -> list[dict[str, float]]:
    """Wrong predictions, most probable first: index, true digit, prediction, probability."""
    share, guess = probabilities.max(1)
    wrong = torch.nonzero(guess != labels)[:, 0]
    wrong = wrong[share[wrong].argsort(descending=True, stable=True)][:MISTAKES]
    return [
        {"place": int(k), "truth": int(labels[k]), "guess": int(guess[k]),
         "share": round(float(share[k]), 4)}
        for k in wrong
    ]  # fmt: skip
