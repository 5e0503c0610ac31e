"""The map as a flow: dx/dt = g(x) − x stands still exactly where g(x) = x."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from deq.scalar.curve import hermite
from deq.scalar.orbit import Map, as_float64
from deq.solve import solve
from deq.solvers import ODE
from deq.status import Status


@dataclass(frozen=True, slots=True)
class Flow:
    """One solution of dx/dt = g(x) − x.

    Attributes
    ----------
    t : Tensor, shape (T,)
        Solver time at each accepted step, the start first.
    x : Tensor, shape (T,)
        The state there.
    nfe : int
        Evaluations of g.
    status : Status
        How it ended.
    """

    t: Tensor
    x: Tensor
    nfe: int
    status: Status

    def at(self, f: Map, t: Tensor) -> Tensor:
        """X at the times t (N,), smoothly; NaN after the end of a solution that did not settle.

        ``f`` is the map that was followed.
        """
        curve = torch.from_numpy(hermite(self.t, self.x, f(self.x) - self.x, t))
        if self.status is Status.CONVERGED:
            return curve
        return torch.where(t <= self.t[-1], curve, torch.nan)


def flow(
    f: Map,
    starts: Sequence[float],
    *,
    tol: float = 1e-3,
    method: str = "dopri5",
    max_evals: int = 600,
) -> list[Flow]:
    """Follow dx/dt = g(x) − x from each start until it stands still, each in its own time.

    Parameters
    ----------
    f : callable
        Maps tensors elementwise.
    starts : sequence of float
        Where to begin.
    tol, max_evals
        As in `deq.solve`.
    method : str
        As in `deq.ODE`.

    References
    ----------
    Strogatz, "Nonlinear dynamics and chaos", 1994, chapter 2.

    Examples
    --------
    Iteration jumps between 1 and 2 for ever; the flow walks to √2.

    >>> [course] = flow(lambda x: 2 / x, [1.0])
    >>> round(float(course.x[-1]), 3), course.status.name
    (1.414, 'CONVERGED')
    """
    flows = []
    for start in starts:
        z0 = as_float64(start)[None]  # (1,)
        sol = solve(f, z0, solver=ODE(method=method), tol=tol, max_evals=max_evals, record=True)
        assert sol.trajectory is not None  # noqa: S101  (record=True)
        x = sol.trajectory.z[:, 0]  # (T,)
        flows.append(Flow(sol.trajectory.t, x, int(sol.nfe), Status(int(sol.status))))
    return flows


@torch.no_grad()
def slope_field(f: Map, ts: Tensor, xs: Tensor) -> Tensor:
    """The slope dx/dt = g(x) − x at every point of a (t, x) grid; the same at any t.

    Returns
    -------
    Tensor, shape (len(xs), len(ts))

    Examples
    --------
    >>> slope_field(lambda x: 0.5 * x, torch.arange(2.0), torch.tensor([0.0, 2.0]))
    tensor([[ 0.,  0.],
            [-1., -1.]], dtype=torch.float64)
    """
    x = as_float64(xs)  # (X,)
    return (f(x) - x)[:, None].expand(-1, len(ts))
