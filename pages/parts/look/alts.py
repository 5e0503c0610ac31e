"""What a curve shows now, for people who cannot see it."""

from __future__ import annotations

from typing import Any

import numpy as np

from deq.digits.classes import NO_DIGIT, class_name
from pages.parts.shared.numbers import number

Numbers = Any  # a tensor, an array or a list


def course(what: str, clock: str, times: Numbers, values: Numbers) -> str:
    """Where a curve begins and where it ends.

    Examples
    --------
    >>> course("Residual", "solver time", [0, 1, 7.5], [2.0, 0.1, 0.00031])
    'Residual over solver time: from 2 at 0 to 3.1·10⁻⁴ at 7.5.'
    """
    x, y = np.asarray(times, dtype=np.float64), np.asarray(values, dtype=np.float64)
    ends = (f"{number(y[k])} at {number(x[k])}" for k in (0, -1))
    return f"{what} over {clock}: from {' to '.join(ends)}."


def shares(clock: str, times: Numbers, probabilities: Numbers) -> str:
    """What is read in the end, with what probability, and since when.

    Examples
    --------
    >>> shares("time", [0, 1, 2], [[0.6, 0.4], [0.3, 0.7], [0.05, 0.95]])
    'Probability of each digit over time: from 1 on, 1 is the most likely, at last with 95 %.'
    """
    chances = np.asarray(probabilities, dtype=np.float64)  # (T, 10) or (T, 11)
    best = chances.argmax(1)
    other = np.flatnonzero(best != best[-1])
    since = number(float(times[other[-1] + 1 if len(other) else 0]))
    answer = f"“{class_name(best[-1])}”" if best[-1] == NO_DIGIT else best[-1]
    return (
        f"Probability of each digit over {clock}: from {since} on, {answer} is the most likely, "
        f"at last with {100 * chances[-1].max():.0f} %."
    )
