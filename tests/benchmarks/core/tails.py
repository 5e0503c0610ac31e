"""Batches whose samples settle at very different rates: what the last of them cost the others."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import torch
from torch import Tensor

import deq
from deq.bookkeeping.small import History
from tests.benchmarks.core import peers
from tests.benchmarks.core.cells import Map, TanhCell
from tests.benchmarks.core.overhead import MAX_EVALS, SOLVERS, TOL, WIDTH
from tests.benchmarks.core.table import interleaved, micro, ratio, show

BATCHES = (128, 512, 2048)
NOTES = f"""\
The tanh cell of "overhead" with a rate for each sample, evenly from 0.05 to 0.95; tol {TOL:g}, one
thread. "Busy" is the part of a batch that has not finished, on average over the solve. Then the
time of a solve over that of the same solve with all samples taken along to the end, and over
torchdeq's, which always does; it stops at the same relative residual."""


def spread_problem(width: int, batch: int) -> tuple[Map, Tensor]:
    """A map whose samples settle at rates from 0.05 to 0.95, and a start at zero (B, n)."""
    cell = TanhCell(width, 1.0)
    x = torch.randn(batch, width, generator=torch.Generator().manual_seed(1))
    rates = torch.linspace(0.05, 0.95, batch)[:, None]  # (B, 1)
    return (lambda z: cell(rates * z, x)), torch.zeros(batch, width)


@contextmanager
def _all_along() -> Iterator[None]:
    """Nobody is left behind."""
    kept = {history: history.spare for history in History.__subclasses__()}
    for history in kept:
        history.spare = math.inf  # type: ignore[assignment]
    try:
        yield
    finally:
        for history, spare in kept.items():
            history.spare = spare


def run(quick: bool) -> None:
    """Measure and print."""
    torch.set_num_threads(1)
    rows = []
    for batch in BATCHES:
        f, z0 = spread_problem(WIDTH, batch)
        for name in ("Anderson", "Broyden"):
            ours = partial(deq.solve, f, z0, solver=SOLVERS[name], tol=TOL, max_evals=MAX_EVALS)
            theirs = partial(peers.solve, name, f, z0=z0, tol=TOL, max_iter=MAX_EVALS)
            nfe = ours().nfe.double()
            times = 5 if quick else 21
            # In pairs: whoever comes after torchdeq finds a cold cache.
            alike = interleaved({"deq": ours, "all along": _all_along()(ours)}, times)
            peer = interleaved({"deq": ours, "torchdeq": theirs}, times)
            rows.append(
                [
                    f"{batch}",
                    name,
                    f"{int(nfe.max())}",
                    f"{nfe.mean() / nfe.max():.2f}",
                    micro(alike, "deq"),
                    f"{ratio(alike, 'deq', 'all along'):.2f}",
                    f"{ratio(peer, 'deq', 'torchdeq'):.2f}",
                ]
            )
    header = ["batch", "solver", "evals", "busy", "a solve", "/ all along", "/ torchdeq"]
    show("tails", NOTES, header, rows)
