"""A layer against torchdeq's: forward, and forward with backward, at equal or smaller residual."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

import deq
from tests.benchmarks.core import peers
from tests.benchmarks.core.cells import TanhCell, residuals
from tests.benchmarks.core.overhead import SOLVERS
from tests.benchmarks.core.table import against, interleaved, micro, ratio, show

WIDTH, GAIN, TOL, MAX_EVALS = 128, 0.9, 1e-4, 100
NOTES = f"""\
Time of deq.DEQ with Implicit / time of torchdeq's DEQ with ift=True: same solver both ways, same
weights, input, start (zeros) and cap of {MAX_EVALS}; tanh cell, {WIDTH} wide, gain {GAIN}, float32,
one thread. torchdeq's tolerance is {TOL:g}, relative, forward and backward. It hands back f of the
state that it tested, or f of that. So ours is {TOL:g} times the largest power of 0.8 at which our
worst residual ‖f(z) − z‖, recomputed in float64, and the error of our gradient, against a dense
solution in float64, are no larger than torchdeq's. Pairs are ours / theirs; calls are those of the
cell in one pass, without vector–Jacobian products."""


def _bar(batch: int, name: str, both: bool) -> float:
    """What the ratio should not exceed: a Picard solve is little else than its evaluations."""
    if name == "Picard" and batch == 512:
        return 0.7
    return 0.6 if both or name == "Picard" else 0.5


class Exact:
    """The equilibrium and a gradient of the problem, in float64."""

    def __init__(self, cell: TanhCell, x: Tensor, seed: Tensor) -> None:
        self.w = cell.w.detach().double()
        self.x = x.detach().double()
        z = torch.zeros_like(self.x)
        for _ in range(400):
            z = self.f(z)
        slope = 1 - z * z  # (B, n)
        j = slope[:, :, None] * self.w  # (B, n, n)
        eye = torch.eye(z.shape[1], dtype=z.dtype)
        adjoint = torch.linalg.solve(eye - j.mT, seed.double()[:, :, None]).squeeze(2)  # (B, n)
        self.gradient = slope * adjoint  # (B, n) by x

    def f(self, z: Tensor) -> Tensor:
        return torch.tanh(z @ self.w.T + self.x)

    def residual(self, z: Tensor) -> float:
        """Largest residual of a sample of z (B, n)."""
        z = z.detach().double()
        return float(residuals(z, self.f(z)).max())

    def error(self, gradient: Tensor) -> float:
        """Largest relative error of a sample's gradient (B, n)."""
        miss = torch.linalg.vector_norm(gradient.double() - self.gradient, dim=1)
        return float((miss / torch.linalg.vector_norm(self.gradient, dim=1)).max())


def _forward(layer: nn.Module, x: Tensor) -> Tensor:
    with torch.no_grad():
        z: Tensor = layer(x)
        return z


def _both(layer: nn.Module, x: Tensor, seed: Tensor) -> tuple[Tensor, Tensor]:
    """The output, and the gradient by x; that by the weights is found too."""
    z = layer(x)
    gradients = torch.autograd.grad(z, [x, *layer.parameters()], seed)
    return z, gradients[0]


def _calls(cell: nn.Module, call: Callable[[], Any]) -> int:
    """How often one call of a layer calls its cell."""
    seen: list[None] = []
    handle = cell.register_forward_hook(lambda *_: seen.append(None))
    call()
    handle.remove()
    return len(seen)


def _ours(cell: TanhCell, name: str, tol: float, adjoint_tol: float) -> deq.DEQ:
    solver = SOLVERS[name]
    gradient = deq.Implicit(solver=solver, tol=adjoint_tol, max_evals=MAX_EVALS)
    return deq.DEQ(cell, solver=solver, tol=tol, max_evals=MAX_EVALS, gradient=gradient)


def _matched(measure: Callable[[float], float], theirs: float) -> tuple[float, float]:
    """The largest TOL·0.8^k at which ours is no larger than theirs, and what ours is there."""
    tol = TOL
    ours = measure(tol)
    while ours > theirs and tol > 1e-4 * TOL:
        tol *= 0.8
        ours = measure(tol)
    return tol, ours


def _row(batch: int, name: str, times: int) -> list[list[str]]:
    cell = TanhCell(WIDTH, GAIN)
    g = torch.Generator().manual_seed(1)
    x = torch.randn(batch, WIDTH, generator=g)
    seed = torch.randn(batch, WIDTH, generator=g)
    exact = Exact(cell, x, seed)
    their = peers.Layer(cell, name, tol=TOL, adjoint_tol=TOL, max_iter=MAX_EVALS)
    rows: list[list[str]] = []

    def add(what: str, calls: Mapping[str, Callable[[], Any]], *columns: str) -> None:
        samples = interleaved(calls, times)
        bar = _bar(batch, name, both=what != "forward")
        value = against(ratio(samples, "deq", "torchdeq"), bar)
        calls_of_f = " / ".join(f"{_calls(cell, call)}" for call in calls.values())
        clock = f"{micro(samples, 'deq')} / {micro(samples, 'torchdeq')}"
        rows.append([f"{batch}", name, what, value, clock, calls_of_f, *columns])

    their.eval()
    theirs = exact.residual(_forward(their, x))
    tol, ours = _matched(
        lambda tol: exact.residual(_forward(_ours(cell, name, tol, TOL), x)), theirs
    )
    layer = _ours(cell, name, tol, TOL)
    calls = {who: partial(_forward, made, x) for who, made in [("deq", layer), ("torchdeq", their)]}
    add("forward", calls, f"{tol:.1e}", f"{ours:.1e} / {theirs:.1e}", "–", "–")

    their.train()
    x.requires_grad_()
    z, gradient = _both(their, x, seed)
    theirs, wrong = exact.residual(z), exact.error(gradient)
    tol, ours = _matched(
        lambda tol: exact.residual(_forward(_ours(cell, name, tol, TOL), x)), theirs
    )
    adjoint_tol, error = _matched(
        lambda back: exact.error(_both(_ours(cell, name, tol, back), x, seed)[1]), wrong
    )
    layer = _ours(cell, name, tol, adjoint_tol)
    both = {
        who: partial(_both, made, x, seed) for who, made in [("deq", layer), ("torchdeq", their)]
    }
    add(
        "+ backward",
        both,
        f"{tol:.1e}",
        f"{ours:.1e} / {theirs:.1e}",
        f"{adjoint_tol:.1e}",
        f"{error:.1e} / {wrong:.1e}",
    )
    return rows


def run(quick: bool) -> None:
    """Measure and print."""
    torch.set_num_threads(1)
    times = 3 if quick else 21
    rows = [
        row
        for batch in ([1, 128] if quick else [1, 32, 128, 512])
        for name in SOLVERS
        for row in _row(batch, name, times)
    ]
    header = ["batch", "solver", "pass", "ratio", "times", "calls", "our tol", "residuals"]
    show("peers", NOTES, [*header, "adjoint tol", "gradient errors"], rows)
