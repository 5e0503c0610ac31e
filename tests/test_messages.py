"""What the core says is plain text: a terminal shows it as it is, and so do pages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted(ROOT.glob("deq/**/*.py"))
MARKDOWN = re.compile(r"`[^`]+`|\*\*\w[^*]*\*\*")


def texts(tree: ast.AST) -> Iterator[str]:
    """All strings but docstrings; "{}" stands for what an f-string puts in."""
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(p.value if isinstance(p, ast.Constant) else "{}" for p in node.values)
        elif (
            isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
        ):
            yield node.value


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_text_has_marks_of_markdown(path: Path) -> None:
    assert not [text for text in texts(ast.parse(path.read_text("utf-8"))) if MARKDOWN.search(text)]


def test_marks_are_seen_also_around_a_value() -> None:
    tree = ast.parse('''"""`doc`"""\nraise E("`a`")\nraise E(f"run `{a}`")\nraise E("2**3, `")''')
    assert [text for text in texts(tree) if MARKDOWN.search(text)] == ["`a`", "run `{}`"]
