"""What several commands share: the progress bar, Ctrl-C, types of options, and sentences."""

from __future__ import annotations

import argparse
import math
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import FrameType
from typing import Self, TypeAlias, TypeVar

from tqdm import tqdm

from deq.digits import DataError

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
Number = TypeVar("Number", int, float)
MOST_THREADS = max(64, os.cpu_count() or 1)
INTERRUPTED = 130
"""Exit code that shells give to a program ended by Ctrl-C."""


class Bar:
    """A progress bar on stderr; each task gets a new one.

    Parameters
    ----------
    stop : threading.Event, optional
        Once it is set, any task but training raises KeyboardInterrupt: it has no checkpoint.
    enabled : bool
        False in all but one of several processes that train together.
    """

    def __init__(self, stop: threading.Event | None = None, enabled: bool = True) -> None:
        self.stop = stop
        self.enabled = enabled
        self.task = ""
        self.bar = tqdm(disable=True)

    def show(self, task: str, done: int, total: int) -> None:
        """Set the bar to ``done`` of ``total``."""
        if self.stop is not None and self.stop.is_set() and task != "training":
            raise KeyboardInterrupt
        if task != self.task:
            self.close()
            self.task = task
            # None: no bar where stderr is a file.
            disable = None if self.enabled else True
            self.bar = tqdm(desc=task, total=total, initial=done, leave=False, disable=disable)
        self.bar.update(done - self.bar.n)

    def say(self, text: str) -> None:
        """Show a text behind the bar."""
        self.bar.set_postfix_str(text, refresh=False)

    def write(self, line: str) -> None:
        """Print a line above the bar."""
        if self.enabled:
            tqdm.write(line)

    def close(self) -> None:
        """Remove the bar."""
        self.bar.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextmanager
def stop_on_interrupt() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets; the second Ctrl-C interrupts as usual."""
    stop = threading.Event()
    usual = signal.getsignal(signal.SIGINT)

    def handle(_signal: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(signal.SIGINT, usual)

    signal.signal(signal.SIGINT, handle)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, usual)


def count(text: str) -> int:
    """A whole number from 1 to a billion, for argparse."""
    return _number(int, text, lambda n: 1 <= n <= 10**9, "a whole number from 1 to 1,000,000,000")


def threads(text: str) -> int:
    """A number of threads that PyTorch can start, for argparse; far too many crash it."""
    what = f"a whole number from 1 to {MOST_THREADS}"
    return _number(int, text, lambda n: 1 <= n <= MOST_THREADS, what)


def seed(text: str) -> int:
    """A seed that both NumPy and PyTorch accept, for argparse."""
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
    try:
        number = kind(text)
        if fits(number):
            return number
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"must be {what}, not {text}")


def require_writable(out: Path) -> None:
    """Raise DataError unless the file can be written, so that a bad path shows before training."""
    if out.is_dir():
        raise DataError(f"{out} is a folder.", "Name a file with --out.")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        NamedTemporaryFile(dir=out.parent, suffix=".part").close()
    except OSError as error:
        why = error.strerror or error
        raise DataError(f"{out} cannot be written: {why}.", "Name a place with --out.") from error


def report_stopped(step: int, steps: int, place: str | None) -> None:
    """Print how far a stopped run came, and how to resume it."""
    then = "To keep a run, name a file with --out."
    if place:
        then = f"All of them are kept {place}; the same command goes on from there."
    print(f"Stopped after {step:,} of {steps:,} steps. {then}", file=sys.stderr)
