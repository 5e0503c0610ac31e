"""What ``import deq`` costs beyond ``import torch``, each in fresh processes."""

from __future__ import annotations

import re
import statistics
import subprocess
import sys

from tests.benchmarks.core.table import against, show

BAR = 0.1
NOTES = """\
Medians of `python -X importtime -c "import deq"`: milliseconds of all, of torch with what it
imports itself, and the rest, which is our own share, over torch's."""


def _milliseconds() -> tuple[float, float]:
    """Time of ``import deq``, and of torch in it."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import deq"],
        check=True,
        capture_output=True,
        text=True,
    )
    whole, torch = (
        int(re.findall(rf"\|\s*(\d+) \| +{name}$", done.stderr, re.M)[0]) / 1e3
        for name in ("deq", "torch")
    )
    return whole, torch


def run(quick: bool) -> None:
    """Measure and print."""
    pairs = [_milliseconds() for _ in range(2 if quick else 9)]
    whole, torch = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median((all_ - torch) / torch for all_, torch in pairs)
    row = [f"{whole:.0f}", f"{torch:.0f}", f"{whole - torch:.0f}", against(ratio, BAR)]
    show("imports", NOTES, ["import deq", "torch", "our own", "ratio"], [row])
