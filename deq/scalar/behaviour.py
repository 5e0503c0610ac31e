"""Iterating a map of one number, and saying in words what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from deq.scalar.orbit import ESCAPE, Map, as_float64, iterate, period, rate
from deq.solvers.base import require_number

# Steps that shrink less than this are not on their way anywhere.
_CREEPING = 0.999
# So many of the last steps have to.
_LATELY = 10


@dataclass(frozen=True, slots=True)
class Orbit:
    """What iterating did.

    Attributes
    ----------
    xs : Tensor, shape (n + 1,)
        The iterates.
    kind : str
        "settles", "cycles", "escapes", "breaks" (a value that is no number), "creeps" or "wanders".
    steps : int
        Until it settled, or all that were taken.
    period : int
        Of a cycle, otherwise 0; 1 where it settles.
    rate : float
        Observed contraction.
    sentence : str
        All that for people.
    """

    xs: Tensor
    kind: str
    steps: int
    period: int
    rate: float
    sentence: str


def orbit(f: Map, x0: float, n: int = 100, *, tol: float = 1e-6, escape: float = ESCAPE) -> Orbit:
    """Iterate and say what happened.

    It settles after the first step from which on ``|f(x) − x| < tol`` for good, so that a chaotic
    orbit that brushes past a fixed point does not count.

    Examples
    --------
    >>> import torch
    >>> orbit(torch.cos, -1.0).sentence
    'It settles at 0.7391 after 33 steps.'
    >>> orbit(lambda x: x**2 + 1, 0.0).sentence
    'It runs away: beyond 1,000,000 after 7 steps.'
    """
    require_number("tol", tol, low=0.0)
    xs = iterate(f, x0, n, escape=escape)
    taken = len(xs) - 1
    observed = rate(xs)

    def told(kind: str, sentence: str, steps: int = taken, period: int = 0) -> Orbit:
        return Orbit(xs, kind, steps, period, observed, sentence)

    if float(xs[-1].abs()) > escape:
        return told("escapes", f"It runs away: beyond {escape:,.0f} after {_steps(taken)}.")
    if taken < n:
        infinite = bool(as_float64(f(xs[-1])).isinf())
        if infinite and xs[-2:].abs().diff().sum() > 0:  # it grew, and then overflowed
            return told("escapes", f"It runs away: beyond all numbers after {_steps(taken + 1)}.")
        lost = "the value is infinite" if infinite else "there is no value"
        return told("breaks", f"It breaks off after {_steps(taken)}: at {_shown(xs[-1])} {lost}.")
    moving = xs.diff().abs() >= tol  # (n,)
    if not moving[-1] and (iterate(f, float(xs[-1]), 4).diff().abs() < tol).all():
        steps = int(moving.nonzero()[-1]) + 1 if moving.any() else 0
        if steps == 0:
            said = f"It stands still: the start {_shown(xs[0])} is a fixed point."
        else:
            said = f"It settles at {_shown(xs[-1])} after {_steps(steps)}."
        return told("settles", said, steps, 1)
    p = period(xs)
    if p > 1:
        where = _listed(xs[-p:]) if p <= 4 else ""
        said = f"It jumps between {_COUNTS.get(p, str(p))} points{where}, for ever."
        return told("cycles", said, period=p)
    shrinks = bool((xs.diff().abs()[-_LATELY:].diff() < 0).all())  # a chaotic orbit's do not
    if observed < _CREEPING and shrinks:
        said = f"It is still on its way after {_steps(taken)}, each {observed:.3g} of the last."
        return told("creeps", said)
    return told("wanders", f"It has found no rest and no rhythm in {_steps(taken)}.")


_COUNTS = {2: "two", 3: "three", 4: "four"}


def _steps(n: int) -> str:
    return f"{n:,} step" if n == 1 else f"{n:,} steps"


def _shown(x: float | Tensor) -> str:
    return f"{float(x):.4g}".replace("-", "−")


def _listed(xs: Tensor) -> str:
    shown = [_shown(x) for x in sorted(xs.tolist())]
    return f", {', '.join(shown[:-1])} and {shown[-1]}"
