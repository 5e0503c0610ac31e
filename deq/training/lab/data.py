"""The digits that the lab trains with, and those it keeps apart to be asked about."""

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
"""Of each class: digits asked about while training goes on, and those of them that are drawn."""
_HELD_OUT_EVERY = 5  # of the subset every fifth digit is kept apart


@dataclass(frozen=True, slots=True, eq=False)
class LabData:
    """What to learn from and what to be asked about: pictures (N, 28, 28) uint8, labels (N,).

    Attributes
    ----------
    train, held
        Digits that are learnt, and those that are kept apart.
    shown : Tensor (300,)
        Places among ``held`` of the digits that are asked about while training goes on, class by
        class in turn: the first 200 of them make the cloud.
    """

    train: LabelledImages
    held_out: LabelledImages
    shown: Tensor


@lru_cache(maxsize=2)
def lab_data(name: str, folder: Path | str | None = None) -> LabData:
    """The shipped digits, every fifth kept apart, or MNIST with its test digits kept apart.

    Parameters
    ----------
    name : ``"subset"`` or ``"mnist"``
        Which.
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
