"""A formula in a link enters the code that people copy only as a string.

Pages accept only formulas that `deq.formula` can read; here the code gets hostile ones.
"""

import ast

import pytest

from pages.parts.fixed_points import code as fixed_points
from pages.parts.fixed_points.lesson import Choice
from pages.parts.inside import code as inside
from pages.parts.pad.subject import loading_mnist
from pages.parts.steady_states import code

HOSTILE = (
    "x'); import os; ('",
    'x"); import os; ("',
    "x'''\nimport os\n'''",
    "x\\'); import os #",
    "__import__('os').system('true')",
)


def shape(code):
    """The syntax tree of the code, without the values of its strings and numbers."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            node.value = type(node.value).__name__
    return ast.dump(tree)


def codes(text):
    choice = Choice(text, (), (-9.0, 9.0), 0.5)
    yield fixed_points.solve_code(choice)
    yield fixed_points.orbit_code(choice)
    yield fixed_points.second_code(choice)
    yield fixed_points.path_code(choice)
    yield code.flow_code(choice, 8)
    yield code.step_code(choice, 0.5)
    picture = loading_mnist(7)
    yield inside.code("smudge", picture, 1.0, {"kind": text, "seed": 0}, inside.Print("x"))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_formula_stays_a_string(text):
    for hostile, harmless in zip(codes(text), codes("x"), strict=True):
        assert shape(hostile) == shape(harmless)
        assert text in [
            n.value for n in ast.walk(ast.parse(hostile)) if isinstance(n, ast.Constant)
        ]
