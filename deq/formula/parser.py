"""From text to a function: `parse` and `Formula`."""

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
    """A function of one variable from text: ``formula(x)`` for a tensor x of any shape.

    Made by `parse`. Formulas can be compared, hashed and pickled.

    Attributes
    ----------
    text : str
        The text.
    latex : str
        The formula for display.
    variable : str
        The variable's name.
    tree : Node
        The tree that is evaluated.
    """

    text: str
    latex: str
    variable: str
    tree: Node = field(repr=False)

    def __call__(self, x: Tensor | float) -> Tensor:
        """Evaluate at every element of ``x``; differentiable.

        A floating-point tensor keeps its shape and dtype; anything else becomes float64. No value
        of x raises: 1/0 is infinite, log(−1) is NaN.

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
    r"""Parse a formula: ``"cos(x)"``, ``"1/2 (x + 2/x)"``, ``"2x^2 - 1"``.

    Allowed are numbers, the variable, ``+ - * /``, powers as ``^`` or ``**``, parentheses, the
    constants pi and e, and NumPy's sin cos tan arcsin arccos arctan sinh cosh tanh exp log log2
    log10 sqrt abs sign minimum maximum (also asin acos atan ln min max). The sign of a product may
    be left out, as in ``2x`` or ``x(1 - x)``; the precedence stays, so ``1/2x`` is half of x.
    Powers come before signs and group from the right, as in Python.

    Parameters
    ----------
    text : str
        At most 200 characters. It is never evaluated as Python.
    variable : str
        The variable's name.
    values : mapping of str to float, optional
        More names, and their numbers.

    Returns
    -------
    Formula

    Raises
    ------
    FormulaError
        If the text is not a formula; it has a sentence and the place of the error. No text raises
        anything else.
    TypeError, ValueError
        If text is not a str, a name is not a plain word or already has a meaning, or a value is not
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
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # cannot happen after `tokens`
        raise FormulaError("This is no formula.", 1) from None
    tree = build(syntax, variable, known, column, MAX_DEPTH)
    return Formula(text, latex(tree), variable, fold(tree))


def _numbers(variable: str, values: Mapping[str, float]) -> dict[str, float]:
    """The named numbers; raises if a name or a value cannot be used."""
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
    """The tokens as one line of Python with numbers as floats, and the offset of each."""
    source, offsets = "", []
    for token in found:
        offsets.append(len(source))
        if token.kind == "number":
            source += repr(float(token.text)) + " "
        else:
            source += ("**" if token.kind == "power" else token.text) + " "
    return source, offsets
