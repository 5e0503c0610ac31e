"""What it saves to start each reading of a growing drawing from the last equilibrium.

    python tests/benchmarks/tracking.py [--drawings 100] [--every 20]

Digits of writers who are not in the training set are drawn again, in steps of so many pixels of
ink; each step is read from the last equilibrium, and from zero. Needs the pen strokes in DEQ_DATA.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import torch

import deq
from deq.digits import NotADrawing, prepare
from deq.digits.growing import growing
from deq.digits.pen import TEST_WRITERS, load_pen
from deq.digits.strokes import lengths
from pages.parts.pad.ink import BRUSH
from tests.benchmarks.stroke_latency import _fit

SOLVERS = {"Picard": deq.Picard(), "Anderson": deq.Anderson(), "ODE dopri5": deq.ODE()}


def pictures(strokes: list[np.ndarray], every: float) -> list[np.ndarray]:
    """What the network sees after each `every` pixels of ink, (28, 28) each."""
    steps = max(1, round(sum(float(lengths(stroke)[-1]) for stroke in strokes) / every))
    seen = []
    for _, pixels in growing(strokes, [BRUSH] * len(strokes), steps):
        try:
            seen.append(prepare(pixels))
        except NotADrawing:
            continue
    return seen


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--drawings", type=int, default=100)
    parser.add_argument("--every", type=float, default=20)
    options = parser.parse_args()
    torch.set_num_threads(1)
    model = deq.models.load("digits")
    folder = Path(os.environ["DEQ_DATA"]) / "pen"
    digits = [d for d in load_pen(folder) if d.writer in TEST_WRITERS]
    step = max(1, len(digits) // options.drawings)
    drawn = [
        pictures([np.array(s) for s in _fit(d.strokes)], options.every)
        for d in digits[::step][: options.drawings]
    ]
    print(f"{len(drawn)} drawings, {sum(map(len, drawn)) / len(drawn):.0f} readings each")
    print("solver        evaluations a reading: from z*  from zero  ratio  same digit at the end")
    for name, solver in SOLVERS.items():
        warm, cold, same = [], [], 0
        for seen in drawn:
            z = None
            for image in seen:
                first = model.predict(image, solver=solver, record=False)
                again = model.predict(image, solver=solver, record=False, z0=z)
                z = again.solution.z
                cold.append(int(first.solution.nfe))
                warm.append(int(again.solution.nfe))
            same += first.digit == again.digit and first.verdict == again.verdict
        ratio = np.sum(warm) / np.sum(cold)
        end = f"{same} of {len(drawn)}"
        print(f"{name:<36}{np.mean(warm):9.1f}{np.mean(cold):11.1f}{ratio:7.2f}  {end}")


if __name__ == "__main__":
    main()
