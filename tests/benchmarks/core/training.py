"""Training the article's MNIST model with exact gradients: seconds per epoch, and time to 97 %."""

from __future__ import annotations

import copy
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn

import deq
from deq.digits.errors import DataError
from deq.digits.mnist import load_mnist, load_subset
from deq.solvers.base import Solver
from tests.benchmarks.core import peers
from tests.benchmarks.core.cells import residuals
from tests.benchmarks.core.overhead import SOLVERS
from tests.benchmarks.core.table import against, show

ROOT = Path(__file__).resolve().parents[3]
TOL, MAX_EVALS, BATCH, RATE, THREADS, BAR, GOAL = 1e-3, 100, 128, 3e-4, 2, 0.6, 0.97
MOST_EPOCHS = 30
NOTES = f"""\
784→100, equilibrium of [100→500 tanh→100] with z + x going in, start f(x), →10: 180,110
parameters. Batch {BATCH}, Adam {RATE:g}, {THREADS} threads, exact gradients; same weights, batches,
solver, cap of {MAX_EVALS} and relative tolerance {TOL:g} both ways. The two take turns, batch by
batch. "Picard + Anderson" is our layer with its default solver of the adjoint, Anderson, against
theirs with its default, Picard; in the other rows one solver does both. Nothing controls the
contraction, so steps grow with training. Pairs are ours / theirs:
"calls" are evaluations of the cell in a batch, "residual" is ‖f(z) − z‖/(1 + ‖z‖) of the worst
sample of a batch afterwards, "missed" counts batches with a forward solve that missed its
tolerance, "loss" is the mean over the last 20 batches: a fast solver that trains worse has lost."""


class Cell(nn.Module):
    """f(z + x) with f = [100 → 500, tanh, → 100]."""

    def __init__(self) -> None:
        super().__init__()
        self.f = nn.Sequential(nn.Linear(100, 500), nn.Tanh(), nn.Linear(500, 100))
        self.calls = 0

    def forward(self, z: Tensor, x: Tensor) -> Tensor:
        self.calls += 1
        out: Tensor = self.f(z + x)  # (B, 100)
        return out


