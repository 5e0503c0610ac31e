"""Configurations that come as JSON objects, from the command line or from a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, Self


class Options:
    """A frozen dataclass of options that checks them when it is made."""

    __slots__ = ()

    @classmethod
    def of(cls, values: Mapping[str, object]) -> Self:
        """The configuration from a JSON object; what it lacks is as usual.

        Raises
        ------
        TypeError
            If it has a name that is none of ours.
        """
        known = {field.name for field in fields(cls)}  # type: ignore[arg-type]
        for name in values:
            if name not in known:
                raise TypeError(f"there is no option {name!r}; there are {', '.join(known)}.")
        usable: dict[str, Any] = dict(values)
        return cls(**usable)


def require_one_of(name: str, value: object, known: Iterable[str]) -> None:
    """Raise ValueError unless ``value`` is one of the names that are known."""
    if value not in (names := tuple(known)):
        raise ValueError(f"{name} must be one of {', '.join(names)}, not {value!r}.")


def require_at_most(name: str, value: int, most: int, why: str = "") -> None:
    """Raise ValueError if ``value`` is larger than ``most``; ``why`` is said behind the limit."""
    if value > most:
        raise ValueError(f"{name} must be at most {most:,}{why}, not {value:,}.")


def require_seed(value: object) -> None:
    """Raise ValueError unless ``value`` can be a seed."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"seed must be a whole number from 0 on, not {value!r}.")


def require_flag(name: str, value: object) -> None:
    """Raise TypeError unless ``value`` is true or false."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be true or false, not {value!r}.")
