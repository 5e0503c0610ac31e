"""What the steady-state page shows of solvers and layers: who settles, at what price, how deep.

Computed by `deq`, kept for the next visitor. Needs no Streamlit.
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
    """z = tanh(w z + 0.3) by iteration and by the ODE.

    Attributes
    ----------
    jumps
        The iteration, and what became of it.
    run
        The ODE's accepted steps.
    curve
        Its smooth way, (times, states).
    limit, slope
        z* where the ODE ends, and λ there.
    """

    w: float
    method: str
    tol: float
    jumps: Orbit
    run: Flow
    curve: tuple[Tensor, Tensor]
    limit: float
    slope: float


@dataclass(frozen=True, slots=True)
class Deep:
    """A layer of two numbers, applied again and again.

    Attributes
    ----------
    net, gain, z, status
        The layer, ‖W‖₂, and its equilibrium (2,).
    layers, distances
        States after 0, …, 50 layers (51, 2), and their distances from z*.
    eigenvalues, radius
        Of the layer's Jacobian at z*, and the largest |λ|.
    grid, field
        The vector field (G, G, 2) over a square grid (G,).
    courses
        The flow from the chosen start and from around, each (T, 2).
    """

    net: Network
    gain: float
    z: Tensor
    status: Status
    layers: Tensor
    distances: Tensor
    eigenvalues: Tensor
    radius: float
    grid: Tensor
    field: Tensor
    courses: list[Tensor]

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
    return Walk(
        w, method, tol, orbit(g, START, 400, tol=tol), run, (t, run.at(g, t)), limit,
        float(derivative(g, limit)),
    )  # fmt: skip


@lru_cache(maxsize=_KEPT * 4)
def price(problem: float | str, solver: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Evaluations for each tolerance, NaN for never; ``problem`` is w, or "calm" for a layer.

    ``solver`` is "Picard" or one of `METHODS`.
    """
    if isinstance(problem, str):
        f: Callable[[Tensor], Tensor] = calm()
        z0 = torch.zeros(1, CALM_SIZE, dtype=torch.float64)
    else:
        f = PRESETS["tanh"].at(w=problem, b=BIAS)
        z0 = torch.tensor([START], dtype=torch.float64)
    by: Solver = deq.Picard() if solver == "Picard" else deq.ODE(method=solver)
    spent = []
    for tol in TOLERANCES:
        sol = deq.solve(f, z0, solver=by, tol=tol, max_evals=MOST)
        spent.append(float(sol.nfe) if bool(sol.converged.all()) else math.nan)
        if math.isnan(spent[-1]):  # a finer one costs as much again, for nothing
            break
    spent += [math.nan] * (len(TOLERANCES) - len(spent))
    return TOLERANCES, tuple(spent)


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
