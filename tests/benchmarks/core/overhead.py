"""Overhead: the wall time of a solve over the bare time of its evaluations."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

import deq
from deq.solvers import Solver
from tests.benchmarks.core import peers
from tests.benchmarks.core.cells import (
    Counter,
    Map,
    anderson_by_hand,
    picard_by_hand,
    tanh_problem,
)
from tests.benchmarks.core.table import against, interleaved, micro, ratio, show

WIDTH, TOL, MAX_EVALS = 128, 1e-6, 100
SOLVERS: dict[str, Solver] = {
    "Picard": deq.Picard(),
    "Anderson": deq.Anderson(),
    "Broyden": deq.Broyden(),
}
BY_HAND: dict[str, Callable[..., tuple[Tensor, int]]] = {
    "Picard": picard_by_hand,
    "Anderson": anderson_by_hand,
}
BARS: dict[int, dict[str, float]] = {128: {"Picard": 1.6, "Anderson": 3.3, "Broyden": 3.3}, 1: {}}
NOTES = f"""\
Wall time of a solve / (its evaluations × the time of one bare evaluation of f), without gradients.
tanh cell, {WIDTH} wide, float32, tol {TOL:g}, one thread. Evaluations are calls of f. "By hand" is
the untuned loop in cells.py; torchdeq stops at the same relative residual."""


def chain(f: Map, z: Tensor, count: int) -> None:
    """Evaluate f again and again, nothing else."""
    with torch.no_grad():
        for _ in range(count):
            z = f(z)


def _evaluations(solve: Callable[[Map], object], f: Map) -> int:
    counter = Counter(f)
    solve(counter)
    return counter.calls


def run(quick: bool) -> None:
    """Measure and print."""
    torch.set_num_threads(1)
    times = 5 if quick else 41
    rows = []
    for batch, gain in [(b, g) for b in BARS for g in (0.45, 0.9)]:
        f, z0 = tanh_problem(WIDTH, batch, gain)
        for name, solver in SOLVERS.items():
            solves: dict[str, Callable[[Map], object]] = {
                "deq": partial(deq.solve, z0=z0, solver=solver, tol=TOL, max_evals=MAX_EVALS),
                "torchdeq": partial(peers.solve, name, z0=z0, tol=TOL, max_iter=MAX_EVALS),
            }
            if name in BY_HAND:
                solves["by hand"] = partial(BY_HAND[name], z=z0, tol=TOL, max_evals=MAX_EVALS)
            evals = {who: _evaluations(solve, f) for who, solve in solves.items()}
            contestants: dict[str, Callable[[], object]] = {
                who: partial(solve, f) for who, solve in solves.items()
            }
            contestants["f"] = partial(chain, f, z0, evals["deq"])
            with torch.no_grad():
                samples = interleaved(contestants, times)
            over = {who: ratio(samples, who, "f") * evals["deq"] / n for who, n in evals.items()}
            bare = {"f": [s / evals["deq"] for s in samples["f"]]}
            hand = f"{over['by hand']:.2f} ({evals['by hand']})" if "by hand" in over else "–"
            rows.append(
                [
                    f"{batch}",
                    f"{gain:g}",
                    name,
                    micro(bare, "f"),
                    f"{evals['deq']}",
                    against(over["deq"], BARS[batch].get(name)),
                    hand,
                    f"{over['torchdeq']:.2f} ({evals['torchdeq']})",
                ]
            )
    header = ["batch", "gain", "solver", "one f", "evals", "deq", "by hand (evals)"]
    show("overhead", NOTES, [*header, "torchdeq (evals)"], rows)
