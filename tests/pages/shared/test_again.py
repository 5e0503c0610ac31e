"""What draws itself again: only by `fragments.again`, which keeps what a task has set."""

from pathlib import Path

import pytest

PAGES = Path(__file__).resolve().parents[3] / "pages"


@pytest.mark.parametrize("file", sorted(PAGES.rglob("*.py")), ids=lambda f: f.stem)
def test_a_fragment_runs_by_itself_only_through_fragments(file: Path) -> None:
    if file.name != "fragments.py":
        assert "run_every=" not in file.read_text(encoding="utf-8")
