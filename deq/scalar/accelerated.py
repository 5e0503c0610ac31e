"""Other methods on the same map: what they visit, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from deq.scalar.orbit import Map, as_float64, cobweb
from deq.solvers import Newton
from deq.solvers.base import Iteration, Solver, require_count, require_number


@dataclass(frozen=True, slots=True)
class Path:
    """What a method visited.

    Attributes
    ----------
    xs : Tensor, shape (n + 1,)
        Its iterates, the start first.
    heights : Tensor, shape (n + 1,)
        g at them.
    evals : Tensor, shape (n + 1,), int64
        Evaluations spent when g was known there. A derivative counts as one.
    converged : bool
        Whether the last iterate met the tolerance.
    """

    xs: Tensor
    heights: Tensor
    evals: Tensor
    converged: bool

    @property
    def steps(self) -> int:
        """Steps taken."""
        return len(self.xs) - 1

    @property
    def corners(self) -> Tensor:
        """The path as a cobweb, (2n + 1, 2)."""
        return cobweb(self.xs, self.heights)


@torch.no_grad()
def accelerated(
    f: Map, x0: float, solver: Solver, *, tol: float = 1e-6, max_evals: int = 200
) -> Path:
    """Iterate by ``solver`` until ``|g(x) − x| < tol``.

    Parameters
    ----------
    f : callable
        Maps tensors elementwise.
    x0 : float
        The start.
    solver : Picard, Anderson, …, or Newton
        ``Picard(damping=h)``; ``Anderson(window=1)``, which on one number is the secant method; any
        solver with ``init`` and ``step``; or ``Newton()``, without its line search.
    tol : float
        Absolute tolerance.
    max_evals : int
        Cap on the evaluations.

    Returns
    -------
    Path
        Ends early, unsettled, where g has no finite value.

    Raises
    ------
    TypeError
        For a solver that takes no single steps, such as ODE.

    References
    ----------
    Kelley, "Iterative methods for linear and nonlinear equations", SIAM, 1995. Walker & Ni,
    "Anderson acceleration for fixed-point iterations", SIAM J. Numer. Anal., 2011.

    Examples
    --------
    Newton's method jumps from −1 to 8.72 on cos, and is there in seven steps all the same.

    >>> path = accelerated(torch.cos, -1.0, Newton())
    >>> round(float(path.xs[1]), 2), path.steps, round(float(path.xs[-1]), 4)
    (8.72, 7, 0.7391)
    """
    require_number("tol", tol, low=0.0)
    require_count("max_evals", max_evals)
    if not isinstance(solver, Newton | Iteration):
        raise TypeError(f"solver must be Newton or an iteration such as Anderson, not {solver!r}.")
    z = as_float64(x0).reshape(1, 1)  # (B, D) = (1, 1)
    state = solver.init(z) if isinstance(solver, Iteration) else None
    spent = 1
    xs: list[Tensor] = []
    heights: list[Tensor] = []
    evals: list[int] = []
    while z.isfinite():
        fz = f(z)
        xs, heights, evals = [*xs, z], [*heights, fz], [*evals, spent]
        converged = bool((fz - z).abs() < tol)
        if converged or not fz.isfinite() or spent >= max_evals:
            break
        if isinstance(solver, Iteration):
            z, state = solver.step(state, z, fz)
            spent += 1
        else:
            z = solver.step(f, z, fz)
            spent += 2
    return Path(
        torch.cat(xs).flatten(), torch.cat(heights).flatten(), torch.tensor(evals), converged
    )
