"""What a network can call a picture: one of ten digits or, where it was taught to, none."""

from __future__ import annotations

from torch import Tensor

NO_DIGIT = 10
"""The place of "no digit" among a network's probabilities, after the ten digits."""


def class_name(k: int) -> str:
    """What people call a class.

    Examples
    --------
    >>> class_name(4), class_name(NO_DIGIT)
    ('4', 'no digit')
    """
    return "no digit" if k == NO_DIGIT else str(k)


def read(probabilities: Tensor) -> list[str]:
    """What is read where probabilities (T, 10 or 11) are largest: T names.

    Examples
    --------
    >>> import torch
    >>> read(torch.eye(11)[[4, 10]])
    ['4', 'no digit']
    """
    return [class_name(k) for k in probabilities.argmax(1).tolist()]
