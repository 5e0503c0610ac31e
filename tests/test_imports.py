"""Imports point one way; in the core only deq.figures knows Plotly, and nothing Streamlit."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# From the bottom to the top. What stands in one line does not import one another.
LAYERS = (
    ("deq.errors", "deq.status", "deq.shipped", "deq.formula", "deq.closure"),
    ("deq.bookkeeping",),
    ("deq.solvers", "deq.solution"),
    ("deq.solve",),
    ("deq.gradients", "deq.dropout"),
    ("deq.functional",),
    ("deq.auxiliary",),
    ("deq.layer",),
    ("deq.stability",),
    ("deq.diagnostics",),
    ("deq.continuation",),
    ("deq",),  # its public names: those of the layers below
    ("deq.digits", "deq.scalar"),
    ("deq.models",),
    ("deq.training", "deq.race", "deq.inside", "deq.serve"),
    ("deq.figures", "deq.cli"),
    ("deq.__main__", "pages.parts.shared"),
    ("pages.parts.look",),
    ("pages.parts.runs", "pages.parts.pad"),
    ("pages.parts",),  # a folder a page
    ("pages",),
    ("app",),
)
RANKS = {part: rank for rank, parts in enumerate(LAYERS) for part in parts}
FILES = [ROOT / "app.py", *sorted(ROOT.glob("deq/**/*.py")), *sorted(ROOT.glob("pages/**/*.py"))]


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def part_of(module: str) -> str:
    """The part of the map to which a module belongs: deq.scalar.flow → deq.scalar."""
    names = module.split(".")
    return next(part for k in (3, 2, 1) if (part := ".".join(names[:k])) in RANKS)


def imports(node: ast.AST) -> Iterator[str]:
    """Modules that a file imports, but for types only."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, "relative imports are not read here"
            for alias in child.names:
                inner = f"{child.module}.{alias.name}"
                yield inner if inner in MODULES else str(child.module)
        yield from imports(child)


MODULES = {module_of(path) for path in FILES} | {"pages.parts"}


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_imports_point_down(path: Path) -> None:
    module = module_of(path)
    part = part_of(module)
    for name in imports(ast.parse(path.read_text("utf-8"))):
        if name.split(".")[0] in ("app", "deq", "pages"):
            below = part_of(name)
            assert below == part or RANKS[below] < RANKS[part], f"{module} imports {name}"
        if module.startswith("deq"):
            assert not name.startswith("streamlit"), f"{module} imports {name}"
            assert part == "deq.figures" or not name.startswith("plotly"), f"{module}: {name}"


def test_an_arrow_that_points_up_is_seen() -> None:
    source = "def f():\n    from deq import figures\n    import deq.scalar.flow as flow\n"
    assert [part_of(name) for name in imports(ast.parse(source))] == ["deq.figures", "deq.scalar"]
    assert RANKS["deq.figures"] > RANKS["deq.scalar"]
