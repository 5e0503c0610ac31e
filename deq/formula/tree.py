"""A formula as a tree: built from the allowed nodes of Python's syntax tree, and evaluated.

No text is executed, and all other nodes are refused.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from deq.formula.tokens import FUNCTIONS, FormulaError

_BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "^"}
_NAMES = {
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "ln": "log",
    "min": "minimum",
    "max": "maximum",
}


@dataclass(frozen=True, slots=True)
class Node:
    """A number, the variable, or an operation on other nodes.

    Attributes
    ----------
    op : str
        ``"number"``, ``"variable"``, ``"neg"``, one of ``+ - * / ^``, or a function's name.
    args : tuple of Node
        Operands.
    value : float
        Value of a number.
    name : str
        Name of the variable, or of a named number.
    column : int
        Position in the text.
    """

    op: str
    args: tuple[Node, ...] = ()
    value: float = 0.0
    name: str = ""
    column: int = field(default=1, compare=False, repr=False)


def build(
    tree: ast.expr,
    variable: str,
    values: Mapping[str, float],
    column: Callable[[int], int],
    depth: int,
) -> Node:
    """The tree of an expression.

    Parameters
    ----------
    tree : ast.expr
        Result of Python's parser for the tokens.
    variable : str
        The variable's name.
    values : mapping of str to float
        Named numbers.
    column : callable
        Maps an offset in the parsed text to a column in the typed text.
    depth : int
        Largest depth of the tree.

    Raises
    ------
    FormulaError
        If a node is not allowed, or the tree is too deep.
    """
    here = column(tree.col_offset)
    if depth == 0:
        raise FormulaError("The formula has too many operations inside one another.", here)

    def below(*parts: ast.expr) -> tuple[Node, ...]:
        return tuple(build(part, variable, values, column, depth - 1) for part in parts)

    match tree:
        case ast.Constant(value=float(value)):
            return Node("number", value=value, column=here)
        case ast.Name(id=name) if name == variable:
            return Node("variable", name=name, column=here)
        case ast.Name(id=name) if name in values:
            return Node("number", value=values[name], name=name, column=here)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return below(operand)[0]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Node("neg", below(operand), column=here)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return Node(_BINARY[type(op)], below(left, right), column=here)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
            if len(args) == FUNCTIONS[name]:
                return Node(_NAMES.get(name, name), below(*args), column=here)
    raise FormulaError("This has no meaning in a formula.", here)


def fold(node: Node) -> Node:
    """The same tree, with all constant subtrees evaluated.

    In float64 by torch, so 1/0 is infinite and log(−1) is NaN, as for tensors.

    Raises
    ------
    FormulaError
        If a power of two numbers overflows.
    """
    args = tuple(fold(part) for part in node.args)
    if not args or any(part.op != "number" for part in args):
        return replace(node, args=args)
    tensors = [torch.tensor(part.value, dtype=torch.float64) for part in args]
    value = float(_OPERATIONS[node.op](*tensors))
    base = args[0].value
    if node.op == "^" and math.isinf(value) and math.isfinite(base) and base != 0:
        raise FormulaError("This power is larger than any number here.", node.column)
    return Node("number", value=value, column=node.column)


def evaluate(node: Node, x: Tensor) -> Tensor | float:
    """The value at a tensor x of any shape; a float if the tree does not depend on x."""
    if node.op == "variable":
        return x
    if node.op == "number":
        return node.value
    args = [evaluate(part, x) for part in node.args]
    if node.op in _BY_TENSORS:
        args = [a if isinstance(a, Tensor) else x.new_tensor(a) for a in args]
    result: Tensor = _OPERATIONS[node.op](*args)
    return result


def _sign(x: Tensor) -> Tensor:
    return torch.where(x.isnan(), x, x.sign())  # torch has sign(NaN) = 0


# Operations whose operands must be tensors: torch computes float / tensor by a reciprocal, which
# rounds twice, and minimum and maximum do not take floats.
_BY_TENSORS = frozenset({"/", "minimum", "maximum"})
_OPERATIONS: dict[str, Callable[..., Any]] = {
    "neg": operator.neg,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": operator.pow,
    "sign": _sign,
    **{name: getattr(torch, name) for name in {*FUNCTIONS} - {*_NAMES, "sign"}},
}
