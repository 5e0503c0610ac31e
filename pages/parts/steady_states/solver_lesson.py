"""Iteration against the ODE, and layers of two numbers: sections three and four of the page.

Computed by `deq` and kept for the next visitor. Needs no Streamlit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

import deq
from deq.scalar import (
    PRESETS,
    Flow,
    Network,
    Orbit,
    derivative,
    fixed_points,
    flow,
    orbit,
    random_network,
)
from deq.solvers.base import Solver
from deq.status import Status

METHODS = ("dopri5", "dopri8", "bosh3", "adaptive_heun", "fehlberg2")
TOLERANCES = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6)
MOST = 1000
START, BIAS = 1.0, 0.3
JUMPS = 16
DEPTH = 50
EDGE = 1.25
GRID = 14
CALM_SIZE, CALM_GAIN = 50, 0.5
_KEPT = 64


@dataclass(frozen=True, slots=True)
class Walk:
    """z = tanh(w z + 0.3) by iteration and by the ODE."""

    w: float
    method: str
    tol: float
    jumps: Orbit  # the iteration
    iteration: int | None  # its evaluations to the tolerance; None for never
    run: Flow  # the ODE's accepted steps
    curve: tuple[Tensor, Tensor]  # the ODE's smooth way: times, states
    limit: float  # z* where the ODE ends
    slope: float  # λ there


@dataclass(frozen=True, slots=True)
class Deep:
    """A layer of two numbers, applied again and again."""

    net: Network
    gain: float  # ‖W‖₂
    z: Tensor  # its equilibrium (2,)
    status: Status
    layers: Tensor  # states after 0, …, 50 layers (51, 2)
    distances: Tensor  # from z* (51,)
    eigenvalues: Tensor  # of the Jacobian at z*
    radius: float  # the largest |λ|
    grid: Tensor  # (G,), the same in both directions
    field: Tensor  # the vector field there (G, G, 2)
    courses: list[Tensor]  # the flow from the chosen start and from around, each (T, 2)

    @property
    def settles(self) -> bool:
        """Whether the flow settles at z*."""
        return bool((self.eigenvalues.real < 1).all())


@lru_cache(maxsize=_KEPT)
def walk(w: float, method: str, tol: float) -> Walk:
    """Both ways from the same start."""
    g = PRESETS["tanh"].at(w=w, b=BIAS)
    [run] = flow(g, [START], tol=tol, method=method, max_evals=MOST)
    points = fixed_points(g, -1.5, 1.5)
    end = float(run.x[-1])
    limit = min((p.x for p in points), key=lambda x: abs(x - end), default=end)
    t = torch.linspace(0, JUMPS, 240, dtype=torch.float64)
    evals = dict(zip(*price(w, "Picard"), strict=True))[tol]
    return Walk(
        w, method, tol, orbit(g, START, 400, tol=tol),
        None if math.isnan(evals) else int(evals), run, (t, run.at(g, t)), limit,
        float(derivative(g, limit)),
    )  # fmt: skip


@lru_cache(maxsize=_KEPT * 4)
def price(problem: float | str, solver: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Tolerances, and the evaluations for each, NaN for never.

    ``problem`` is w, or "calm" for the layer; ``solver`` is "Picard" or one of `METHODS`.
    """
    if isinstance(problem, str):
        f: Callable[[Tensor], Tensor] = calm()
        z0 = torch.zeros(1, CALM_SIZE, dtype=torch.float64)
    else:
        f = PRESETS["tanh"].at(w=problem, b=BIAS)
        z0 = torch.tensor([START], dtype=torch.float64)
    method: Solver = deq.Picard() if solver == "Picard" else deq.ODE(method=solver)
    evals = []
    for tol in TOLERANCES:
        sol = deq.solve(f, z0, solver=method, tol=tol, max_evals=MOST)
        evals.append(float(sol.nfe) if bool(sol.converged.all()) else math.nan)
        if solver == "Picard" and math.isnan(evals[-1]):  # it goes the same way at finer ones
            break
    evals += [math.nan] * (len(TOLERANCES) - len(evals))
    return TOLERANCES, tuple(evals)


@lru_cache(maxsize=1)
def calm() -> Network:
    """An ordinary contractive layer of fifty numbers: the ODE's counter-example."""
    return random_network(CALM_SIZE, gain=CALM_GAIN)


@lru_cache(maxsize=_KEPT)
def deep(gain: float, seed: int, start: tuple[float, float]) -> Deep:
    """Layers and flow of a random network of two numbers."""
    net = random_network(2, gain=gain, seed=seed)
    sol = net.equilibrium()
    states = net.unrolled(DEPTH, torch.tensor([start], dtype=torch.float64))  # (51, 2)
    axis = torch.linspace(-EDGE, EDGE, GRID, dtype=torch.float64)
    rim = 1.12 * torch.tensor(
        [(-1, -1), (0, -1), (1, -1), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0)], dtype=torch.float64
    )
    starts = torch.cat([states[:1], rim])
    eigenvalues = net.eigenvalues(sol.z)
    return Deep(
        net, gain, sol.z[0], Status(int(sol.status)), states,
        torch.linalg.vector_norm(states - sol.z, dim=1), eigenvalues,
        float(eigenvalues.abs().max()), axis, net.vector_field(axis, axis),
        net.resampled(starts, max_evals=300),
    )  # fmt: skip
