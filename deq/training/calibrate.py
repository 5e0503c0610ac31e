"""What follows the training: the projection of states, and the thresholds of verdicts.

The projection is fitted on training digits, the thresholds are chosen on validation digits.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from deq.digits.corpus import LabelledImages
from deq.models.classifier import CLASSES, Classifier
from deq.models.verdict import Thresholds

CLOUD = 60  # equilibria shown for each digit
LEADING = 60  # principal components on which the within-class covariance is computed


@torch.no_grad()
def equilibria(model: Classifier, images: Tensor) -> Tensor:
    """Equilibria of pictures (N, 28, 28) uint8 → (N, …)."""
    return torch.cat([model.equilibria(some.float() / 255) for some in torch.split(images, 250)])


@torch.no_grad()
def fit_projection(model: Classifier, images: Tensor, labels: Tensor) -> None:
    """Fit the three directions on which states are drawn, and the cloud of known equilibria.

    The directions are canonical variates: with class means μ_k and within-class covariance S, the
    right singular vectors of the rows (μ_k − μ) S^(−1/2), times S^(−1/2). They show how digits
    differ; principal components of all equilibria mostly show how slanted digits are written. S is
    computed on the leading 60 principal components of the states.

    Parameters
    ----------
    model : Classifier
        Changed in place: ``centre``, ``basis``, ``explained``, ``cloud_points``, ``cloud_labels``.
    images, labels : Tensor (N, 28, 28) uint8, (N,)
        Training digits of all ten classes.

    References
    ----------
    Rao (1948), "The utilization of multiple measurements in problems of biological
    classification", J. R. Stat. Soc. B 10 (canonical variates).
    """
    model.eval()
    states = equilibria(model, images).flatten(1)  # (N, D)
    centre = states.mean(0)
    leading = torch.linalg.svd(states - centre, full_matrices=False)[2][:LEADING]  # (60, D)
    scores = (states - centre) @ leading.T  # (N, 60)
    means = torch.stack([scores[labels == k].mean(0) for k in range(CLASSES)])  # (10, 60)
    within = torch.cov((scores - means[labels]).T)  # (60, 60)
    spread, axes = torch.linalg.eigh(within)
    floor = spread[-1] * torch.finfo(spread.dtype).eps
    whiten = axes @ torch.diag(spread.clamp(min=floor).rsqrt()) @ axes.T  # (60, 60)
    _, values, directions = torch.linalg.svd((means - means.mean(0)) @ whiten, full_matrices=False)
    basis = directions[:3] @ whiten @ leading  # (3, D)
    # The sign of a singular vector is arbitrary; fix it, so that equal weights give equal pictures.
    largest = basis.abs().argmax(1, keepdim=True)
    basis = basis * torch.sign(basis.gather(1, largest))
    chosen = torch.cat([torch.nonzero(labels == k)[:CLOUD, 0] for k in range(CLASSES)])
    model.centre.copy_(centre)
    model.basis.copy_(basis)
    model.explained.copy_(values[:3].square() / values.square().sum())
    model.cloud_points = (states[chosen] - centre) @ basis.T
    model.cloud_labels = labels[chosen].clone()


@torch.no_grad()
def set_thresholds(
    model: Classifier, digits: LabelledImages, keep: float = 0.997, name: float = 0.99
) -> Thresholds:
    """Choose the thresholds on validation digits, and set those of the model.

    The temperature minimises the cross-entropy of the validation digits. `reject` and `accept` are
    quantiles of the largest probability among them.

    Parameters
    ----------
    model : Classifier
        Its thresholds are changed.
    digits : tuple of Tensor (N, 28, 28) uint8 and Tensor (N,)
        Validation digits.
    keep, name : float
        Shares of validation digits that are not rejected, and whose verdict is "digit".

    References
    ----------
    Guo, Pleiss, Sun, Weinberger (2017), "On calibration of modern neural networks".
    """
    images, labels = digits
    logits = model.eval().logits(equilibria(model, images))  # (N, 10 or 11)
    temperatures = torch.logspace(-1, 0.7, 120)
    losses = torch.stack([F.cross_entropy(logits / t, labels) for t in temperatures])
    temperature = float(temperatures[losses.argmin()])
    best = torch.softmax(logits / temperature, 1)[:, :CLASSES].amax(1)  # (N,)
    thresholds = Thresholds(
        temperature=temperature,
        reject=float(best.quantile(1 - keep)),
        accept=float(best.quantile(1 - name)),
    )
    model.thresholds = thresholds
    return thresholds
