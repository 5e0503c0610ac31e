"""Whether y = 2x is learnt from every one of 200 starts, and how long a run takes.

    python tests/benchmarks/doubling_seeds.py [--seeds 200]

One thread. Asked at x = −5 after training on 1, …, 10, the network should say −10 to within 0.05.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from deq.training.doubling.config import DoublingConfig, build
from deq.training.doubling.train import train_doubling

BAR = 0.05


def main() -> None:
    """Train, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=200)
    options = parser.parse_args()
    torch.set_num_threads(1)
    errors, seconds, unstable = [], [], 0
    for seed in range(options.seeds):
        unstable += build(DoublingConfig(seed=seed, constrained=False)).slope >= 1
        *_, last = train_doubling(DoublingConfig(seed=seed))
        errors.append(abs(last.answer + 10))
        seconds.append(last.seconds)
    print(f"starts without a stable equilibrium if nothing constrained them: {unstable}")
    print(f"largest error at -5: {max(errors):.4f} (seed {errors.index(max(errors))})")
    print(f"errors of {BAR} and more: {sum(error >= BAR for error in errors)} of {len(errors)}")
    print(f"seconds a run: median {statistics.median(seconds):.2f}, most {max(seconds):.2f}")


if __name__ == "__main__":
    main()
