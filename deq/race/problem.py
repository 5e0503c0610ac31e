"""What is raced on: a map, a start, and why it is hard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, eq=False)
class Problem:
    """z = f(z) from z0.

    Attributes
    ----------
    name, title : str
        A word for addresses, and what people read.
    formula : str
        LaTeX.
    why : str
        Why it is hard, or easy, in a sentence.
    f : callable
        Takes and returns the batch.
    z0 : Tensor (B, …)
        The start.
    view : tuple of four floats, or None
        For states of two numbers: the part of the plane to look at, ``(x0, x1, y0, y1)``.
    adjoint : bool
        Whether it is the linear system of a backward pass.
    """

    name: str
    title: str
    formula: str
    why: str
    f: Callable[[Tensor], Tensor]
    z0: Tensor
    view: tuple[float, float, float, float] | None = None
    adjoint: bool = False

    @property
    def batch(self) -> int:
        """B, samples in the batch."""
        return len(self.z0)

    @property
    def dim(self) -> int:
        """D, numbers in one state."""
        return self.z0[0].numel()
