"""The table of assets/README.md that compares `deq` with others: what it says of `deq` exists."""

import inspect
import re
from pathlib import Path

import pytest

import deq

TEXT = (Path(__file__).resolve().parents[1] / "assets/README.md").read_text(encoding="utf-8")
SECTION = TEXT.partition("# How it compares\n")[2].partition("\n# ")[0]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in SECTION.splitlines()
    if line.startswith("| ")
]
# Each row's own cell is the second: `deq.name`, or `deq.name(option=…)`.
NAMES = sorted({name for row in ROWS for name in re.findall(r"`(deq\..*?)`", row[1])})


def test_every_row_says_something_of_everybody() -> None:
    assert len(ROWS) > 25
    for row in ROWS:
        assert len(row) == 6, row[0]
        assert all(row[1:]), row[0]


@pytest.mark.parametrize("name", NAMES)
def test_what_it_says_of_deq_exists(name: str) -> None:
    path, _, options = name.partition("(")
    found: object = deq
    for attribute in path.split(".")[1:]:
        found = getattr(found, attribute)
    for option in re.findall(r"(\w+)=", options):
        assert callable(found)
        assert option in inspect.signature(found).parameters
