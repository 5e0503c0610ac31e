"""Training digits and held-out digits of the lab."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor

from deq.digits.corpus import LabelledImages
from deq.digits.mnist import Split, load_mnist, load_subset
from deq.models.classifier import CLASSES

SHOWN, CLOUD = 30, 20
"""Digits per class that are measured during training, and those of them that are drawn."""
_HELD_OUT_EVERY = 5  # every fifth digit of the subset is held out


@dataclass(frozen=True, slots=True, eq=False)
class LabData:
    """Training and held-out digits: pictures (N, 28, 28) uint8, labels (N,).

    Attributes
    ----------
    train, held_out : tuple of Tensor
        Training digits, and digits that are not trained on.
    shown : Tensor (300,)
        Indices into ``held_out`` of the digits that are measured during training. Their labels are
        0, 1, …, 9, 0, 1, …; the first 200 make the cloud.
    """

    train: LabelledImages
    held_out: LabelledImages
    shown: Tensor


@lru_cache(maxsize=2)
def lab_data(name: str, folder: Path | str | None = None) -> LabData:
    """The shipped digits with every fifth held out, or MNIST with its test digits held out.

    Parameters
    ----------
    name : ``"subset"`` or ``"mnist"``
        Name of the data.
    folder : Path or str, optional
        As for `deq.digits.mnist.load_mnist`.

    Raises
    ------
    deq.digits.DataError
        If a file is missing or damaged.
    """
    if name == "subset":
        images, labels = (torch.from_numpy(part) for part in load_subset())
        held_out = torch.arange(len(labels)) % _HELD_OUT_EVERY == _HELD_OUT_EVERY - 1
        train, kept = (images[~held_out], labels[~held_out]), (images[held_out], labels[held_out])
    else:
        train, kept = _all("train", folder), _all("test", folder)
    by_class = [torch.nonzero(kept[1] == k)[:SHOWN, 0] for k in range(CLASSES)]
    return LabData(train, kept, torch.stack(by_class, dim=1).flatten())


def _all(split: Split, folder: Path | str | None) -> LabelledImages:
    images, labels = load_mnist(split, folder)
    return torch.from_numpy(images), torch.from_numpy(labels)
