"""Text from files, addresses and exceptions is shown as it is, never read as Markdown."""

import ast
import doctest
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pages.parts.shared import text
from pages.parts.shared.text import literal, sentence

ROOT = Path(__file__).resolve().parents[3]
FILES = [ROOT / "app.py", *sorted(ROOT.glob("pages/**/*.py"))]
SAFE = {
    "literal",
    "sentence",
    "in_words_of",
    "show",
    "isinstance",
    "type",
    "whereabouts",
    "Seen",
    "Glance",
}
"""Calls that may be given text from outside: they escape it, or do not show it as Markdown."""
OUTSIDE = {"run.why", "error.why", "seen.problem", "file.name", "st.query_params"}
"""What holds text from outside, besides exceptions."""
MARKDOWN = {
    *("error", "warning", "info", "success", "toast", "markdown", "caption", "badge", "metric"),
    *("header", "subheader", "title", "button", "progress", "write", "html"),
}


def shown(escaped: str) -> str:
    """What a reader sees of it: without escapes and joiners."""
    return re.sub(r"\\(\W|_)", r"\1", escaped.replace("\u2060", ""))


def test_the_examples_in_the_docstrings_hold() -> None:
    result = doctest.testmod(text)
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize(
    "hostile",
    [
        "![x](http://127.0.0.1:9/x.png)",
        "<img src=http://127.0.0.1:9/y.png>",
        "a_b.safetensors",
        "**b** `c` ~~d~~ $x^2$ [a](b) :red[x]",
        "1. list",
        "- list",
        "# heading",
        "a -- b -> c",
    ],
)
def test_the_text_can_be_read_and_nothing_in_it_is_markdown(hostile: str) -> None:
    escaped = literal(hostile)
    assert shown(escaped) == hostile
    assert not re.search(r"(?<!\\)[`*_\[\]<>#$~|!]", escaped)
    assert not re.search(r"https?://|www\.|:\w+:|:material/|--|->", escaped)
    assert not re.match(r"\d+\.|-", escaped)


def test_what_cannot_be_seen_becomes_a_space() -> None:
    assert literal("a\nb\u202ec\x00d") == "a b c d"


def test_values_are_escaped_and_the_template_is_not() -> None:
    assert sentence("**Read** {it}.", it="*x*") == r"**Read** \*x\*."


def from_outside(node: ast.AST, names: set[str]) -> Iterator[str]:
    """Text from outside in an expression that is not given to one of the safe calls."""
    if isinstance(node, ast.Call):
        called = node.func
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if name in SAFE:
            return
    if isinstance(node, ast.Name) and node.id in names:
        yield node.id
    if isinstance(node, ast.Attribute) and ast.unparse(node) in OUTSIDE:
        yield ast.unparse(node)
    for child in ast.iter_child_nodes(node):
        yield from from_outside(child, names)


def faults(tree: ast.AST) -> Iterator[str]:
    """Places where text from outside may become Markdown."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and node.name:
            for line in node.body:
                if not isinstance(line, ast.Raise):
                    yield from from_outside(line, {node.name})
        if isinstance(node, ast.JoinedStr):
            yield from from_outside(node, set())
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in MARKDOWN:
            for given in (*node.args, *(word.value for word in node.keywords)):
                yield from from_outside(given, set())


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_show_no_text_from_outside_unescaped(path: Path) -> None:
    if path.name in ("errors.py", "warm_up.py"):  # one decides what is shown, one only logs
        return
    assert list(faults(ast.parse(path.read_text("utf-8")))) == []


@pytest.mark.parametrize(
    "code",
    [
        "try: f()\nexcept ValueError as error: st.error(str(error))",
        "try: f()\nexcept ValueError as problem: return f'{problem} Try again.'",
        "try: f()\nexcept ValueError as e: st.session_state['x'] = str(e)",
        "st.warning(run.why)",
        "said = f'The run failed. {run.why}'",
        "st.caption(f'from the file {file.name}')",
        "st.markdown(st.query_params['x'])",
    ],
)
def test_a_fault_is_seen(code: str) -> None:
    assert list(faults(ast.parse(code)))


def test_what_is_escaped_is_no_fault() -> None:
    code = "try: f()\nexcept ValueError as e: st.error(literal(e))\nst.warning(literal(run.why))"
    assert not list(faults(ast.parse(code)))


def sentences(path: Path) -> Iterator[str]:
    """The texts of a file, without its docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    notes = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)
    }  # docstrings stand alone
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in notes:
            yield node.value


TERMINAL = ("deq/cli", "deq/serve", "deq/__main__.py", "deq/training/digits")
"""What only the command line runs."""


def test_no_page_gives_advice_for_the_command_line() -> None:
    """Nor does the core: its errors reach pages."""
    files = [*FILES, *sorted(ROOT.glob("deq/**/*.py"))]
    for path in files:
        place = str(path.relative_to(ROOT))
        if not place.startswith(TERMINAL):
            for said in sentences(path):
                # A rule of style begins its variables like options, but ends them with a colon.
                assert not re.search(r"(^|[ `])--[a-z-]+(?![a-z:-])(?!\))", said), (
                    f"{place}: {said}"
                )
