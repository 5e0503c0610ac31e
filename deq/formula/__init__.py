"""Formulas typed by visitors: from text to a function on tensors, without ``eval``.

`tokens` splits the text and checks it, Python's parser gives a syntax tree, and `tree` copies the
nodes that are allowed into a tree of its own. `latex` shows the formula.
"""

from deq.formula.parser import MAX_DEPTH, MAX_LENGTH, Formula, parse
from deq.formula.tokens import CONSTANTS, FUNCTIONS, FormulaError

__all__ = [
    "CONSTANTS",
    "FUNCTIONS",
    "MAX_DEPTH",
    "MAX_LENGTH",
    "Formula",
    "FormulaError",
    "parse",
]
