"""Where the time of a solve goes, and how little it could be: the reasons behind other tables."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from torch import Tensor

import deq
from deq.bookkeeping.ledger import Ledger
from deq.gradients.base import Statistics
from tests.benchmarks.core import peers
from tests.benchmarks.core.cells import Map, tanh_problem
from tests.benchmarks.core.overhead import MAX_EVALS, SOLVERS, TOL, WIDTH, chain
from tests.benchmarks.core.table import interleaved, micro, ratio, show
from tests.benchmarks.core.training import THREADS, Model, digits, pair, shuffled

BATCH, GAIN, SLOTS = 128, 0.9, 6
NOTES = f"""\
The solves of "overhead" at batch {BATCH}, gain {GAIN:g}: microseconds an evaluation of f, by a
clock around each part (which itself takes 0.3). "f": the map, slower than "one f" of "overhead"
because the solver's own data passes through the same cache. "step": the solver's. "look": two
norms, the stop test, the books. "put back": finished samples to where they finished. "rest": the
driver, and what happens once a solve."""
FLOOR_NOTES = f"""\
What no solver of the kind can do without, as bare tensor operations in a loop, over the bare time
of f. All of them: f(z) − z, its norm and that of z; nobody's status. Picard spares itself these for
states far from the end, so it may cost less. Anderson, besides: two writes to a history of {SLOTS}
steps, a row of its Gram matrix, the solution of a {SLOTS} × {SLOTS} system, the combination; no
ridge, no test of the weights. Broyden, besides: one write, two passes over a history of 16 moves;
no update. Then the time of exactly our evaluations of f / all of torchdeq's
time: what a solver that costs nothing would get in "peers", forward."""

TRAINING_NOTES = """\
Batches of "training" by Picard. Bare: as many evaluations of the cell and vector–Jacobian products
as our step made, and nothing else. Bare / torchdeq is what a library that costs nothing, with an
encoder, a head and an optimiser that cost nothing either, would get in "training"."""


@contextmanager
def _clocked(owner: type, name: str, spent: dict[str, float]) -> Iterator[None]:
    """Add the seconds spent in a method to ``spent``."""
    method = getattr(owner, name)

    def clocked(*args: Any) -> Any:
        begin = time.perf_counter()
        result = method(*args)
        spent[name] = spent.get(name, 0.0) + time.perf_counter() - begin
        return result

    setattr(owner, name, clocked)
    try:
        yield
    finally:
        setattr(owner, name, method)


def _parts(name: str, times: int) -> list[str]:
    """A row: evaluations, all, f, step, look, put back, rest."""
    f, z0 = tanh_problem(WIDTH, BATCH, GAIN)
    solver = SOLVERS[name]
    spent: dict[str, float] = {}
    calls = 0

    def clocked_f(z: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        begin = time.perf_counter()
        fz = f(z)
        spent["f"] = spent.get("f", 0.0) + time.perf_counter() - begin
        return fz

    with (
        _clocked(Ledger, "observe", spent),
        _clocked(Ledger, "hold", spent),
        _clocked(type(solver), "step", spent),
    ):
        for run in range(2 * times):
            if run == times:  # the first half warms up
                spent.clear()
                calls, begin = 0, time.perf_counter()
            deq.solve(clocked_f, z0, solver=solver, tol=TOL, max_evals=MAX_EVALS)
        whole = time.perf_counter() - begin
    listed = [spent[part] for part in ("f", "step", "observe", "hold")]
    each = [f"{1e6 * s / calls:.0f}" for s in [whole, *listed, whole - sum(listed)]]
    return [name, f"{calls / times:.0f}", *each]


def _floor(kind: str, f: Map, z0: Tensor, count: int) -> Callable[[], None]:
    """``count`` evaluations with what a solver needs at least; the numbers lead nowhere."""
    batch = len(z0)
    g, e = torch.randn(2, SLOTS, batch, WIDTH).transpose(1, 2).unbind()  # (B, m, D)
    gram = torch.eye(SLOTS).repeat(batch, 1, 1)  # (B, m, m)
    ones = torch.ones(batch, SLOTS, 1)
    moves = torch.randn(16, batch, WIDTH).transpose(0, 1)  # (B, 16, D)
    share = torch.randn(batch, 1, 16)

    @torch.no_grad()
    def loop() -> None:
        z = z0
        for step in range(count):
            fz = f(z)
            r = fz - z
            torch.linalg.vector_norm(r, dim=1)
            torch.linalg.vector_norm(z, dim=1)
            if kind == "Anderson":
                slot = step % SLOTS
                g.select(1, slot).copy_(r)
                e.select(1, slot).copy_(fz)
                torch.bmm(g[:, slot : slot + 1], g.mT)
                alpha = torch.linalg.solve_ex(gram.mT, ones).result
                torch.bmm(alpha.mT, e)
            elif kind == "Broyden":
                moves.select(1, step % 16).copy_(r)
                torch.bmm(r.unsqueeze(1), moves.mT)
                torch.bmm(share, moves)
            z = fz

    return loop


def _floors(batch: int, times: int) -> list[list[str]]:
    f, z0 = tanh_problem(WIDTH, batch, GAIN)
    rows = []
    for name, solver in SOLVERS.items():
        solution = deq.solve(f, z0, solver=solver, tol=TOL, max_evals=MAX_EVALS)
        count = int(solution.nfe.max())
        contestants: dict[str, Callable[[], object]] = {
            "f": partial(chain, f, z0, count),
            "floor": _floor(name, f, z0, count),
            "torchdeq": partial(peers.solve, name, f, z0=z0, tol=TOL, max_iter=MAX_EVALS),
        }
        samples = interleaved(contestants, times)
        bare = {"f": [s / count for s in samples["f"]]}
        rows.append(
            [
                f"{batch}",
                name,
                micro(bare, "f"),
                f"{ratio(samples, 'floor', 'f'):.2f}",
                f"{ratio(samples, 'f', 'torchdeq'):.2f}",
            ]
        )
    return rows


def _training(batches: int) -> list[str]:
    """A row: evaluations, products, milliseconds of a step bare, ours, theirs; two ratios."""
    torch.set_num_threads(THREADS)
    data, _ = digits()
    runs = pair("Picard")
    bare, counts = [], []
    for number, part in enumerate(shuffled(len(data[0]), 0)[: batches + 3]):
        for run in list(runs.values())[:: 1 if number % 2 else -1]:
            run.step(data[0][part], data[1][part])
        last = runs["deq"].model.layer.last
        if not isinstance(last, Statistics) or last.backward is None:
            raise RuntimeError("the layer kept no statistics")
        counts.append((int(last.nfe.max()), int(last.backward.nfe.max())))
        bare.append(_bare(runs["deq"].model, data[0][part], *counts[-1]))
    ours, theirs = (run.times[3:] for run in runs.values())  # three to warm up
    times = [bare[3:], ours, theirs]
    ratios = [
        statistics.median(b / t for b, t in zip(bare[3:], other, strict=True))
        for other in (ours, theirs)
    ]
    return [
        *(f"{statistics.mean(c[3:]):.0f}" for c in zip(*counts, strict=True)),
        *(f"{1e3 * statistics.median(t):.1f} ms" for t in times),
        *(f"{value:.2f}" for value in ratios),
    ]


def _bare(model: Model, images: Tensor, evals: int, products: int) -> float:
    """Seconds of so many evaluations and vector–Jacobian products of the model's cell."""
    with torch.no_grad():
        x = model.encoder(images)
    z = torch.zeros_like(x)
    begin = time.perf_counter()
    with torch.no_grad():
        for _ in range(evals):
            z = model.cell(z, x)
    leaf = z.requires_grad_()
    fz, w = model.cell(leaf, x), torch.ones_like(x)
    for _ in range(products):
        (w,) = torch.autograd.grad(fz, leaf, w, retain_graph=True)
    return time.perf_counter() - begin


def run(quick: bool) -> None:
    """Measure and print."""
    torch.set_num_threads(1)
    times = 5 if quick else 41
    header = ["solver", "evals", "all", "f", "step", "look", "put back", "rest"]
    show("where the time goes", NOTES, header, [_parts(name, times) for name in SOLVERS])
    header = ["batch", "solver", "one f", "floor", "our f / torchdeq"]
    rows = [row for batch in (128, 512) for row in _floors(batch, times)]
    show("how little it could be", FLOOR_NOTES, header, rows)
    header = ["evals", "products", "bare", "deq", "torchdeq", "bare / deq", "bare / torchdeq"]
    show("the same of training", TRAINING_NOTES, header, [_training(10 if quick else 60)])
