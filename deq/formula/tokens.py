"""Splitting a formula into tokens, and checking their order.

The result is well formed: numbers, known names, ``+ - * / **``, commas between arguments and
matching parentheses. All errors are found here, where their place in the text is known.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Collection
from dataclasses import dataclass

# Functions, with NumPy's names and some shorter ones → number of arguments.
FUNCTIONS = {
    **dict.fromkeys(("sin", "cos", "tan", "arcsin", "arccos", "arctan", "asin", "acos", "atan"), 1),
    **dict.fromkeys(("sinh", "cosh", "tanh", "exp", "log", "ln", "log2", "log10"), 1),
    **dict.fromkeys(("sqrt", "abs", "sign"), 1),
    **dict.fromkeys(("min", "max", "minimum", "maximum"), 2),
}
CONSTANTS = {"pi": math.pi, "e": math.e}
MAX_NESTING = 30
MAX_NUMBER = 1e100

_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<power>\*\*|\^)|(?P<sign>[+-])|(?P<factor>[*/])"
    r"|(?P<open>\()|(?P<close>\))|(?P<comma>,)|(?P<space>[ \t\r\n]+)"
)
# Other spellings, from keyboards and word processors; "²" gives two tokens.
_SPELLINGS = {"−": "-", "–": "-", "×": "*", "·": "*", "⋅": "*", "÷": "/", "π": "pi"}
_RAISED = {"²": "2", "³": "3"}
_HINTS = {
    **dict.fromkeys("=", "Write only what follows the equals sign."),
    **dict.fromkeys("<>!", "A formula has no comparisons."),
    **dict.fromkeys("[]{}", "Only round parentheses are used."),
    **dict.fromkeys("'\"`", "A formula has no text in quotes."),
    "|": "Write abs(x) for the absolute value.",
    ".": "A point belongs into a number only, such as 0.5.",
}


class FormulaError(ValueError):
    """Raised for text that is not a formula.

    Attributes
    ----------
    sentence : str
        What is wrong, and what to write.
    column : int
        Position of the character, counted from 1.

    Examples
    --------
    >>> print(FormulaError("Something is missing.", 3))
    Something is missing. (At character 3.)
    """

    def __init__(self, sentence: str, column: int) -> None:
        super().__init__(sentence, column)
        self.sentence = sentence
        self.column = column

    def __str__(self) -> str:
        return f"{self.sentence} (At character {self.column}.)"


@dataclass(frozen=True, slots=True)
class Token:
    """A token: its kind (a group of ``_TOKEN``), text and column."""

    kind: str
    text: str
    column: int


def tokens(text: str, names: Collection[str]) -> list[Token]:
    """The tokens of a formula; a ``*`` that is left out, as in ``2x``, is added.

    Parameters
    ----------
    text : str
        The formula.
    names : collection of str
        The variable, parameters and constants that may occur.

    Raises
    ------
    FormulaError
        If the text is not well formed.
    """
    found: list[Token] = []
    opened: list[_Opened] = []
    operand = True  # whether an operand must follow: a number, a name or a parenthesis
    for token in _split(text):
        if not operand and token.kind in ("number", "name", "open"):
            _require_factor(found[-1], token)
            found.append(Token("factor", "*", token.column))
            operand = True
        if found and found[-1].text in FUNCTIONS and token.kind != "open":
            raise _without_argument(found[-1])
        if operand:
            if token.kind == "name":
                _require_known(token, names)
            elif token.kind == "open":
                _open(opened, token, found)
            elif token.kind not in ("number", "sign"):
                raise FormulaError(
                    f"Before “{token.text}” a number or a variable is missing.", token.column
                )
            operand = token.kind in ("open", "sign") or token.text in FUNCTIONS
        elif token.kind == "close":
            _close(opened, token)
        else:
            if token.kind == "comma":
                _separate(opened, token)
            operand = True
        found.append(token)
    _require_end(found, opened, operand, len(text))
    return found


@dataclass(slots=True)
class _Opened:
    """An open parenthesis, its function if any, and the number of arguments so far."""

    column: int
    function: str | None
    arguments: int = 1


def _split(text: str) -> list[Token]:
    found = []
    place = 0
    while place < len(text):
        column = place + 1
        character = text[place]
        if character in _RAISED:
            found += [Token("power", "^", column), Token("number", _RAISED[character], column)]
            place += 1
            continue
        spelt = _SPELLINGS.get(character)
        match = _TOKEN.match(spelt) if spelt else _TOKEN.match(text, place)
        if match is None:
            hint = _HINTS.get(character, "It has no meaning in a formula.")
            shown = character if character.isprintable() else f"U+{ord(character):04X}"
            raise FormulaError(f"“{shown}” cannot stand here. {hint}", column)
        kind = match.lastgroup or ""
        if kind == "number" and float(match[0]) > MAX_NUMBER:
            raise FormulaError("Numbers go up to 10^100; this one is larger.", column)
        if kind != "space":
            found.append(Token(kind, match[0], column))
        place += 1 if spelt else len(match[0])
    return found


def _require_factor(before: Token, token: Token) -> None:
    """Raise for a number after an operand: ``x 2`` is ambiguous, so no ``*`` is added."""
    if token.kind == "number":
        raise FormulaError(
            f"Between “{before.text}” and “{token.text}” an operator is missing, such as * or ^.",
            token.column,
        )


def _require_known(token: Token, names: Collection[str]) -> None:
    """Raise for an unknown name, and suggest a similar one."""
    name = token.text
    if name in names or name in FUNCTIONS:
        return
    vocabulary = [*names, *FUNCTIONS]
    near = difflib.get_close_matches(name.lower()[:20], vocabulary, n=1, cutoff=0.5)
    some = f"Known are {', '.join(names)}, and functions such as cos, exp and sqrt."
    hint = f"Did you mean “{near[0]}”?" if near else some
    shown = name if len(name) <= 20 else name[:20] + "…"
    raise FormulaError(f"“{shown}” is not known here. {hint}", token.column)


def _without_argument(function: Token) -> FormulaError:
    return FormulaError(
        f"“{function.text}” needs its argument in parentheses: {function.text}(…).", function.column
    )


def _open(opened: list[_Opened], token: Token, found: list[Token]) -> None:
    if len(opened) == MAX_NESTING:
        raise FormulaError(
            f"Parentheses may be nested {MAX_NESTING} deep; these are deeper.", token.column
        )
    function = found[-1].text if found and found[-1].text in FUNCTIONS else None
    opened.append(_Opened(token.column, function))


def _close(opened: list[_Opened], token: Token) -> None:
    if not opened:
        raise FormulaError("This parenthesis closes what was never opened.", token.column)
    last = opened.pop()
    if last.function and last.arguments != FUNCTIONS[last.function]:
        wanted = "one argument" if FUNCTIONS[last.function] == 1 else "two arguments"
        raise FormulaError(f"“{last.function}” takes {wanted}.", token.column)


def _separate(opened: list[_Opened], token: Token) -> None:
    if not opened or opened[-1].function is None:
        raise FormulaError(
            "A comma only separates the arguments of min and max; write decimals as 0.5.",
            token.column,
        )
    opened[-1].arguments += 1


def _require_end(found: list[Token], opened: list[_Opened], operand: bool, length: int) -> None:
    if not found:
        raise FormulaError("The formula is empty; type one, such as cos(x).", 1)
    if found[-1].text in FUNCTIONS:
        raise _without_argument(found[-1])
    if operand:
        raise FormulaError("The formula ends where something has to follow.", length)
    if opened:
        raise FormulaError("This parenthesis is never closed.", opened[-1].column)
