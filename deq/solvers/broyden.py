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
from typing import Any

import numpy as np
import torch
from torch import Tensor

from deq.bookkeeping.small import choice, combination, products, small
from deq.solvers import broyden_alone as alone
from deq.solvers.anderson_alone import fits
from deq.solvers.base import Iteration, require_count, require_number
from deq.solvers.broyden_history import BroydenState

# Share of a move's part along the two before it that is tested; 0 would fail in one dimension.
_OVERLAP = 0.1


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
    without a decomposition; it stores up to memory + 2 states and two matrices of that size a
    sample, in float32 at least. On a CPU, once half of a batch has finished and 96 samples or more,
    a step costs that of the others only.

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
        size = self.memory + 2
        # Not zeroed: rows that a short solve never reaches cost nothing.
        # A row is one piece of memory for all samples: quicker to write and to clear.
        rows = torch.empty(size, batch, dim, dtype=wide, device=z0.device).transpose(0, 1)
        mix, gram = small(torch.empty(2, batch, size, size, dtype=wide, device=z0.device))
        return BroydenState(
            rows=rows,
            mix=mix,
            gram=gram,
            share=small(torch.empty(batch, 1, size, dtype=wide, device=z0.device)),
        )

    def residual(self, state: BroydenState | alone.AloneState, z: Tensor, fz: Tensor) -> Tensor:
        """Return ``fz − z`` (B, D), in the history already."""
        if isinstance(state, alone.AloneState) or state.rows.dtype != z.dtype:
            return fz - z  # half types keep their own rounding
        state.begun = True
        return torch.sub(fz, z, out=state.row[state.newest + 1])

    def step(
        self, state: BroydenState | alone.AloneState, z: Tensor, fz: Tensor
    ) -> tuple[Tensor, BroydenState | alone.AloneState]:
        """Return the next iterate (B, D); the history in ``state`` is updated in place."""
        if isinstance(state, alone.AloneState):
            return alone.advance(state, z, fz, self.memory, self.damping, _OVERLAP), state
        new = state.newest + 1
        g = state.row[new]  # (B, D)
        if not state.begun:
            torch.sub(fz, z, out=g)
        state.begun = False
        if self.damping != 1.0:
            g.mul_(self.damping)
        if state.slope is not None:
            d = _resume(state, g)
        elif new > state.first:
            with np.errstate(all="ignore"):  # what overflows is not trusted
                d = _secant(state, new)
        else:
            _book(state, new, 0)
            d = g.clone()
        if new == self.memory + state.first:
            _restart(state, d, g)
        else:
            g.copy_(d)
            state.newest = new
        return torch.add(z, d).to(z.dtype), state


def _book(state: BroydenState, new: int, update: Any) -> None:
    """Give the move in row new its part in the estimate, ``update`` (B, 1, new)."""
    state.mix[:, new : new + 1, :new] = update
    state.mix[:, : new + 1, new] = 0


def _secant(state: BroydenState, new: int) -> Tensor:
    """Update the estimate and return the move −H g (B, D) of the residual vector in row new."""
    last, mix = new - 1, state.mix[:, :new, :new]
    d, g = products(state.near, range(last, last + 2), new)  # (B, 1, new) rows d, rows g
    p, lack, back = _tested(state, d, last)
    update = p @ mix  # (B, 1, new) −pᵀH, and / pᵀd below
    update[:, :, last] += 1
    if back:
        update[:, :, last - back : last] -= lack
    update /= p[:, :, last:]
    if state.trust is not None:
        update = choice(state.trust, update, 0.0)
        state.trust = None
    share = state.share[:, :, : new + 1]  # (B, 1, new + 1) c, and 1 for g itself
    share[:, :, :new] = g @ mix.mT
    share[:, :, new] = 1
    share /= 1 - update @ g.mT  # (B, 1, 1) 1 − pᵀw/pᵀd
    trust = share @ share.mT <= state.eps**-1.5  # (B, 1, 1), not if NaN or infinite
    if not (isinstance(trust, np.ndarray) and trust.all()):
        state.trust, update = trust, choice(trust, update, 0.0)
        share[:, :, :new] = choice(trust, share[:, :, :new], 0.0)
        share[:, :, new:] = choice(trust, share[:, :, new:], 1.0)
    _book(state, new, update)
    return combination(share, state.near)


def _tested(state: BroydenState, d: Any, last: int) -> tuple[Any, Any, int]:
    """The products rows p (B, 1, w) of the test vector of the move in row last, from its rows d.

    Also what the vector lacks (B, 1, 1) of the moves before it, and of how many.
    """
    gram, wide = state.gram, last + 1
    gram[:, last:wide, :wide] = d
    gram[:, :wide, last:wide] = d.mT
    back = min(last - state.first, 2)
    if not back:
        return d, None, 0
    before = gram[:, last - 1 : last, :wide]  # (B, 1, w)
    square = before[:, :, last - 1 : last]  # (B, 1, 1)
    floor = 4 * state.eps * square + state.tiny  # opposite moves cancel down to rounding
    if back == 2:
        before = before + gram[:, last - 2 : last - 1, :wide]
        square = before[:, :, last - 2 : last - 1] + before[:, :, last - 1 : last]
    lack = (1 - _OVERLAP) * before[:, :, last:] / (abs(square) + floor)  # (B, 1, 1)
    return d - lack * before, lack, back


def _restart(state: BroydenState, d: Tensor, g: Tensor) -> None:
    """Drop all updates; the last move ``d`` (B, D) stays, and its residual vector h·g."""
    state.slope, rest = _inner(d, g), torch.sub(d, g)
    state.row[0].copy_(rest)
    state.row[1].copy_(d)
    state.newest = state.first = 1


def _resume(state: BroydenState, g: Tensor) -> Tensor:
    """Update −h·I with the move that a restart kept; return the move −H g (B, D).

    That move was not −H g of this H, so its partner (d − H y) / dᵀH y is a row of its own.
    """
    rest, last, slope = state.row[0], state.row[1], state.slope  # d − h·g, d of that move
    ratio = _inner(last, g).div_(slope)  # (B, 1) dᵀw / dᵀ(h·g)
    short = 1 - ratio  # (B, 1)
    trust = (ratio.square() + 1).sqrt_() <= state.eps**-0.75 * short.abs()
    move = torch.addcmul(g, rest, ratio).div_(short)  # (B, D)
    rest.copy_(torch.where(trust, torch.add(rest, g).div_(short), 0.0))
    state.mix[:, :3, :3] = 0
    state.mix[:, 0, 1:2] = small(torch.where(trust, 1 / slope, 0.0))
    state.gram[:, 1, :2] = small(torch.stack([_inner(last, rest), _inner(last, last)], 2))[:, 0]
    state.trust, state.slope = small(trust.unsqueeze(2)), None
    return torch.where(trust, move, g)


def _inner(one: Tensor, other: Tensor) -> Tensor:
    """Inner products (B, 1) of states (B, D)."""
    return torch.mul(one, other).sum(1, keepdim=True)
