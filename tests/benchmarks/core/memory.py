"""Memory: the peak of forward and backward, at 10 and at 1000 steps, each in a fresh process."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import warnings
from pathlib import Path

import torch
from torch import Tensor

import deq
from deq.gradients.base import Gradient
from tests.benchmarks.core.table import against, show

ROOT = Path(__file__).resolve().parents[3]
BATCH, WIDTH, BAR = 1024, 512, 1.05
MEBIBYTE = 1 << 20
NOTES = f"""\
Growth of the process's largest resident size over forward and backward of a slow contraction that
meets no tolerance; a state takes {4 * BATCH * WIDTH / MEBIBYTE:.0f} MiB. Each in its own process,
where every large tensor is mapped on its own and given back when it is freed. Unrolled, for
contrast, keeps the activations of every step."""


def _cell(z: Tensor, x: Tensor) -> Tensor:
    """A contraction by about 0.999 whose evaluation keeps four activations, (B, n)."""
    h = x
    for _ in range(2):
        h = torch.tanh(torch.sin(h) + z)
    return 0.998 * z + 0.0002 * h


def _high_water() -> int:
    """Largest resident size of this process so far, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # ru_maxrss would count what the parent had before the new program began
        line = next(s for s in status.read_text().splitlines() if s.startswith("VmHWM"))
        return 1024 * int(line.split()[1])
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size if sys.platform == "darwin" else 1024 * size


def _child(kind: str, steps: int) -> None:
    """Print the growth in bytes."""
    warnings.simplefilter("ignore")  # the adjoint is not meant to converge
    torch.set_num_threads(1)
    solver = deq.Anderson() if kind == "Anderson" else deq.Picard()
    gradient: Gradient = deq.Unrolled()
    if kind != "Unrolled":
        gradient = deq.Implicit(solver=solver, tol=1e-30, max_evals=steps)
    layer = deq.DEQ(_cell, solver=solver, tol=1e-30, max_evals=steps, gradient=gradient)
    small = torch.ones(2, 3, requires_grad=True)
    layer(small).sum().backward()  # code and threads that come with the first use
    x = torch.randn(BATCH, WIDTH, requires_grad=True)
    before = _high_water()
    layer(x).sum().backward()
    print(_high_water() - before)


def _measure(kind: str, steps: int) -> int:
    """The growth in bytes, in a fresh process."""
    command = [sys.executable, "-m", "tests.benchmarks.core.memory", kind, str(steps)]
    environment = {**os.environ, "MALLOC_MMAP_THRESHOLD_": "65536"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    return int(done.stdout)


def run(quick: bool) -> None:
    """Measure and print."""
    rows = []
    steps = 100 if quick else 1000
    for kind, few, many in [
        ("Picard", 10, steps),
        ("Anderson", 10, steps),
        ("Unrolled", 10, 20),
    ]:
        low, high = _measure(kind, few), _measure(kind, many)
        value = against(high / low, None if kind == "Unrolled" else BAR, digits=3)
        sizes = [f"{size / MEBIBYTE:.0f} MiB" for size in (low, high)]
        rows.append([kind, f"{few} / {many}", " / ".join(sizes), value])
    show("memory", NOTES, ["gradient", "steps", "peak", "ratio"], rows)


if __name__ == "__main__":
    _child(sys.argv[1], int(sys.argv[2]))
