"""README's examples print what it says, and the files that it names exist."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```\s*prints\s*```text\n(.*?)```", README, re.DOTALL)


def test_the_first_of_four_examples_is_six_lines_long() -> None:
    assert len(EXAMPLES) == README.count("```python") == 4
    assert len(EXAMPLES[0][0].splitlines()) == 6


@pytest.mark.parametrize(("code", "printed"), EXAMPLES)
def test_the_examples_print_what_they_say(code: str, printed: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        check=False,
    )
    assert run.stderr == ""
    assert run.stdout == printed


def paths() -> list[str]:
    """The paths in the tables, and the local files that README links to or shows."""
    table = re.findall(r"(?m)^\| (`.*?) \|", README)
    mapped = [path for cell in table for path in re.findall(r"`(.*?)`", cell)]
    linked = [path for path in re.findall(r"\]\((.*?)\)", README) if "://" not in path]
    return mapped + linked


@pytest.mark.parametrize("path", paths())
def test_what_is_named_exists(path: str) -> None:
    assert (ROOT / path).exists()


def test_the_gallery_shows_every_model_and_each_is_short() -> None:
    models = sorted((ROOT / "tests" / "uses").glob("test_*.py"))
    assert models
    for model in models:
        assert f"(tests/uses/{model.name})" in README
        assert len(model.read_text(encoding="utf-8").splitlines()) <= 70, model.name
