"""What configurations of runs share: reading them from JSON, checks, solvers and gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any, Self

from deq.gradients.base import Gradient
from deq.gradients.implicit import Implicit
from deq.gradients.phantom import Phantom
from deq.gradients.unrolled import Unrolled
from deq.solvers import ODE, Anderson, Broyden, Picard, Solver

SOLVERS: Mapping[str, Callable[[], Solver]] = {
    "Anderson": Anderson,
    "Picard": Picard,
    "Broyden": Broyden,
    "ODE": ODE,
}
"""Solvers that a run may choose, by name."""


def gradients(max_evals: int, phantom_steps: int) -> Mapping[str, Callable[[float], Gradient]]:
    """Gradients that a run may choose, by name; each is made from the tolerance of the solves."""
    return {
        "implicit": lambda tol: Implicit(tol=tol, max_evals=max_evals),
        "phantom": lambda tol: Phantom(steps=phantom_steps),
        "unrolled": lambda tol: Unrolled(),
    }


class Options:
    """Base of frozen dataclasses that check their fields when they are made."""

    __slots__ = ()

    @classmethod
    def of(cls, values: Mapping[str, object]) -> Self:
        """The configuration from a JSON object; fields that it lacks keep their defaults.

        Raises
        ------
        TypeError
            If it has a name that is no field.
        """
        known = {field.name for field in fields(cls)}  # type: ignore[arg-type]
        for name in values:
            if name not in known:
                raise TypeError(f"there is no option {name!r}; there are {', '.join(known)}.")
        usable: dict[str, Any] = dict(values)
        return cls(**usable)


def require_one_of(name: str, value: object, known: Iterable[str]) -> None:
    """Raise ValueError unless ``value`` is one of the known names."""
    if value not in (names := tuple(known)):
        raise ValueError(f"{name} must be one of {', '.join(names)}, not {value!r}.")


def require_at_most(name: str, value: int, most: int, why: str = "") -> None:
    """Raise ValueError if ``value`` is larger than ``most``; ``why`` follows the limit."""
    if value > most:
        raise ValueError(f"{name} must be at most {most:,}{why}, not {value:,}.")


def require_seed(value: object) -> None:
    """Raise ValueError unless ``value`` is a whole number from 0 on."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"seed must be a whole number from 0 on, not {value!r}.")


def require_flag(name: str, value: object) -> None:
    """Raise TypeError unless ``value`` is true or false."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be true or false, not {value!r}.")
