"""README's example runs as printed, and its map shows what is there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_example_prints_what_it_says() -> None:
    found = re.search(r"```python\n(.*?)```\s*prints\s*```text\n(.*?)```", README, re.DOTALL)
    assert found is not None
    code, printed = found.groups()
    assert len(code.splitlines()) == 6
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
    """Every path of the map, and every local file that is linked or shown."""
    table = re.findall(r"(?m)^\| (`.*?) \|", README)
    mapped = [path for cell in table for path in re.findall(r"`(.*?)`", cell)]
    linked = [path for path in re.findall(r"\]\((.*?)\)", README) if "://" not in path]
    return mapped + linked


@pytest.mark.parametrize("path", paths())
def test_what_is_named_exists(path: str) -> None:
    assert (ROOT / path).exists()
