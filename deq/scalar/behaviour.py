"""What iteration of a map of one number does: it converges, cycles, diverges …, in words."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from deq.scalar.orbit import ESCAPE, Map, as_float64, iterate, period, rate
from deq.solvers.base import require_number

# Iteration converges slowly where the observed rate is below this …
_CREEPING = 0.999
# … and so many of the last steps shrink one after the other.
_LATELY = 10


@dataclass(frozen=True, slots=True)
class Orbit:
    """The result of an iteration.

    Attributes
    ----------
    xs : Tensor, shape (n + 1,)
        The iterates.
    kind : str
        "settles", "cycles", "escapes" (diverges), "breaks" (g has no finite value), "creeps"
        (converges, but not within n steps), "grows" (its last steps do not get shorter) or
        "wanders" (none of these).
    steps : int
        Steps until it settled, or all steps.
    period : int
        Of a cycle; 1 where it settles, otherwise 0.
    rate : float
        Observed contraction per step; see `deq.scalar.rate`.
    sentence : str
        The result in one sentence.
    """

    xs: Tensor
    kind: str
    steps: int
    period: int
    rate: float
    sentence: str


def orbit(f: Map, x0: float, n: int = 100, *, tol: float = 1e-6, escape: float = ESCAPE) -> Orbit:
    """Iterate ``x ← f(x)`` n times and classify the result.

    It settles at the first step from which on all steps have ``|f(x) − x| < tol``. A chaotic orbit
    that passes near a fixed point does not count.

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

    def result(kind: str, sentence: str, steps: int = taken, period: int = 0) -> Orbit:
        return Orbit(xs, kind, steps, period, observed, sentence)

    if float(xs[-1].abs()) > escape:
        return result("escapes", f"It runs away: beyond {escape:,.0f} after {_steps(taken)}.")
    if taken < n:
        infinite = bool(as_float64(f(xs[-1])).isinf())
        if infinite and xs[-2:].abs().diff().sum() > 0:  # it grew until it overflowed
            return result("escapes", f"It runs away: beyond all numbers after {_steps(taken + 1)}.")
        lost = "the value is infinite" if infinite else "there is no value"
        return result("breaks", f"It breaks off after {_steps(taken)}: at {_shown(xs[-1])} {lost}.")
    moving = xs.diff().abs() >= tol  # (n,)
    if not moving[-1] and (iterate(f, float(xs[-1]), 4).diff().abs() < tol).all():
        steps = int(moving.nonzero()[-1]) + 1 if moving.any() else 0
        if steps == 0:
            said = f"It stands still: the start {_shown(xs[0])} is a fixed point."
        else:
            said = f"It settles at {_shown(xs[-1])} after {_steps(steps)}."
        return result("settles", said, steps, 1)
    p = period(xs)
    if p > 1:
        where = _listed(xs[-p:]) if p <= 4 else ""
        said = f"It jumps between {_COUNTS.get(p, str(p))} points{where}, for ever."
        return result("cycles", said, period=p)
    shrinks = bool((xs.diff().abs()[-_LATELY:].diff() < 0).all())  # not so in a chaotic orbit
    if observed < _CREEPING and shrinks:
        said = f"It is still on its way after {_steps(taken)}, each {observed:.3g} of the last."
        return result("creeps", said)
    grown = _grown(xs.diff()[-_LATELY:])
    if grown:
        return result("grows", f"{grown}: {_shown(xs[-1])} after {_steps(taken)}.")
    return result("wanders", f"It neither settles nor repeats within {_steps(taken)}.")


def _grown(moves: Tensor) -> str:
    """How an orbit goes on whose last steps (k,) do not get shorter; empty for any other."""
    sizes = moves.abs()
    more = sizes.diff() / sizes[:-1].clamp(min=1e-300)  # (k − 1,)
    if len(moves) < 3:
        return ""
    if (moves > 0).all() and (more > -1e-9).all():
        return "It grows on and on"
    if (moves < 0).all() and (more > -1e-9).all():
        return "It falls on and on"
    if (moves[1:] * moves[:-1] < 0).all() and (more > 1e-9).all():
        return "It swings wider and wider"
    return ""


_COUNTS = {2: "two", 3: "three", 4: "four"}


def _steps(n: int) -> str:
    return f"{n:,} step" if n == 1 else f"{n:,} steps"


def _shown(x: float | Tensor) -> str:
    return f"{float(x):.4g}".replace("-", "−")


def _listed(xs: Tensor) -> str:
    shown = [_shown(x) for x in sorted(xs.tolist())]
    return f", {', '.join(shown[:-1])} and {shown[-1]}"
