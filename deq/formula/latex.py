"""A formula's tree in LaTeX, which shows how the text was read."""

from __future__ import annotations

from deq.formula.tree import Node

# Precedence levels. An operand with a lower level than its place needs gets parentheses.
_SUM, _NEGATIVE, _PRODUCT, _POWER, _ATOM = range(5)
_NAMES = {
    "log": r"\ln",
    "log2": r"\log_{2}",
    "log10": r"\log_{10}",
    "minimum": r"\min",
    "maximum": r"\max",
    "sign": r"\operatorname{sign}",
}


def latex(node: Node) -> str:
    r"""LaTeX of a tree that has not been folded.

    Examples
    --------
    >>> x = Node("variable", name="x")
    >>> print(latex(Node("^", (Node("sin", (x,)), Node("number", value=2.0)))))
    \left(\sin\left(x\right)\right)^{2}
    """
    return _write(node)[0]


def _write(node: Node) -> tuple[str, int]:
    """LaTeX of a node, and its precedence level."""
    if node.op == "number":
        return _number(node)
    if node.op == "variable":
        return node.name if len(node.name) == 1 else rf"\mathrm{{{_safe(node.name)}}}", _ATOM
    parts = [_write(part) for part in node.args]
    texts = [text for text, _ in parts]
    match node.op:
        case "neg":
            return "-" + _wrap(parts[0], _PRODUCT), _NEGATIVE
        case "+":
            right = texts[1] if parts[1][1] == _SUM else _wrap(parts[1], _PRODUCT)
            return f"{texts[0]} + {right}", _SUM
        case "-":
            return f"{texts[0]} - {_wrap(parts[1], _PRODUCT)}", _SUM
        case "*":
            left, right = _wrap(parts[0], _NEGATIVE), _wrap(parts[1], _PRODUCT)
            between = r" \cdot " if right[0].isdigit() or right.startswith(r"\frac") else " "
            # With a sign in front the level is that of a sign, so that a − (−2x) keeps its
            # parentheses.
            return left + between + right, _NEGATIVE if parts[0][1] == _NEGATIVE else _PRODUCT
        case "/":
            return rf"\frac{{{texts[0]}}}{{{texts[1]}}}", _PRODUCT
        case "^":
            return f"{_wrap(parts[0], _ATOM)}^{{{texts[1]}}}", _POWER
        case "exp":
            return f"e^{{{texts[0]}}}", _POWER
        case "sqrt":
            return rf"\sqrt{{{texts[0]}}}", _POWER
        case "abs":
            return rf"\left|{texts[0]}\right|", _ATOM
    name = _NAMES.get(node.op, "\\" + node.op)
    return rf"{name}\left({', '.join(texts)}\right)", _POWER


def _wrap(part: tuple[str, int], level: int) -> str:
    text, own_level = part
    return text if own_level >= level else rf"\left({text}\right)"


def _number(node: Node) -> tuple[str, int]:
    if node.name == "pi":
        return r"\pi", _ATOM
    if node.name:
        return node.name if len(node.name) == 1 else rf"\mathrm{{{_safe(node.name)}}}", _ATOM
    mantissa, _, exponent = f"{node.value:.12g}".partition("e")
    if not exponent:
        return mantissa, _ATOM
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}", _PRODUCT


def _safe(name: str) -> str:
    return name.replace("_", r"\_")
