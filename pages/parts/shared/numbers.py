"""Numbers as people read them."""

from __future__ import annotations

import math
from typing import Any

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def known(value: Any) -> bool:
    """Whether a number of a record is there: JSON says null where it is not finite."""
    return value is not None and math.isfinite(value)


def minus(text: str) -> str:
    """A text whose hyphens are minus signs."""
    return text.replace("-", "−")


def short(x: float) -> str:
    """A number with four digits.

    Examples
    --------
    >>> short(-0.65428979), short(1234567.0)
    ('−0.6543', '1.235·10⁶')
    """
    mantissa, _, exponent = f"{x:.4g}".partition("e")
    return minus(mantissa) + (_power(exponent) if exponent else "")


def number(value: float) -> str:
    """A small number with two digits, without e-notation.

    Examples
    --------
    >>> number(0.00031), number(0.25), number(12.0), number(0.0), number(float("inf"))
    ('3.1·10⁻⁴', '0.25', '12', '0', '∞')
    """
    if not math.isfinite(value):
        return "∞"
    if value == 0 or 0.01 <= abs(value) < 1000:
        return f"{value:.2g}" if abs(value) < 10 else f"{value:.0f}"
    mantissa, _, exponent = f"{value:.1e}".partition("e")
    return mantissa + _power(exponent)


def readout(value: float | None, form: str) -> str:
    """A number in a format, or a dash where there is none.

    Examples
    --------
    >>> readout(-0.5, ".3f"), readout(float("nan"), ".3f"), readout(None, ".0f")
    ('−0.500', '–', '–')
    """
    return minus(format(value, form)) if known(value) else "–"


def _power(exponent: str) -> str:
    return f"·10{str(int(exponent)).translate(_RAISED)}"
