"""Formulas that people type: from text to a function on tensors, and nothing else.

Text is never evaluated: it is cut into tokens of a small alphabet (`tokens`), arranged by Python's
own parser and checked node by node against a list of what is allowed (`tree`).
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
