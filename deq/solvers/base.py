"""What a solver is: either an iteration (``init`` and ``step``) or an integrator (``run``).

Solvers see states flattened to (B, D). The cap on evaluations, the stop test and the statistics are
the ledger's (``deq.bookkeeping.ledger``), the loop of an iteration is in ``deq.solve``.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from torch import Tensor

from deq.bookkeeping.ledger import Ledger

FlatMap = Callable[[Tensor], Tensor]


class Solver:
    """Base of all solvers: small frozen dataclasses that hold options, never state."""

    __slots__ = ()


class Iteration(Solver, ABC):
    """A solver that turns ``(z, f(z))`` into the next ``z``, one evaluation of f a step.

    A page may drive it by hand::

        state = solver.init(z)
        for _ in range(10):
            z, state = solver.step(state, z, f(z))

    No method may change ``z`` or ``fz`` in place: the driver keeps them.
    """

    __slots__ = ()

    @property
    def dt(self) -> float:
        """Solver time that one step takes: the damping, since a damped step is an Euler step."""
        return 1.0

    @property
    def steady(self) -> bool:
        """Whether residuals shrink at a steady rate, so that not every state must be observed."""
        return False

    @abstractmethod
    def init(self, z0: Tensor) -> Any:
        """Return the state of a fresh iteration that starts at ``z0`` (B, D)."""

    @abstractmethod
    def step(self, state: Any, z: Tensor, fz: Tensor) -> tuple[Tensor, Any]:
        """Return the next iterate (B, D) and the state that belongs to it."""


class Integrator(Solver, ABC):
    """A solver with a loop of its own, which enters the states that it reaches in the ledger."""

    __slots__ = ()

    @abstractmethod
    def run(self, f: FlatMap, z0: Tensor, ledger: Ledger) -> None:
        """Follow f from ``z0`` (B, D) until every sample has finished or a cap is hit."""


def require_number(name: str, value: object, *, low: float, high: float = math.inf) -> None:
    """Raise unless ``value`` is a finite real number with low < value ≤ high.

    Raises
    ------
    TypeError
        If it is no real number.
    ValueError
        If it lies outside the range.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} must be a number, not {value!r}.")
    if not (low < value <= high) or math.isinf(value):
        upto = "" if math.isinf(high) else f" and at most {high:g}"
        raise ValueError(f"{name} must be greater than {low:g}{upto}, not {value!r}.")


def tolerances(tol: float, atol: float | None, rtol: float | None) -> tuple[float, float]:
    """Return the absolute and the relative tolerance; ``tol`` stands in for one that is None.

    Raises
    ------
    TypeError
        If one is no real number.
    ValueError
        If tol is not positive, one of the others negative, or both are zero.
    """
    require_number("tol", tol, low=0.0)
    for name, value in (("atol", atol), ("rtol", rtol)):
        if value is not None and (isinstance(value, bool) or value != 0):
            require_number(name, value, low=0.0)
    pair = tol if atol is None else atol, tol if rtol is None else rtol
    if pair == (0, 0):
        raise ValueError("atol and rtol must not both be zero: rounding leaves a residual.")
    return pair


def require_count(name: str, value: object, *, low: int = 1) -> None:
    """Raise unless ``value`` is a whole number of at least ``low``.

    Raises
    ------
    TypeError
        If it is no integer.
    ValueError
        If it is smaller.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be a whole number, not {value!r}.")
    if value < low:
        raise ValueError(f"{name} must be at least {low}, not {value!r}.")
