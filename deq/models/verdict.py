"""From ten logits to words: a digit, unsure, or not a digit.

Convergence is not confidence: an equilibrium exists for nonsense too. What separates nonsense is
how far one logit stands out, because the network was trained to leave all ten level on scribbles
(outlier exposure: Hendrycks, Mazeika, Dietterich 2019).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from torch import Tensor

Verdict = Literal["digit", "unsure", "not a digit"]

# Two digits share a drawing when the runner-up is so many times as likely as the eight others
# together. On nonsense, where the others are level too, that hardly ever happens: at 2, two
# thirds of the test digits that no single reading claims are ties, and 1 scribble in 100.
_TIE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When a probability counts as an answer.

    Parameters
    ----------
    temperature : float
        Logits are divided by it before the softmax, so that on validation digits a stated
        probability of 0.9 is right nine times in ten (Guo, Pleiss, Sun, Weinberger 2017).
    reject : float
        Below this largest probability the drawing is not a digit, unless two digits share it.
    accept : float
        From this largest probability on it is a digit; in between the network is unsure.
    """

    temperature: float = 1.0
    reject: float = 0.5
    accept: float = 0.7

    def __post_init__(self) -> None:
        for name in ("temperature", "reject", "accept"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
                raise ValueError(f"{name} must be a number from 0 on, not {value!r}")
        if not 0 < self.temperature < math.inf:
            raise ValueError(f"temperature must be positive and finite, not {self.temperature!r}")


def judge(
    probabilities: Tensor, thresholds: Thresholds, converged: bool = True
) -> tuple[Verdict, str]:
    """Put ten probabilities into a verdict and one sentence.

    Two digits that are both likely, and nothing else is, make a tie: ``"unsure"``, though neither
    reaches `reject` alone.

    Parameters
    ----------
    probabilities : Tensor (10,)
        At the equilibrium, after temperature.
    thresholds : Thresholds
        The limits; ``reject ≤ accept``.
    converged : bool
        Whether the solver reached its tolerance. A state that has not settled is never more than
        ``"unsure"``.

    Returns
    -------
    verdict : ``"digit"``, ``"unsure"`` or ``"not a digit"``
    reason : str
        A sentence for the person who drew it.

    Examples
    --------
    >>> import torch
    >>> judge(torch.tensor([0.01] * 9 + [0.91]), Thresholds())
    ('digit', 'Looks like a 9.')
    >>> judge(torch.tensor([0.01] * 8 + [0.47, 0.45]), Thresholds())
    ('unsure', 'Could be an 8 or a 9.')
    """
    first, second = (int(i) for i in probabilities.topk(2).indices)
    best, next_best = float(probabilities[first]), float(probabilities[second])
    others = 1 - best - next_best
    tie = best + next_best >= thresholds.reject and next_best >= _TIE * others
    if not (best >= thresholds.reject or tie):  # also catches NaN
        return "not a digit", "This is not a digit I know: no reading stands out from the others."
    # A runner-up is worth a word when it has at least a tenth of the chance.
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
