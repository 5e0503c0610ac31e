"""Which states of a solve are looked at: far from the end, and at a steady rate, not all."""

from __future__ import annotations

import math

# From look to look: so many evaluations at most, and this share of those that are predicted, since
# residuals may come to shrink faster.
_PAUSE = 8
_SHARE = 0.75


def pause(since: int, before: float, now: float, bound: float) -> int:
    """How many evaluations after a look a solve is to be looked at again, 1 to 8.

    A residual that shrank from r₀ to r in n evaluations reaches the bound b in about
    n·log(b/r)/log(r/r₀) more, if its rate stays; three quarters of them may pass.

    Parameters
    ----------
    since : int
        Evaluations between the last look and this one.
    before, now, bound : float
        A residual then, now, and what it has to reach.
    """
    if 0 < bound < now < before < math.inf:
        # Quotients might underflow; logarithms of neighbours might be equal.
        shrunk, above = math.log(before) - math.log(now), math.log(now) - math.log(bound)
        if shrunk > 0:
            return int(min(_PAUSE, max(1.0, _SHARE * since * above / shrunk)))
    return 1


class Schedule:
    """When a solve is looked at.

    Parameters
    ----------
    skips : bool
        Whether looks may be skipped.
    cap : int
        The last evaluation, which is always looked at.
    """

    def __init__(self, skips: bool, cap: int) -> None:
        self.skips = skips
        self._cap = cap
        self._last = self._next = 0  # evaluations at the last look, at the next

    def due(self, evals: int) -> bool:
        """Whether the state of evaluation number ``evals`` is looked at."""
        return not self.skips or evals >= min(self._next, self._cap)

    def looked(self, evals: int) -> None:
        """Note a look after which the next state is looked at too."""
        self._last = evals

    def plan(self, evals: int, before: float, now: float, bound: float) -> None:
        """Note a look, and choose the next: a residual fell to ``now`` and has to reach a bound."""
        self._next = evals + pause(evals - self._last, before, now, bound)
        self._last = evals
