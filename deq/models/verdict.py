"""From probabilities to a verdict: a digit, unsure, or not a digit.

A scribble has an equilibrium as well, so convergence says nothing about the digit. The largest
probability does, where the network was shown what is not a digit (outlier exposure: Hendrycks,
Mazeika, Dietterich 2019): an eleventh probability, that of something else, leaves little to the
digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from deq.digits.classes import NO_DIGIT

Verdict = Literal["digit", "unsure", "not a digit"]

# Two digits are a tie when the second is at least so many times as likely as the eight others
# together. Measured at 2: two thirds of the test digits without a clear first are ties, and one
# scribble in 100.
_TIE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Limits of the largest probability for each verdict, 0 ≤ reject ≤ accept ≤ 1.

    Parameters
    ----------
    temperature : float
        From 0.01 to 100. Logits are divided by it before the softmax, so that on validation digits
        a probability of 0.9 is right nine times in ten (Guo, Pleiss, Sun, Weinberger 2017).
    reject : float
        Below this largest probability the drawing is not a digit, unless two digits are a tie.
    accept : float
        From this largest probability on it is a digit; between the two the network is unsure.
    """

    temperature: float = 1.0
    reject: float = 0.5
    accept: float = 0.7

    def __post_init__(self) -> None:
        for name in ("temperature", "reject", "accept"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ValueError(f"{name} must be a number, not {value!r}")
        if not 0.01 <= self.temperature <= 100:
            raise ValueError(f"temperature must be from 0.01 to 100, not {self.temperature!r}")
        if not 0 <= self.reject <= self.accept <= 1:
            raise ValueError(
                "0 ≤ reject ≤ accept ≤ 1 must hold, and not "
                f"reject {self.reject!r}, accept {self.accept!r}"
            )


def judge(
    probabilities: Tensor, thresholds: Thresholds, converged: bool = True
) -> tuple[Verdict, str]:
    """The verdict on the probabilities of one picture, with a sentence.

    If two digits are likely and all others are not, they are a tie: the verdict is ``"unsure"``,
    even if neither reaches `reject`.

    Parameters
    ----------
    probabilities : Tensor (10,) or (11,)
        At the equilibrium, after temperature; an eleventh is that of something else.
    thresholds : Thresholds
        The limits; ``reject ≤ accept``.
    converged : bool
        Whether the solve converged. If not, the verdict is at most ``"unsure"``.

    Returns
    -------
    verdict : ``"digit"``, ``"unsure"`` or ``"not a digit"``
    reason : str
        A sentence for the visitor.

    Examples
    --------
    >>> import torch
    >>> judge(torch.tensor([0.01] * 9 + [0.91]), Thresholds())
    ('digit', 'Looks like a 9.')
    >>> judge(torch.tensor([0.01] * 8 + [0.47, 0.45]), Thresholds())
    ('unsure', 'Could be an 8 or a 9.')
    """
    first, second = (int(i) for i in probabilities[:NO_DIGIT].topk(2).indices)
    best, next_best = float(probabilities[first]), float(probabilities[second])
    others = 1 - best - next_best
    tie = best + next_best >= thresholds.reject and next_best >= _TIE * others
    if not (best >= thresholds.reject or tie):  # also for NaN
        if len(probabilities) > NO_DIGIT and float(probabilities[NO_DIGIT]) > best:
            return "not a digit", "This is not a digit: it looks like something else."
        return "not a digit", "This is not a digit I know: no reading stands out from the others."
    # The sentence names the second digit if its probability is at least 0.1.
    rival = f" — could be {_article(second)} {second}" if next_best >= 0.1 else ""
    if not converged:
        return "unsure", f"The state has not settled yet; so far {_article(first)} {first}{rival}."
    if best < thresholds.reject:
        return "unsure", f"Could be {_article(first)} {first} or {_article(second)} {second}."
    if best < thresholds.accept:
        return "unsure", f"Perhaps {_article(first)} {first}{rival}, but I am not sure."
    return "digit", f"Looks like {_article(first)} {first}{rival}."


def _article(digit: int) -> str:
    return "an" if digit == 8 else "a"
