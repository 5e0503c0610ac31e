"""Anderson acceleration: the best combination of the last few steps, per sample."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from deq.bookkeeping.small import choice, combination, products, small
from deq.solvers import anderson_alone as alone
from deq.solvers.anderson_history import FEW, AndersonState
from deq.solvers.base import Iteration, require_count, require_number

# Older states are trusted less: each step back multiplies its share of the ridge.
_AGEING = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Anderson(Iteration):
    """Anderson acceleration of ``z ← z + h·g``, ``g = f(z) − z`` (type II, per sample).

    Of the last residual vectors gᵢ and damped steps eᵢ = zᵢ + h·gᵢ it takes the combination whose
    residual would be smallest if f were affine::

        α = argmin ‖Σ αᵢ gᵢ‖² + ridge term,  Σ αᵢ = 1;      z ← Σ αᵢ eᵢ

    which solves ``G α ∝ 1`` with the Gram matrix G of the gᵢ. On a scalar state with window 1 this
    is the secant method.

    Parameters
    ----------
    window : int
        How many steps back are remembered, at least 1; no more than a state has numbers.
    damping : float
        h, greater than 0 and at most 2.
    ridge : float or None
        Regularisation, *relative*: each diagonal entry of G grows by this share, so that it means
        the same at any stage of convergence. None takes 10·eps of the state's type. States further
        back get ten times more each, so when they are dependent (repeated iterates) the newest of
        them decide.
    restart : float or None
        Forget the history, and take the damped step, when a sample's residual has grown by more
        than this factor in one step; None never does. Without it the method is a root finder: it
        also settles where plain iteration would not stay. A cell in training whose contraction
        nothing controls then drifts towards such equilibria; ``restart=1.0`` keeps it healthy.
        Maps with slopes beyond −1 need None.

    Notes
    -----
    A sample whose system has no usable answer takes the damped step instead. Costs two passes over
    the window + 1 stored steps, and the solution of a system of that size a sample; stores
    2·(window + 1) states. On a CPU, once half of a batch has finished and 192 samples or more, a
    step costs that of the others only.

    References
    ----------
    Anderson, "Iterative procedures for nonlinear integral equations", J. ACM, 1965.
    Walker & Ni, "Anderson acceleration for fixed-point iterations", SIAM J. Numer. Anal., 2011.

    Examples
    --------
    >>> import torch, deq
    >>> z0 = torch.tensor(-1.0, dtype=torch.float64)
    >>> sol = deq.solve(torch.cos, z0, solver=deq.Anderson(), tol=1e-8)
    >>> round(sol.z.item(), 8), bool(sol.converged)
    (0.73908513, True)
    """

    window: int = 5
    damping: float = 1.0
    ridge: float | None = None
    restart: float | None = None

    def __post_init__(self) -> None:
        require_count("window", self.window)
        require_number("damping", self.damping, low=0.0, high=2.0)
        if self.ridge is not None:
            require_number("ridge", self.ridge, low=0.0, high=1.0)
        if self.restart is not None:
            require_number("restart", self.restart, low=0.0)

    @property
    def dt(self) -> float:
        """Solver time that one step takes."""
        return float(self.damping)

    def init(self, z0: Tensor) -> AndersonState | alone.AloneState:
        """Return an empty history for states like ``z0`` (B, D)."""
        batch, dim = z0.shape
        # More steps than a state has numbers depend on each other: rounding would weigh them.
        n = min(self.window, max(dim, 1)) + 1
        ridge = 10 * torch.finfo(z0.dtype).eps if self.ridge is None else self.ridge
        wide = torch.promote_types(z0.dtype, torch.float32)  # half types have no solver
        if alone.fits(z0):
            return alone.begin(z0, *_in_numpy(n, ridge, wide))
        factors, floors, newest = _constants(n, ridge, wide, z0.device)
        # A slot is one piece of memory: quicker to write, as quick to read.
        slots = torch.empty(2, n, batch, dim, dtype=z0.dtype, device=z0.device).transpose(1, 2)
        if batch <= FEW:  # many only read what was written
            slots.zero_()
        g, e = slots.unbind()
        return AndersonState(
            g=g,
            e=e,
            gram=torch.empty(batch, n, n, dtype=wide, device=z0.device),
            ones=torch.ones(batch, n, 1, dtype=wide, device=z0.device),
            factors=factors,
            floors=floors,
            newest=newest,
        )

    def residual(self, state: AndersonState | alone.AloneState, z: Tensor, fz: Tensor) -> Tensor:
        """Return ``fz − z`` (B, D), in the history already."""
        if isinstance(state, alone.AloneState):
            return fz - z
        state.begun = True
        return torch.sub(fz, z, out=state.each_g[state.count % len(state.factors)])

    def step(
        self, state: AndersonState | alone.AloneState, z: Tensor, fz: Tensor
    ) -> tuple[Tensor, AndersonState | alone.AloneState]:
        """Return the accelerated iterate (B, D); the history in ``state`` is updated in place."""
        if isinstance(state, alone.AloneState):
            return alone.advance(state, z, fz, self.damping, self.restart), state
        if not state.begun:
            self.residual(state, z, fz)
        n = len(state.factors)
        slot, used = state.count % n, min(state.count + 1, n)
        state.count, state.begun = state.count + 1, False
        step = fz if self.damping == 1.0 else torch.lerp(z, fz, self.damping)  # (B, D)
        state.each_e[slot].copy_(step)
        with np.errstate(all="ignore"):  # what overflows is noticed in the weights
            if len(z) > FEW:
                (row,) = products(state.near_g, range(slot, slot + 1), used)  # (B, 1, k)
                state.table[:, slot : slot + 1, :used] = row
                state.table[:, :used, slot : slot + 1] = row.mT
            if state.count == 1:
                return step, state
            if self.restart is not None:
                _forget(state, slot, (slot - 1) % n, used, self.restart)
            alpha = _weights(*_system(state, slot, used))  # (B, k)
            return combination(alpha[:, None], state.near_e), state


def _forget(state: AndersonState, slot: int, last: int, used: int, growth: float) -> None:
    """Fill the history with its newest step where the residual vector has grown too much."""
    size = torch.linalg.vector_norm(state.each_g[slot], dim=1, keepdim=True)  # (B, 1)
    grown = size > growth * torch.linalg.vector_norm(state.each_g[last], dim=1, keepdim=True)
    if not grown.any():
        return
    for history in (state.each_g, state.each_e):
        for row in history[:used]:  # (B, D)
            row.copy_(torch.where(grown, history[slot], row))
    square = size.to(state.gram.dtype).square()[:, :, None]
    state.gram.copy_(torch.where(grown[:, :, None], square, state.gram))


def _system(state: AndersonState, slot: int, used: int) -> tuple[Tensor, Tensor, Tensor]:
    """The regularised Gram matrix (B, k, k) of the slots in use, and what else `_weights` takes."""
    gram, ones = state.gram, state.ones
    factor, floor, newest = state.factors[slot], state.floors[used], state.newest[slot]
    if len(gram) <= FEW:
        gram = torch.bmm(state.g, state.g.mT).to(gram.dtype)
    elif used < len(state.factors):
        gram, ones = gram[:, :used, :used], ones[:, :used]
        factor, floor, newest = factor[:used, :used], floor[:used, :used], newest[:used]
    return torch.addcmul(floor, gram, factor), ones, newest


def _weights(gram: Tensor, ones: Tensor, newest: Tensor) -> Any:
    """Solve ``G α ∝ 1`` (B, k, k), Σ α = 1, for α (B, k); ``newest`` (k,) where it fails."""
    alpha = _solution(gram, ones)[:, :, 0]  # (B, k)
    share = 1 / (alpha @ small(ones)[0, :, 0])  # (B,)
    alpha *= share[:, None]
    if isinstance(share, np.ndarray) and share.min() > 0:  # asking costs less than choosing, there
        return alpha
    return choice((share > 0)[:, None], alpha, small(newest))  # not if NaN, infinite or negative


def _solution(gram: Tensor, ones: Tensor) -> Any:
    """The solution of ``G α = 1`` (B, k, k), (B, k, 1); anything where G is singular."""
    if gram.is_cpu and len(gram) <= FEW:
        with suppress(np.linalg.LinAlgError):
            return np.linalg.solve(gram.numpy(), ones.numpy())
    # Symmetric, so its transpose will do, and LAPACK wants columns: this saves a copy.
    return small(torch.linalg.solve_ex(gram.mT, ones).result)


@lru_cache(maxsize=16)
def _constants(
    n: int, ridge: float, dtype: torch.dtype, device: torch.device
) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...], tuple[Tensor, ...]]:
    """What regularises a Gram matrix G as ``G ∘ factor + floor``, and the weights to fall back on.

    Returns the n factors (n, n), by the place of the newest slot: ones, and 1 + ridge·ageing^age on
    the diagonal. Then the floors (n, n), by the number of slots in use: the smallest number on the
    diagonal makes an exact zero harmless, a huge one keeps weight from a slot that is still empty.
    """
    with torch.inference_mode(False):  # kept, and met by others later
        slots = torch.arange(n, device=device)
        age = (slots[:, None] - slots[None, :]) % n  # (n, n) age of each slot, by newest slot
        factors = 1 + torch.diag_embed(ridge * _AGEING ** age.to(dtype))  # (n, n, n)
        eye = torch.eye(n, dtype=dtype, device=device)
        kinds = torch.finfo(dtype)
        used = torch.ones(n + 1, n, dtype=torch.bool, device=device).tril(-1)  # (n + 1, n)
        floor = torch.full((n + 1, n), kinds.max / 4, dtype=dtype, device=device)
        floors = torch.diag_embed(floor.masked_fill(used, kinds.tiny))
        return factors.unbind(), floors.unbind(), eye.unbind()


@lru_cache(maxsize=16)
def _in_numpy(
    n: int, ridge: float, dtype: torch.dtype
) -> tuple[tuple[alone.Floats, ...], tuple[alone.Floats, ...]]:
    """Factors and floors for one sample."""
    factors, floors, _ = _constants(n, ridge, dtype, torch.device("cpu"))
    return tuple(f.numpy() for f in factors), tuple(f.numpy() for f in floors)
