"""A formula in a link gets into the code that people copy: as a text, and as nothing else.

Pages only take formulas that `deq.formula` can read; here they are given worse.
"""

import ast

import pytest

from pages.parts.fixed_points import words as fixed_points
from pages.parts.fixed_points.lesson import Choice
from pages.parts.inside import words as inside
from pages.parts.steady_states import code

HOSTILE = (
    "x'); import os; ('",
    'x"); import os; ("',
    "x'''\nimport os\n'''",
    "x\\'); import os #",
    "__import__('os').system('true')",
)


def shape(code):
    """What the code does, whatever its texts and numbers are."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            node.value = type(node.value).__name__
    return ast.dump(tree)


def codes(text):
    choice = Choice(text, (), (-9.0, 9.0), 0.5)
    yield fixed_points.code(choice)
    yield code.flow_code(choice)
    yield code.step_code(choice, 0.5)
    yield inside.code("smudge", 7, 1.0, {"kind": text, "seed": 0})


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_link_says_stays_a_text(text):
    for hostile, plain in zip(codes(text), codes("x"), strict=True):
        assert shape(hostile) == shape(plain)
        assert text in [
            n.value for n in ast.walk(ast.parse(hostile)) if isinstance(n, ast.Constant)
        ]
