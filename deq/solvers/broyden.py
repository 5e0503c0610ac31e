"""Broyden's good method: a secant estimate of the inverse Jacobian, per sample, in limited memory.

Written with the moves alone, after Kelley. If d = −H g was the move to the state whose residual
vector is g₊, and the old estimate H proposes w = −H g₊ next, then H y = d − w for the change y of
g, and the update with the test vector p is::

    H₊ = (I + d₊ pᵀ/pᵀd) H,      d₊ = −H₊ g₊ = w / (1 − pᵀw/pᵀd)

So −H is h·I plus a sum of products of two vectors, both combinations of moves: one history to
store, and all else happens in matrices of its length.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from deq.solvers import broyden_alone as alone
from deq.solvers.anderson_alone import fits
from deq.solvers.base import Iteration, require_count, require_number
from deq.solvers.broyden_tables import BLOCK, Tables, tables_for

# Share of a move's part along the two before it that is tested; 0 would fail in one dimension.
_OVERLAP = 0.1


@dataclass(slots=True)
class BroydenState:
    """History of a Broyden iteration, written in place.

    ``−H g = h·g + Σᵢ cᵢ·rowsᵢ`` with ``c = mix (rows h·g)``. Behind the newest move lie h·g and,
    one further, the test vector of that move.
    """

    rows: Tensor  # (B, m, D)
    row: tuple[Tensor, ...]  # m views (B, 1, D) of it
    flat: tuple[Tensor, ...]  # m views (B, D) of it
    mix: Tensor  # (B, m, m)
    tables: Tables
    used: Tensor  # (B, w, D) view of rows; those behind the test vector are zero
    used_mix: Tensor  # (B, w, w) view of mix
    unit: tuple[Tensor, ...] = ()  # (w,) 1 at the row
    before: tuple[Tensor, ...] = ()  # (w,) 1 at the two rows before it
    newest: int = -1  # row of the last move
    first: int = 0  # row of the first move
    test: Tensor | None = None  # (B, 1, w) the test vector as a combination of rows
    trust: Tensor | None = None  # (B, 1, 1) whose last move was −H g; None: everybody's
    slope: Tensor | None = None  # (B, 1, 1) after a restart: dᵀ(h·g) of the move that was kept

    def grow(self) -> None:
        """Bring the next block of rows into use."""
        old = self.used.shape[1]
        width = old + BLOCK
        self.rows.narrow(1, old, BLOCK).zero_()
        self.mix.narrow(1, old, BLOCK).narrow(2, 0, width).zero_()
        self.mix.narrow(1, 0, width).narrow(2, old, BLOCK).zero_()
        self.used = self.rows.narrow(1, 0, width)
        self.used_mix = self.mix.narrow(1, 0, width).narrow(2, 0, width)
        self.unit, self.before = self.tables.unit[width], self.tables.before[width]


@dataclass(frozen=True, slots=True, kw_only=True)
class Broyden(Iteration):
    """Broyden's good method for ``g(z) = f(z) − z = 0``, in limited memory, per sample.

    ::

        z ← z + d,    d = −H g,    H ← H + (d − H y) pᵀH / pᵀH y,    y the change of g

    from H = −h·I, so the first step is the damped Picard step. The test vector p is d with its part
    along the way of the two moves before cut to a tenth: the update keeps most of what H knows of
    that way (after Gay and Schnabel, who project on more moves). The textbook's p = d takes 5 %
    more evaluations, and 40 % more where convergence is slow. On a scalar state both are the
    secant method. It is a root finder: the equilibria it finds may be unstable.

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
    A sample takes the damped Picard step instead, and learns nothing from it, if its step is NaN or
    counts vectors more than eps^(−3/4) times (an update that divides by nearly zero).

    With k updates a step costs three products of a vector with (k, D) and two with (k, k) a sample,
    without a decomposition; it stores up to memory + 6 states and a matrix of that size a sample,
    in float32 at least.

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

    def init(self, z0: Tensor) -> BroydenState | alone.AloneState:
        """Return an empty history for states like ``z0`` (B, D)."""
        if fits(z0):
            return alone.begin(z0, self.memory)
        batch, dim = z0.shape
        wide = torch.promote_types(z0.dtype, torch.float32)  # squares of half types underflow
        size = -(-(self.memory + 3) // BLOCK) * BLOCK
        # Not zeroed: rows that a short solve never reaches cost nothing.
        # A row is one piece of memory for all samples: quicker to write and to clear.
        rows = torch.empty(size, batch, dim, dtype=wide, device=z0.device).transpose(0, 1)
        mix = torch.empty(batch, size, size, dtype=wide, device=z0.device)
        state = BroydenState(
            rows=rows,
            row=rows.unsqueeze(2).unbind(1),
            flat=rows.unbind(1),
            mix=mix,
            tables=tables_for(size, wide, z0.device),
            used=rows.narrow(1, 0, 0),
            used_mix=mix,
        )
        state.grow()
        return state

    def step(
        self, state: BroydenState | alone.AloneState, z: Tensor, fz: Tensor
    ) -> tuple[Tensor, BroydenState | alone.AloneState]:
        """Return the next iterate (B, D); the history in ``state`` is updated in place."""
        if isinstance(state, alone.AloneState):
            return alone.advance(state, z, fz, self.memory, self.damping, _OVERLAP), state
        new = state.newest + 1
        g = state.row[new]  # (B, 1, D)
        torch.sub(fz, z, out=state.flat[new])
        if self.damping != 1.0:
            g.mul_(self.damping)
        if state.test is not None:
            d = _secant(state, new, state.test)
        elif state.slope is not None:
            d = _resume(state, g, state.slope)
        else:
            d = g.clone()
        if new == self.memory + state.first:
            _restart(state, d, g)
        else:
            g.copy_(d)
            state.newest = new
            _prepare(state, new)
        return torch.add(z, d.squeeze(1)).to(z.dtype), state


def _secant(state: BroydenState, new: int, test: Tensor) -> Tensor:
    """Update the estimate and return the move −H g (B, 1, D) of the residual vector in row new."""
    tables, rows, mix = state.tables, state.used, state.used_mix
    unit = state.unit[new]  # (w,) the residual vector alone
    products = torch.bmm(state.rows.narrow(1, new, 2), rows.mT)  # (B, 2, w)
    rows_g, rows_p = torch.chunk(products, 2, 1)  # (B, 1, w)
    divisor = rows_p.narrow(2, new - 1, 1)  # (B, 1, 1) pᵀd
    if state.trust is not None:
        divisor = torch.where(state.trust, divisor, tables.infinity)
    update = torch.baddbmm(test, rows_p, mix).div_(divisor)  # (B, 1, w) −pᵀH / pᵀd
    short = torch.baddbmm(tables.one, update, rows_g.mT, alpha=-1)  # (B, 1, 1) 1 − pᵀw/pᵀd
    share = torch.baddbmm(unit, rows_g, mix.mT).div_(short)  # (B, 1, w) c, and 1 for g itself
    state.trust = None
    if share.is_cpu and torch.linalg.vector_norm(share).item() <= tables.bound:
        mix.narrow(1, new, 1).copy_(update)  # everybody is trusted: most steps end here
        return torch.bmm(share, rows)
    # Fails on NaN and infinity too.
    trust = torch.linalg.vector_norm(share, dim=2, keepdim=True) <= tables.bound  # (B, 1, 1)
    mix.narrow(1, new, 1).copy_(torch.where(trust, update, tables.zero))
    state.trust = trust
    return torch.bmm(torch.where(trust, share, unit), rows)


def _prepare(state: BroydenState, new: int) -> None:
    """Store the test vector of the move in row new, two rows further."""
    if new + 3 > state.used.shape[1]:
        state.grow()
    unit, d, p = state.unit, state.row[new], state.row[new + 2]
    if new == state.first:
        p.copy_(d)
        state.test = unit[new]
        return
    if new == state.first + 1:
        before, where = state.row[new - 1], unit[new - 1]  # (B, 1, D), (w,)
    else:
        before, where = torch.add(state.row[new - 1], state.row[new - 2]), state.before[new]
    length = torch.linalg.vector_norm(before, dim=2, keepdim=True)  # (B, 1, 1)
    square = torch.addcmul(state.tables.tiny, length, length)
    along = torch.mul(before, d).sum(2, keepdim=True).div_(square)  # (B, 1, 1)
    torch.addcmul(d, before, along, value=_OVERLAP - 1, out=p)
    state.test = torch.addcmul(unit[new], along, where, value=_OVERLAP - 1)


def _restart(state: BroydenState, d: Tensor, g: Tensor) -> None:
    """Drop all updates; the last move ``d`` (B, 1, D) stays, and its residual vector h·g."""
    state.slope, rest = torch.bmm(d, g.mT), torch.sub(d, g)
    state.used = state.rows.narrow(1, 0, 0)
    state.grow()
    state.row[0].copy_(rest)
    state.row[1].copy_(d)
    state.newest = state.first = 1
    state.test = None


def _resume(state: BroydenState, g: Tensor, slope: Tensor) -> Tensor:
    """Update −h·I with the move that a restart kept; return the move −H g (B, 1, D).

    That move was not −H g of this H, so its partner (d − H y) / dᵀH y is a row of its own.
    """
    zero, rest, last = state.tables.zero, state.row[0], state.row[1]  # d − h·g, d of that move
    ratio = torch.bmm(last, g.mT).div_(slope)  # (B, 1, 1) dᵀw / dᵀ(h·g)
    short = 1 - ratio  # (B, 1, 1)
    share = torch.cat((ratio, torch.ones_like(ratio)), 2).div_(short)  # (B, 1, 2)
    trust = torch.linalg.vector_norm(share, dim=2, keepdim=True) <= state.tables.bound
    move = torch.addcmul(g, rest, ratio).div_(short)  # (B, 1, D)
    rest.copy_(torch.where(trust, torch.add(rest, g).div_(short), zero))
    state.used_mix.narrow(1, 0, 1).copy_(torch.where(trust, state.unit[1] / slope, zero))
    state.trust, state.slope = trust, None
    return torch.where(trust, move, g)
