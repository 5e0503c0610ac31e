"""What the code on a page prints, when it is run as a reader would: in a Python of its own."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]


def printed(code: str, folder: Path = ROOT) -> str:
    """The output of the code; it finds the files that it reads in the folder."""
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def boxes(app: AppTest) -> list[tuple[str, str]]:
    """All code boxes of the page, with what it says that they print."""
    found = [(block.value, block.language) for block in app.code]
    return [
        (code, below)
        for (code, language), (below, other) in itertools.pairwise(found)
        if language == "python" and other != "python"
    ]
