"""What the code on a page prints, when it is run as a reader would: in a Python of its own."""

import itertools
import subprocess
import sys

from streamlit.testing.v1 import AppTest


def printed(code: str) -> str:
    """The output of the code."""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
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
