"""What a trained network still needs before it ships: a map of its states, and thresholds.

Both are made from training and validation digits only.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from deq.digits.corpus import LabelledImages
from deq.models.classifier import CLASSES, Classifier
from deq.models.verdict import Thresholds

CLOUD = 60  # equilibria shown for each digit
LEADING = 60  # components in which the spread within classes is measured


@torch.no_grad()
def equilibria(model: Classifier, images: Tensor) -> Tensor:
    """Equilibria of pictures (N, 28, 28) uint8 → (N, …)."""
    return torch.cat([model.settle(some.float() / 255) for some in torch.split(images, 250)])


@torch.no_grad()
def fit_projection(model: Classifier, images: Tensor, labels: Tensor) -> None:
    """Fix the three directions on which states are drawn, and the cloud of known equilibria.

    The directions are the principal components of the ten classes' mean equilibria, with lengths
    measured in units of the spread within a class: with class means μ_k, within-class covariance
    S and Sᵖ its power p, the right singular vectors of (μ_k − μ) S^(−1/2), times S^(−1/2). They
    show how digits differ from one another; plain components of all equilibria would mostly show
    how slanted they are written. S is taken on the leading 60 components of the states.

    Parameters
    ----------
    model : Classifier
        Changed in place: ``centre``, ``basis``, ``explained``, ``cloud_points``, ``cloud_labels``.
    images, labels : Tensor (N, 28, 28) uint8, (N,)
        Training digits, every class among them.

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
    # A singular vector's sign is arbitrary; the same weights must give the same picture.
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
    """Choose temperature and limits on validation digits, and put them into the model.

    The temperature minimises the cross-entropy of the validation digits. `reject` and `accept` are
    quantiles of the largest probability among them.

    Parameters
    ----------
    model : Classifier
        Its thresholds are replaced.
    digits : tuple of Tensor (N, 28, 28) uint8 and Tensor (N,)
        Validation digits.
    keep, name : float
        Shares of validation digits that shall not be rejected, and that shall be called a digit.

    References
    ----------
    Guo, Pleiss, Sun, Weinberger (2017), "On calibration of modern neural networks".
    """
    images, labels = digits
    logits = model.eval().logits(equilibria(model, images))  # (N, 10)
    temperatures = torch.logspace(-1, 0.7, 120)
    losses = torch.stack([F.cross_entropy(logits / t, labels) for t in temperatures])
    temperature = float(temperatures[losses.argmin()])
    best = torch.softmax(logits / temperature, 1).amax(1)  # (N,)
    thresholds = Thresholds(
        temperature=temperature,
        reject=float(best.quantile(1 - keep)),
        accept=float(best.quantile(1 - name)),
    )
    model.thresholds = thresholds
    return thresholds
