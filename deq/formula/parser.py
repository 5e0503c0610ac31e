"""From text to a function: the front door of this package."""

from __future__ import annotations

import ast
import bisect
import keyword
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from deq.formula.latex import latex
from deq.formula.tokens import CONSTANTS, FUNCTIONS, FormulaError, Token, tokens
from deq.formula.tree import Node, build, evaluate, fold

MAX_LENGTH = 200
MAX_DEPTH = 100


@dataclass(frozen=True, slots=True)
class Formula:
    """A function of one variable that somebody typed: ``formula(x)`` for a tensor of any shape.

    Made by `parse`. Equal formulas compare equal, and one can be hashed and pickled.

    Attributes
    ----------
    text : str
        As typed.
    latex : str
        As understood, for display.
    variable : str
        The variable's name.
    tree : Node
        As evaluated.
    """

    text: str
    latex: str
    variable: str
    tree: Node = field(repr=False)

    def __call__(self, x: Tensor | float) -> Tensor:
        """Evaluate at every element of ``x``; differentiable.

        A real tensor keeps its shape and dtype; anything else, and integers, become float64. Never
        raises for what x holds: 1/0 is infinite, log(−1) is NaN.

        Raises
        ------
        TypeError
            If x is complex.
        """
        if not isinstance(x, Tensor):
            x = torch.as_tensor(x, dtype=torch.float64)
        elif x.is_complex():
            raise TypeError("x must be real, not complex.")
        elif not x.is_floating_point():
            x = x.double()
        y = evaluate(self.tree, x)
        return y if isinstance(y, Tensor) else torch.full_like(x, y)


def parse(text: str, variable: str = "x", values: Mapping[str, float] | None = None) -> Formula:
    r"""Understand a formula: ``"cos(x)"``, ``"1/2 (x + 2/x)"``, ``"2x^2 - 1"``.

    Allowed are numbers, the variable, ``+ - * /``, powers as ``^`` or ``**``, parentheses, the
    constants pi and e, and NumPy's sin cos tan arcsin arccos arctan sinh cosh tanh exp log log2
    log10 sqrt abs sign minimum maximum (also asin acos atan ln min max). A product may go without
    its sign, ``2x`` or ``x(1 - x)``; it binds no tighter for that, so ``1/2x`` is half of x. Powers
    come before signs and group from the right, as in Python.

    Parameters
    ----------
    text : str
        At most 200 characters. It is never evaluated as Python.
    variable : str
        The variable's name.
    values : mapping of str to float, optional
        More names that may occur, and the numbers they stand for.

    Returns
    -------
    Formula

    Raises
    ------
    FormulaError
        If it is no formula, with a sentence and the place of the fault. Nothing else is raised
        whatever the text.
    TypeError, ValueError
        If text is no str, a name is no plain word or already means something, or a value is not
        finite.

    Examples
    --------
    >>> import torch
    >>> f = parse("1/2 (x + 2/x)")
    >>> f(torch.tensor([1.0, 2.0]))
    tensor([1.5000, 1.5000])
    >>> print(f.latex)
    \frac{1}{2} \left(x + \frac{2}{x}\right)
    >>> parse("2 cis(x)")
    Traceback (most recent call last):
    deq.formula.tokens.FormulaError: “cis” is not known here. Did you mean “cos”? (At character 3.)
    """
    if not isinstance(text, str):
        raise TypeError(f"text must be a str, not {text!r}.")
    known = {**CONSTANTS, **_numbers(variable, values or {})}
    if len(text) > MAX_LENGTH:
        raise FormulaError(
            f"A formula has at most {MAX_LENGTH} characters; this has {len(text):,}.",
            MAX_LENGTH + 1,
        )
    found = tokens(text, [variable, *known])
    source, offsets = _source(found)

    def column(offset: int) -> int:
        return found[bisect.bisect_right(offsets, offset) - 1].column

    try:
        syntax = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the tokens leave no way here
        raise FormulaError("This is no formula.", 1) from None
    tree = build(syntax, variable, known, column, MAX_DEPTH)
    return Formula(text, latex(tree), variable, fold(tree))


def _numbers(variable: str, values: Mapping[str, float]) -> dict[str, float]:
    """The named numbers, once they and the variable have been found fit to use."""
    for name in (variable, *values):
        if not (name.isascii() and name.isidentifier()) or keyword.iskeyword(name):
            raise ValueError(f"a variable must be a plain word, not {name!r}.")
        if name in CONSTANTS or name in FUNCTIONS:
            raise ValueError(f"a variable must not be called {name!r}, which means something.")
    if variable in values:
        raise ValueError(f"values must not name the variable {variable!r}.")
    for name, value in values.items():
        if not math.isfinite(value):
            raise ValueError(f"values must be finite, not {name} = {value!r}.")
    return {name: float(value) for name, value in values.items()}


def _source(found: list[Token]) -> tuple[str, list[int]]:
    """The tokens as one line of Python, numbers as floats, and where each begins."""
    source, offsets = "", []
    for token in found:
        offsets.append(len(source))
        if token.kind == "number":
            source += repr(float(token.text)) + " "
        else:
            source += ("**" if token.kind == "power" else token.text) + " "
    return source, offsets
