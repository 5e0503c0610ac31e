"""Broyden's good method: a secant estimate of the inverse Jacobian, in limited memory."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from deq.solvers.base import Iteration, require_count, require_number

# Share of a move's part along the two before it that is tested; 0 would fail in one dimension.
_OVERLAP = 0.1


@dataclass(slots=True)
class Estimate:
    """The estimate ``K = h·I + Σ uᵢ vᵢᵀ`` of (I − J)⁻¹, and the last moves."""

    u: Tensor  # (B, memory, D), of which ``count`` are in use
    v: Tensor  # (B, memory, D)
    count: int = 0
    moves: list[Tensor] = field(default_factory=list)  # up to three d (B, D), the newest last
    kg: Tensor | float = 0.0  # (B, D) K g where the newest move began


@dataclass(frozen=True, slots=True, kw_only=True)
class Broyden(Iteration):
    """Broyden's good method for ``g(z) = f(z) − z = 0``, in limited memory, per sample.

    ::

        z ← z + d,    d = K g,    K ← K − (d + K y) pᵀK / pᵀK y,    y the change of g

    K estimates (I − J)⁻¹, J the Jacobian of f, and starts as h·I: the first step is the damped
    Picard step. The test vector p is d with its part along the way of the two moves before cut to
    a tenth: the update keeps most of what K knows of that way (after Gay and Schnabel, who project
    on more moves). The textbook's p = d takes 5 % more evaluations, and 40 % more where convergence
    is slow. On a scalar state both are the secant method. It is a root finder: the equilibria it
    finds may be unstable.

    Parameters
    ----------
    memory : int
        How many updates are kept, at least 1. When they are full, all but the last are dropped: in
        trials this took fewer evaluations than dropping the oldest, half of them or all. A longer
        memory pays where f is dear.
    damping : float
        h, greater than 0 and at most 2: the first step, and the step along directions of which
        nothing is known yet. Later steps are not shortened.

    Notes
    -----
    K is kept as ``h·I + Σ uᵢ vᵢᵀ``. An update appends ``u = −(d + K y) / pᵀK y`` and ``v = Kᵀ p``.
    If it divides by nearly zero (by less than eps^(3/4) of pᵀK g) or is NaN, it is dropped, and the
    sample takes the damped Picard step. With k updates a step costs four products of a vector with
    (k, D) a sample, without a decomposition; stores up to 2·memory + 4 states, in float32 at least.

    References
    ----------
    Broyden, "A class of methods for solving nonlinear simultaneous equations", Math. Comp., 1965.
    Gay & Schnabel, "Solving systems of nonlinear equations by Broyden's method with projected
    updates", Nonlinear Programming 3, 1978.
    Kelley, "Iterative Methods for Linear and Nonlinear Equations", SIAM, 1995, section 7.3.
    Bai, Kolter & Koltun, "Deep Equilibrium Models", NeurIPS, 2019.

    Examples
    --------
    >>> import torch, deq
    >>> z0 = torch.tensor(-1.0, dtype=torch.float64)
    >>> sol = deq.solve(torch.cos, z0, solver=deq.Broyden(), tol=1e-8)
    >>> round(sol.z.item(), 8), int(sol.nfe)
    (0.73908513, 7)
    """

    memory: int = 30
    damping: float = 1.0

    def __post_init__(self) -> None:
        require_count("memory", self.memory)
        require_number("damping", self.damping, low=0.0, high=2.0)

    @property
    def dt(self) -> float:
        """Solver time that one step takes."""
        return float(self.damping)

    def init(self, z0: Tensor) -> Estimate:
        """Return the estimate h·I for states like ``z0`` (B, D)."""
        batch, dim = z0.shape
        wide = torch.promote_types(z0.dtype, torch.float32)  # squares of half types underflow
        # Not zeroed: what a short solve never reaches costs nothing.
        # Slot by slot in memory, so that a new one lies in one piece (4 to 12 % of a step).
        u, v = z0.new_empty(2, self.memory, batch, dim, dtype=wide).transpose(1, 2)
        return Estimate(u, v)

    def step(self, state: Estimate, z: Tensor, fz: Tensor) -> tuple[Tensor, Estimate]:
        """Return the next iterate (B, D); the estimate in ``state`` is updated in place."""
        h, g = self.damping, (fz - z).to(state.u.dtype)  # (B, D)
        d = _updated(state, h, g) if state.moves else h * g  # (B, D) K g
        state.moves = [*state.moves[-2:], d]
        if state.count in (0, self.memory):  # begin from h·I, with the last move alone
            state.count, state.moves, state.kg = 0, [d], h * g
        return (z + d).to(z.dtype), state


def _updated(state: Estimate, h: float, g: Tensor) -> Tensor:
    """Update K with the last move, which led to the residual vector g; return K g (B, D)."""
    k, d, p = state.count, state.moves[-1], _test_vector(state.moves)  # (B, D)
    u, v = state.u[:, :k], state.v[:, :k]  # (B, k, D)
    kg = _times(g, h, u, v)
    ky = kg - state.kg
    pky, miss = _dot(p, ky), d + ky  # (B, 1), (B, D)
    ratio = _dot(p, kg) / pky  # (B, 1)
    new_u, new_v = miss / -pky, _times(p, h, v, u)  # (B, D), Kᵀ p
    move = state.kg = torch.addcmul(kg, miss, ratio, value=-1)  # with the new K
    fine = ratio.abs() <= torch.finfo(g.dtype).eps ** -0.75  # (B, 1), not if NaN
    if not fine.all():
        new_u, new_v = torch.where(fine, new_u, 0.0), torch.where(fine, new_v, 0.0)
        state.kg, move = torch.where(fine, move, kg), torch.where(fine, move, h * g)
    state.u[:, k], state.v[:, k] = new_u, new_v
    state.count = k + 1
    return move


def _times(x: Tensor, h: float, u: Tensor, v: Tensor) -> Tensor:
    """``(h·I + Σ uᵢ vᵢᵀ) x`` (B, D) for u, v (B, k, D)."""
    x = x[:, None]  # (B, 1, D)
    return torch.baddbmm(x, torch.bmm(x, v.mT), u, beta=h).squeeze(1)


def _dot(a: Tensor, b: Tensor) -> Tensor:
    """Inner products (B, 1) of states (B, D)."""
    return torch.mul(a, b).sum(1, keepdim=True)


def _test_vector(moves: list[Tensor]) -> Tensor:
    """The last move (B, D) with its part along the way of the two before it cut to a tenth."""
    *before, d = moves
    if not before:
        return d
    way = sum(before[1:], before[0])  # (B, D)
    along = _dot(way, d) / (_dot(way, way) + torch.finfo(d.dtype).tiny)  # (B, 1)
    return torch.addcmul(d, way, along, value=_OVERLAP - 1)
