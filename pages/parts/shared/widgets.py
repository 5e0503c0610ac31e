"""The kinds of controls: what each shows, and how it reads a text in a link.

A control is a row of a page's table of settings (see settings.py).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import streamlit as st

_MOST = 2**53 - 1  # the largest whole number that a browser can hold


@dataclass(frozen=True)
class Control:
    """A row of the table.

    Attributes
    ----------
    label, default, help
        As the widget shows them.
    look
        Further arguments of the widget.
    in_link
        Whether its value stands in the address.
    """

    label: str
    default: Any
    help: str | None = field(default=None, kw_only=True)
    look: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), kw_only=True)
    in_link: bool = field(default=True, kw_only=True)

    def widget(self, **named: Any) -> Any:
        """Draw it."""
        raise NotImplementedError

    def read(self, text: str) -> tuple[Any, str]:
        """The value for a text in a link, and why it is another one than the link asked for."""
        raise NotImplementedError

    @property
    def ends(self) -> tuple[Any, ...]:
        """The first and the last value that it can have; for choices, all of them."""
        raise NotImplementedError

    def empty(self) -> Any:
        """The value of a widget that has been emptied."""
        return self.default

    def text(self, value: Any) -> str:
        """The value as it stands in a link.

        Examples
        --------
        >>> Control("", 0).text(True), Control("", 0).text(2.0), Control("", 0).text("2-D")
        ('true', '2', '2-D')
        """
        if isinstance(value, bool):
            return str(value).lower()
        return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


@dataclass(frozen=True)
class Slider(Control):
    """A number between two ends."""

    low: float
    high: float
    step: float | None = None

    def widget(self, **named: Any) -> Any:
        """Draw it."""
        return st.slider(self.label, self.low, self.high, self.default, self.step, **named)

    def read(self, text: str) -> tuple[Any, str]:
        """The nearest number of its range.

        Examples
        --------
        >>> control = Slider("Gain", 0.9, 0.1, 1.2)
        >>> control.read("0.5"), control.read("50")
        ((0.5, ''), (1.2, 'this page goes up to 1.2'))
        >>> control.read("ten")
        (0.9, 'that is no number, so it is 0.9')
        """
        try:
            asked = float(text)
        except ValueError:
            asked = math.nan
        if math.isnan(asked):
            return self.default, f"that is no number, so it is {self.text(self.default)}"
        if self._takes(asked):
            return type(self.default)(asked), ""
        if asked > self.high:
            return self.high, f"this page goes up to {self.text(self.high)}"
        return self.low, f"this page begins at {self.text(self.low)}"

    @property
    def ends(self) -> tuple[Any, ...]:
        """The first and the last value, or all options."""
        return self.low, self.high

    def _takes(self, asked: float) -> bool:
        return self.low <= asked <= self.high


@dataclass(frozen=True)
class NumberInput(Slider):
    """A number that is typed. With `open` the page itself says what is wrong with a number."""

    open: bool = field(default=False, kw_only=True)

    def widget(self, **named: Any) -> Any:
        """Draw it."""
        low, high = (None, None) if self.open else (self.low, self.high)
        return st.number_input(self.label, low, high, self.default, self.step, **named)

    def empty(self) -> Any:
        """None where the page itself asks for a number."""
        return None if self.open else self.default

    def _takes(self, asked: float) -> bool:
        return abs(asked) <= _MOST if self.open else super()._takes(asked)


@dataclass(frozen=True)
class Choice(Control):
    """One of several options, in a list; see also `Segments` and `Steps`."""

    options: tuple[str, ...]

    def widget(self, **named: Any) -> Any:
        """Draw it."""
        index = self.options.index(self.default)
        return st.selectbox(self.label, self.options, index, **named)

    def read(self, text: str) -> tuple[Any, str]:
        """The option of that name.

        Examples
        --------
        >>> Choice("View", "2-D", ("2-D", "3-D")).read("4-D")
        ('2-D', 'this page does not know it and takes 2-D')
        """
        if text in self.options:
            return text, ""
        return self.default, f"this page does not know it and takes {self.default}"

    @property
    def ends(self) -> tuple[Any, ...]:
        """The first and the last value, or all options."""
        return self.options


class Segments(Choice):
    """One of few options, side by side."""

    def widget(self, **named: Any) -> Any:
        """Draw it."""
        return st.segmented_control(
            self.label, self.options, default=self.default, required=True, **named
        )


class Steps(Choice):
    """One of several options that have an order, on a rail."""

    def widget(self, **named: Any) -> Any:
        """Draw it."""
        return st.select_slider(self.label, self.options, self.default, **named)


@dataclass(frozen=True)
class Toggle(Control):
    """On or off."""

    def widget(self, **named: Any) -> Any:
        """Draw it."""
        return st.toggle(self.label, self.default, **named)

    def read(self, text: str) -> tuple[Any, str]:
        """The value for a text in a link."""
        known = {"true": True, "false": False}.get(text.lower())
        if known is not None:
            return known, ""
        return self.default, f"it is either true or false, and now {self.text(self.default)}"

    @property
    def ends(self) -> tuple[Any, ...]:
        """The first and the last value, or all options."""
        return False, True


@dataclass(frozen=True)
class Text(Control):
    """A line of text; the page itself says what is wrong with it."""

    def widget(self, **named: Any) -> Any:
        """Draw it."""
        return st.text_input(self.label, self.default, **named)

    def read(self, text: str) -> tuple[Any, str]:
        """The value for a text in a link."""
        return text, ""

    @property
    def ends(self) -> tuple[Any, ...]:
        """The first and the last value, or all options."""
        return (self.default,)
