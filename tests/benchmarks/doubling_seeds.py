"""Train the y = 2x network from 200 seeds: the largest error, and the time of a run.

    python tests/benchmarks/doubling_seeds.py [--seeds 200]

One thread. The network is trained on x = 1, …, 10; at x = −5 it should answer −10 ± 0.05.
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

LIMIT = 0.05


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
    print(f"seeds without a stable equilibrium when the slope is not constrained: {unstable}")
    print(f"largest error at -5: {max(errors):.4f} (seed {errors.index(max(errors))})")
    print(f"errors of {LIMIT} and more: {sum(error >= LIMIT for error in errors)} of {len(errors)}")
    print(f"seconds a run: median {statistics.median(seconds):.2f}, most {max(seconds):.2f}")


if __name__ == "__main__":
    main()
