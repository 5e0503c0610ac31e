"""Functions that torch.compile leaves alone, without importing the compiler."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import torch

P = ParamSpec("P")
R = TypeVar("R")


def eager(function: Callable[P, R]) -> Callable[P, R]:
    """Run ``function`` as it is, also inside of what ``torch.compile`` compiles.

    A solve looks at numbers to decide what comes next, which no graph can hold: the compiled graph
    ends before it and goes on after it. What it calls may be compiled on its own.
    """

    @wraps(function)
    def call(*args: P.args, **options: P.kwargs) -> R:
        if torch.compiler.is_compiling():
            left: Callable[P, R] = torch.compiler.disable(function)  # type: ignore[no-untyped-call]
            return left(*args, **options)
        return function(*args, **options)

    return call
