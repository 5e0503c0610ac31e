"""A small random tanh layer, applied again and again, and its equilibrium."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from deq.scalar.curve import hermite
from deq.solution import Solution, Trajectory
from deq.solve import solve
from deq.solvers import ODE, Newton
from deq.solvers.base import require_count, require_number


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A layer with tied weights, ``z ← tanh(W z + U x + b)``.

    Made by `random_network`. Calling it applies the layer to states (B, n).

    Attributes
    ----------
    w, u : Tensor, shape (n, n)
        Weights of the state and of the input.
    b, x : Tensor, shape (n,)
        Bias and input.
    """

    w: Tensor
    u: Tensor
    b: Tensor
    x: Tensor

    @property
    def n(self) -> int:
        """Numbers in the state."""
        return len(self.b)

    def __call__(self, z: Tensor) -> Tensor:
        """The layer at states (B, n)."""
        return torch.tanh(z @ self.w.T + self.u @ self.x + self.b)  # (B, n)

    def unrolled(self, depth: int, start: Tensor | None = None) -> Tensor:
        """States after 0, 1, …, depth layers from ``start`` (1, n) or zeros: (depth + 1, n)."""
        require_count("depth", depth)
        z = torch.zeros(1, self.n, dtype=torch.float64) if start is None else start
        outputs = [z]
        for _ in range(depth):
            z = self(z)
            outputs.append(z)
        return torch.cat(outputs)

    def equilibrium(self, *, tol: float = 1e-10, max_evals: int = 3000) -> Solution[Tensor]:
        """The equilibrium that the flow dz/dt = f(z) − z reaches from zero.

        The flow is solved to three digits; Newton's method gives the other digits. If the flow
        ends in a cycle, Newton's method finds an unstable equilibrium from there.
        """
        z0 = torch.zeros(1, self.n, dtype=torch.float64)
        near = solve(self, z0, solver=ODE(), tol=1e-3, max_evals=max_evals)
        newton = Newton(line_search=True)
        return solve(self, near.z, solver=newton, tol=tol, max_evals=max_evals)

    def distances(self, depth: int, z: Tensor | None = None) -> Tensor:
        """Distances ``‖z_k − z*‖₂`` after k = 0, …, depth layers: (depth + 1,).

        Parameters
        ----------
        depth : int
            Layers.
        z : Tensor, shape (1, n), optional
            The equilibrium z*; computed unless given.
        """
        end = self.equilibrium().z if z is None else z
        far: Tensor = torch.linalg.vector_norm(self.unrolled(depth) - end, dim=1)  # (depth + 1,)
        return far

    def jacobian(self, z: Tensor) -> Tensor:
        """``J = diag(1 − tanh²(W z + U x + b)) W`` at one state (n,) or (1, n); (n, n)."""
        slopes: Tensor = 1 - self(z.reshape(1, -1)) ** 2  # (1, n)
        return slopes.T * self.w

    def eigenvalues(self, z: Tensor) -> Tensor:
        """Eigenvalues λ of J at a state, the largest |λ| first, (n,) complex.

        Layers converge to an equilibrium where all |λ| < 1, the flow where all Re λ < 1.
        """
        found: Tensor = torch.linalg.eigvals(self.jacobian(z))
        order = found.abs().argsort(descending=True, stable=True)
        return found[order]

    def spectral_radius(self, z: Tensor) -> float:
        """The largest |λ| of J at a state: the factor per layer by which a small error changes."""
        return float(self.eigenvalues(z).abs().max())

    def vector_field(self, xs: Tensor, ys: Tensor) -> Tensor:
        """The vector field f(z) − z on a grid of two-dimensional states: (len(ys), len(xs), 2).

        Raises
        ------
        ValueError
            If n is not 2.
        """
        if self.n != 2:
            raise ValueError(f"vector_field needs a state of 2 numbers, not {self.n}.")
        y, x = torch.meshgrid(ys.double(), xs.double(), indexing="ij")
        z = torch.stack([x, y], dim=2)  # (Y, X, 2)
        return (self(z.reshape(-1, 2)) - z.reshape(-1, 2)).reshape(z.shape)

    def trajectories(
        self, starts: Tensor, *, tol: float = 1e-3, max_evals: int = 600
    ) -> list[Trajectory[Tensor]]:
        """Solutions of dz/dt = f(z) − z from each start (S, n), one by one, until they converge.

        The states of a trajectory are (T, 1, n).
        """
        found = []
        for start in starts.double():
            sol = solve(self, start[None], solver=ODE(), tol=tol, max_evals=max_evals, record=True)
            assert sol.trajectory is not None  # noqa: S101  (record=True)
            found.append(sol.trajectory)
        return found

    def resampled(
        self, starts: Tensor, count: int = 60, *, tol: float = 1e-3, max_evals: int = 600
    ) -> list[Tensor]:
        """The trajectories, interpolated at ``count`` evenly spaced times: (count, n) each."""
        found = []
        for trajectory in self.trajectories(starts, tol=tol, max_evals=max_evals):
            z = trajectory.z[:, 0]  # (T, n)
            slope = self(z) - z
            t = torch.linspace(0, float(trajectory.t[-1]), count, dtype=torch.float64)
            columns = [hermite(trajectory.t, z[:, k], slope[:, k], t) for k in range(self.n)]
            found.append(torch.stack([torch.from_numpy(c) for c in columns], dim=1))
        return found


def random_network(n: int = 2, *, gain: float = 0.9, seed: int = 0) -> Network:
    """A network with Gaussian weights, W scaled so that its largest singular value is ``gain``.

    |tanh′| ≤ 1, so for gain < 1 the layer is a contraction: it has one equilibrium, and iteration
    converges to it from every start (Banach). From gain 1 on this no longer holds; there may be
    several equilibria, or cycles.

    Parameters
    ----------
    n : int
        Numbers in the state; 2 for a phase portrait.
    gain : float
        ‖W‖₂.
    seed : int
        The same seed gives the same weights: a different gain only scales W.

    Examples
    --------
    >>> net = random_network(16, gain=0.8)
    >>> far = net.distances(50)
    >>> bool((far[1:] <= 0.8 * far[:-1] + 1e-9).all())
    True
    """
    require_count("n", n)
    require_number("gain", gain, low=0.0)
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise TypeError(f"seed must be a whole number, not {seed!r}.")
    generator = torch.Generator().manual_seed(seed)

    def gaussian(*shape: int) -> Tensor:
        return torch.randn(*shape, dtype=torch.float64, generator=generator)

    w = gaussian(n, n)
    u, b, x = gaussian(n, n) / math.sqrt(n), 0.1 * gaussian(n), gaussian(n)
    return Network(gain * w / torch.linalg.matrix_norm(w, 2), u, b, x)
