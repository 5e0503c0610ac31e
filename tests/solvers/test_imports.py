"""What the core imports: torch, nothing that only some need, and no folder that stands above."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import deq

# What each folder may import of deq.
BELOW = {
    "bookkeeping": ("bookkeeping", "status"),
    "solvers": ("bookkeeping", "solvers", "status"),
    "gradients": ("bookkeeping", "solvers", "solution", "solve", "gradients", "status"),
}


@pytest.mark.parametrize("use", ["", "deq.solve(torch.cos, torch.zeros(2), solver=deq.ODE())"])
def test_importing_the_core_imports_nothing_heavy_but_torch(use: str) -> None:
    heavy = ("scipy", "torchdiffeq", "plotly", "streamlit")
    code = f"import sys, torch, deq\n{use}\nprint([m for m in {heavy!r} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("folder", BELOW)
def test_imports_point_one_way(folder: str) -> None:
    files = list((Path(deq.__file__).parent / folder).glob("*.py"))
    assert files
    for file in files:
        named = re.findall(r"^ *(?:from|import) deq\.(\w+)", file.read_text(), re.M)
        assert set(named) <= set(BELOW[folder]), file
