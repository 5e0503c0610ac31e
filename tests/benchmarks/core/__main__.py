"""Benchmarks of the core, against the bare cost of f and against peers.

    python -m tests.benchmarks.core [--quick] [--full] [part ...]

Parts: overhead, profile, peers, ode, evaluations, monotone, training, memory, imports; all of them
unless some are named. Run it on a quiet machine: every ratio is a median over interleaved rounds of
one run, but a busy neighbour still shows. ``--quick`` takes few rounds, to see that all works.
``--full`` makes the training part run whole epochs until both models name 97 % of the test digits
right.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
import warnings

import torch

from tests.benchmarks.core import (
    evaluations,
    imports,
    layers,
    memory,
    monotone,
    ode,
    overhead,
    profile,
    training,
)
from tests.benchmarks.core.table import settle_memory

PARTS = {
    "overhead": overhead.run,
    "profile": profile.run,
    "peers": layers.run,
    "ode": ode.run,
    "evaluations": evaluations.run,
    "monotone": monotone.run,
    "training": training.run,
    "memory": memory.run,
    "imports": imports.run,
}


def main() -> None:
    """Run the parts that were asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.core",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="few rounds")
    parser.add_argument("--full", action="store_true", help="train whole epochs, to 97 %%")
    options = parser.parse_args()
    for part in options.parts:
        if part not in PARTS:
            parser.error(f"there is no part {part!r}; choose from {', '.join(PARTS)}")
    version = f"torch {torch.__version__}, Python {platform.python_version()}"
    print(f"{version}, {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    # Solves that miss their tolerance are counted in the tables instead.
    warnings.simplefilter("ignore")
    settle_memory()
    for part in options.parts or PARTS:
        begin = time.perf_counter()
        if part == "training":
            training.run(options.quick, full=options.full)
        else:
            PARTS[part](options.quick)
        print(f"({part}: {time.perf_counter() - begin:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
