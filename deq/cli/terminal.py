"""What the command line shows and hears: one progress bar, Ctrl-C, and numbers in options."""

from __future__ import annotations

import argparse
import math
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Self, TypeVar

from tqdm import tqdm

Number = TypeVar("Number", int, float)


class Bar:
    """One bar at a time on stderr, a new one whenever something else is being done.

    Parameters
    ----------
    stop : threading.Event, optional
        Once it is set, work that is no training step and keeps nothing is interrupted.
    speaks : bool
        Of several processes that train together only one does.
    """

    def __init__(self, stop: threading.Event | None = None, speaks: bool = True) -> None:
        self.stop = stop
        self.speaks = speaks
        self.what = ""
        self.bar = tqdm(disable=True)

    def show(self, what: str, done: int, total: int) -> None:
        """Bring the bar up to `done` of `total`."""
        if self.stop is not None and self.stop.is_set() and what != "training":
            raise KeyboardInterrupt
        if what != self.what:
            self.close()
            self.what = what
            # disable=None: no bar where stderr is a file.
            silent = None if self.speaks else True
            self.bar = tqdm(desc=what, total=total, initial=done, leave=False, disable=silent)
        self.bar.update(done - self.bar.n)

    def say(self, words: str) -> None:
        """Put words behind the bar."""
        self.bar.set_postfix_str(words, refresh=False)

    def write(self, line: str) -> None:
        """Print a line that stays, above the bar."""
        if self.speaks:
            tqdm.write(line)

    def close(self) -> None:
        """Take the bar away."""
        self.bar.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextmanager
def stop_on_interrupt() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets; a second one interrupts at once, as usual."""
    stop = threading.Event()
    usual = signal.getsignal(signal.SIGINT)

    def ask(_signal: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(signal.SIGINT, usual)

    signal.signal(signal.SIGINT, ask)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, usual)


def count(text: str) -> int:
    """A whole number from 1 on, for argparse."""
    return _number(int, text, lambda n: n >= 1, "a whole number from 1 on")


def seed(text: str) -> int:
    """What seeds both NumPy and PyTorch, for argparse."""
    return _number(int, text, lambda n: 0 <= n < 2**32, "a whole number from 0 to 4,294,967,295")


def positive(text: str) -> float:
    """A finite number above 0, for argparse."""
    return _number(float, text, lambda n: 0 < n < math.inf, "a number above 0")


def finite(text: str) -> float:
    """A finite number, for argparse."""
    return _number(float, text, math.isfinite, "a number")


def _number(
    kind: Callable[[str], Number], text: str, fits: Callable[[Number], bool], what: str
) -> Number:
    """The number in `text`, or argparse's error in words of ours."""
    try:
        number = kind(text)
        if fits(number):
            return number
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"must be {what}, not {text}")
