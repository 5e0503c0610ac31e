"""Anderson acceleration: the best combination of the last few steps, per sample."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from deq.solvers import anderson_alone as alone
from deq.solvers.base import Iteration, require_count, require_number

# Older states are trusted less: each step back multiplies its share of the ridge.
_AGEING = 10.0
# Up to so many samples the whole Gram matrix costs less than putting a row and a column into it.
_FEW = 32


@dataclass(slots=True)
class AndersonState:
    """History of an Anderson iteration; slots are reused in a ring."""

    g: Tensor  # (B, m + 1, D) residual vectors f(z) − z
    e: Tensor  # (B, m + 1, D) damped steps z + h·g
    gram: Tensor  # (B, m + 1, m + 1) g gᵀ
    ones: Tensor  # (B, m + 1, 1)
    factors: tuple[Tensor, ...]  # (m + 1, m + 1) of the Gram matrix, by the newest slot
    floors: tuple[Tensor, ...]  # (m + 1, m + 1) added to it, by the slots in use
    newest: tuple[Tensor, ...]  # (m + 1, 1) all the weight on the newest slot, by that slot
    count: int = 0  # states taken so far


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
    2·(window + 1) states.

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
        return AndersonState(
            # A slot is one piece of memory: quicker to write, as quick to read.
            g=torch.zeros(n, batch, dim, dtype=z0.dtype, device=z0.device).transpose(0, 1),
            e=torch.zeros(n, batch, dim, dtype=z0.dtype, device=z0.device).transpose(0, 1),
            gram=torch.zeros(batch, n, n, dtype=wide, device=z0.device),
            ones=torch.ones(batch, n, 1, dtype=wide, device=z0.device),
            factors=factors,
            floors=floors,
            newest=newest,
        )

    def step(
        self, state: AndersonState | alone.AloneState, z: Tensor, fz: Tensor
    ) -> tuple[Tensor, AndersonState | alone.AloneState]:
        """Return the accelerated iterate (B, D); the history in ``state`` is updated in place."""
        if isinstance(state, alone.AloneState):
            return alone.advance(state, z, fz, self.damping, self.restart), state
        n = len(state.factors)
        slot = state.count % n
        state.count += 1
        g, e, gram, ones = state.g, state.e, state.gram, state.ones
        step = fz if self.damping == 1.0 else torch.lerp(z, fz, self.damping)  # (B, D)
        torch.sub(fz, z, out=g.select(1, slot))
        e.select(1, slot).copy_(step)
        if state.count == 1:
            return step, state
        if self.restart is not None:
            _forget(state, slot, (slot - 1) % n, self.restart)
        factor, newest = state.factors[slot], state.newest[slot]
        floor = state.floors[min(state.count, n)]
        if len(z) <= _FEW:
            gram = torch.bmm(g, g.mT).to(gram.dtype)  # (B, n, n)
        else:
            k = min(state.count, n)  # slots in use
            if k < n:
                g, e, gram, ones = g[:, :k], e[:, :k], gram[:, :k, :k], ones[:, :k]
                factor, floor, newest = factor[:k, :k], floor[:k, :k], newest[:k]
            if k == 2:
                gram[:, 0, 0] = g[:, 0].square().sum(1)
            # A row times a matrix is several times faster on CPU than a matrix times a column.
            row = torch.bmm(g[:, slot : slot + 1], g.mT).squeeze(1)  # (B, k)
            gram.select(1, slot).copy_(row)
            gram.select(2, slot).copy_(row)
        alpha = _weights(torch.addcmul(floor, gram, factor), ones, newest)  # (B, k, 1)
        return torch.bmm(alpha.mT.to(z.dtype), e).squeeze(1), state


def _forget(state: AndersonState, slot: int, last: int, growth: float) -> None:
    """Fill the history with its newest step where the residual vector has grown too much."""
    size = torch.linalg.vector_norm(state.g[:, slot], dim=1)  # (B,)
    grown = size > growth * torch.linalg.vector_norm(state.g[:, last], dim=1)
    if not grown.any():
        return
    which = grown[:, None, None]
    for history in (state.g, state.e):
        history.copy_(torch.where(which, history[:, slot : slot + 1].clone(), history))
    square = size.to(state.gram.dtype).square()[:, None, None]
    state.gram.copy_(torch.where(which, square, state.gram))


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
        return factors.unbind(), floors.unbind(), eye[:, :, None].unbind()


@lru_cache(maxsize=16)
def _in_numpy(
    n: int, ridge: float, dtype: torch.dtype
) -> tuple[tuple[alone.Floats, ...], tuple[alone.Floats, ...]]:
    """Factors and floors for one sample."""
    factors, floors, _ = _constants(n, ridge, dtype, torch.device("cpu"))
    return tuple(f.numpy() for f in factors), tuple(f.numpy() for f in floors)


def _weights(gram: Tensor, ones: Tensor, newest: Tensor) -> Tensor:
    """Solve ``G α ∝ 1`` (B, k, k), Σ α = 1, for α (B, k, 1); ``newest`` (k, 1) where it fails."""
    # Symmetric, so its transpose will do, and LAPACK wants columns: this saves a copy.
    alpha: Tensor = torch.linalg.solve_ex(gram.mT, ones).result
    share = alpha.sum(1, keepdim=True).reciprocal_()  # (B, 1, 1)
    if share.is_cpu and share.amin().item() > 0:  # asking costs less than choosing, there
        return alpha.mul_(share)
    return torch.where(share > 0, alpha.mul_(share), newest)  # not if NaN, infinite or negative