class Model(nn.Module):
    """The article's sandwich around a layer that ``make`` builds for its cell."""

    def __init__(self, make: Callable[[Cell], nn.Module]) -> None:
        super().__init__()
        self.encoder = nn.Linear(784, 100)
        self.cell = Cell()
        self.layer = make(self.cell)
        self.head = nn.Linear(100, 10)

    def settle(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """x and z* (B, 100) of images (B, 784)."""
        x = self.encoder(images)
        with torch.no_grad():
            start = self.cell.f(x)
        return x, self.layer(x, z0=start)

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.head(self.settle(images)[1])  # (B, 10)
        return logits


def _ours(name: str, adjoint: Solver | None) -> Callable[[Cell], nn.Module]:
    # Nothing controls this cell's contraction; restarts keep Anderson with stable equilibria.
    solver = deq.Anderson(restart=1.0) if name == "Anderson" else SOLVERS[name]
    gradient = deq.Implicit(solver=adjoint or solver, tol=TOL, max_evals=MAX_EVALS)
    return lambda cell: deq.DEQ(
        cell, solver=solver, tol=TOL, max_evals=MAX_EVALS, gradient=gradient
    )


def _theirs(name: str) -> Callable[[Cell], nn.Module]:
    return lambda cell: peers.Layer(cell, name, tol=TOL, adjoint_tol=TOL, max_iter=MAX_EVALS)


@dataclass
class Run:
    """A model in training, with its clock."""

    model: Model
    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    calls: int = 0
    missed: int = 0
    losses: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.adam = torch.optim.Adam(self.model.parameters(), lr=RATE)

    def step(self, images: Tensor, labels: Tensor) -> None:
        """Train on one batch; only that is on the clock."""
        self.model.cell.calls = 0
        begin = time.perf_counter()
        loss = nn.functional.cross_entropy(self.model(images), labels)
        self.adam.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.adam.step()
        self.times.append(time.perf_counter() - begin)
        self.seconds += self.times[-1]
        self.losses.append(loss.item())
        self.calls += self.model.cell.calls
        last = self.model.layer.last
        if isinstance(last, dict):
            self.missed += bool((last["rel_lowest"] > TOL).any())
        elif isinstance(last, deq.gradients.base.Statistics):
            self.missed += not bool(last.converged.all())

    def residual(self, images: Tensor) -> float:
        """Largest relative residual of the layer's output, as training gets it."""
        x, z = self.model.settle(images)
        with torch.no_grad():
            size = torch.linalg.vector_norm(z, dim=1)
            return float((residuals(z, self.model.cell(z, x)) / (1 + size)).max().item())

    @torch.no_grad()
    def accuracy(self, images: Tensor, labels: Tensor) -> float:
        """Share of images (N, 784) named right; off the clock."""
        self.model.eval()
        right = 0
        for i in range(0, len(labels), 1000):
            guess = self.model(images[i : i + 1000]).argmax(1)
            right += int((guess == labels[i : i + 1000]).sum())
        self.model.train()
        return right / len(labels)


def pair(name: str, adjoint: Solver | None = None) -> dict[str, Run]:
    """Ours, which may solve the adjoint otherwise, and theirs, from the same weights."""
    torch.manual_seed(0)
    first = Model(_ours(name, adjoint))
    torch.manual_seed(0)
    second = Model(_theirs(name))
    second.load_state_dict(copy.deepcopy(first.state_dict()), strict=False)
    return {"deq": Run(first), "torchdeq": Run(second)}


def digits() -> tuple[list[Tensor], str]:
    """Training and test images (N, 784) and labels, and where they come from."""
    beside = ROOT.parent / "shared" / "data"
    try:
        data = [load_mnist(s, beside if beside.is_dir() else None) for s in ("train", "test")]
        source = "MNIST"
    except DataError:
        images, labels = load_subset()
        data = [(images[:4500], labels[:4500]), (images[4500:], labels[4500:])]
        source = "the shipped 5,000 digits, 500 of them for testing"
    tensors = []
    for images, labels in data:
        tensors.append(torch.from_numpy(images).flatten(1).float() / 255)
        tensors.append(torch.from_numpy(labels))
    return tensors, source


def shuffled(count: int, epoch: int) -> list[Tensor]:
    g = torch.Generator().manual_seed(epoch)
    order = torch.randperm(count, generator=g)
    return [order[i : i + BATCH] for i in range(0, count, BATCH)]


def _row(name: str, data: list[Tensor], batches: int, adjoint: Solver | None = None) -> list[str]:
    images, labels = data[0], data[1]
    runs = pair(name, adjoint)
    order = [part for epoch in range(10) for part in shuffled(len(images), epoch)][:batches]
    for number, part in enumerate(order):
        names = list(runs) if number % 2 else list(runs)[::-1]
        for who in names:
            runs[who].step(images[part], labels[part])
    ours, theirs = runs["deq"], runs["torchdeq"]
    skipped = 3  # warming up
    ratio = statistics.median(
        a / b for a, b in zip(ours.times[skipped:], theirs.times[skipped:], strict=True)
    )
    whole = ours.seconds / theirs.seconds
    per_epoch = [statistics.mean(r.times[skipped:]) * len(images) / BATCH for r in (ours, theirs)]
    worst = [f"{r.residual(images[order[0]]):.1e}" for r in (ours, theirs)]
    return [
        name if adjoint is None else f"{name} + {type(adjoint).__name__}",
        against(ratio, BAR),
        against(whole, BAR),
        " / ".join(f"{s:.1f} s" for s in per_epoch),
        " / ".join(f"{r.calls / batches:.0f}" for r in (ours, theirs)),
        " / ".join(worst),
        f"{ours.missed} / {theirs.missed}",
        " / ".join(f"{statistics.mean(r.losses[-20:]):.3f}" for r in (ours, theirs)),
    ]


def _until_goal(name: str, data: list[Tensor]) -> list[str]:
    """Train both in turn, a fifth of an epoch each, until both have reached the goal."""
    images, labels, test_images, test_labels = data
    runs = pair(name)
    reached: dict[str, str] = {}
    first_epoch: dict[str, float] = {}
    best = dict.fromkeys(runs, 0.0)
    for epoch in range(MOST_EPOCHS):
        order = shuffled(len(images), epoch)
        fifth = -(-len(order) // 5)
        for begin in range(0, len(order), fifth):
            for who, run in runs.items():
                if who in reached:
                    continue
                for part in order[begin : begin + fifth]:
                    run.step(images[part], labels[part])
                best[who] = max(best[who], run.accuracy(test_images, test_labels))
                if best[who] >= GOAL:
                    reached[who] = f"{run.seconds:.0f} s"
        for who, run in runs.items():
            first_epoch.setdefault(who, run.seconds)
        if len(reached) == len(runs):
            break
    seconds = [run.seconds for run in runs.values()]
    shown = [reached.get(who, f"not in {run.seconds:.0f} s") for who, run in runs.items()]
    return [
        name,
        against(first_epoch["deq"] / first_epoch["torchdeq"], BAR),
        " / ".join(f"{first_epoch[who]:.1f} s" for who in runs),
        " / ".join(shown),
        f"{seconds[0] / seconds[1]:.2f}" if len(reached) == len(runs) else "–",
        " / ".join(f"{100 * value:.2f} %" for value in best.values()),
        " / ".join(f"{run.missed}" for run in runs.values()),
    ]


def run(quick: bool, full: bool = False) -> None:
    """Measure and print."""
    torch.set_num_threads(THREADS)
    data, source = digits()
    names = ["Anderson"] if quick else list(SOLVERS)
    header = ["solver", "median ratio", "ratio", "an epoch", "calls", "residual", "missed", "loss"]
    rows = [_row(name, data, 20 if quick else 150) for name in names]
    if not quick:
        rows.append(_row("Picard", data, 150, adjoint=deq.Implicit().solver))
    show(f"training, {source}", NOTES, header, rows)
    if full:
        header = ["solver", "first epoch", "times", f"to {100 * GOAL:g} %", "ratio", "best"]
        rows = [_until_goal(name, data) for name in (["Anderson"] if quick else SOLVERS)]
        show(f"training in full, {source}", NOTES, [*header, "missed"], rows)
