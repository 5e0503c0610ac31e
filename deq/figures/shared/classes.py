"""What figures and tables call each class of a network, a digit or "no digit", and its colour."""

from __future__ import annotations

from dataclasses import dataclass

from deq.digits.classes import NO_DIGIT, class_name
from deq.figures.shared.palette import Palette


@dataclass(frozen=True)
class Look:
    """How one class is shown.

    Attributes
    ----------
    name
        A digit, or "no digit".
    mark
        One character, where there is no room for more.
    reading
        What is said of a state that is read so.
    colour
        As a CSS hex string.
    """

    name: str
    mark: str
    reading: str
    colour: str


def class_look(k: int, colours: Palette) -> Look:
    """How the k-th class is shown.

    Examples
    --------
    >>> from deq.figures.shared.palette import palette
    >>> class_look(4, palette()).reading, class_look(10, palette()).mark
    ('reads 4', '–')
    """
    name = class_name(k)
    if k == NO_DIGIT:
        return Look(name, "–", name, colours.muted)
    return Look(name, name, f"reads {name}", colours.digits[k])


def class_looks(count: int, colours: Palette) -> list[Look]:
    """How each of the first ``count`` classes is shown."""
    return [class_look(k, colours) for k in range(count)]


def class_columns(count: int) -> list[str]:
    """What tables call the probabilities of the first ``count`` classes.

    Examples
    --------
    >>> class_columns(11)[-2:]
    ['p9', 'p_no_digit']
    """
    return [f"p{k}" if k != NO_DIGIT else "p_no_digit" for k in range(count)]
