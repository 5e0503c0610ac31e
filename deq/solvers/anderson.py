"""Anderson acceleration: the best combination of the last few steps, per sample."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from deq.solvers.base import Iteration, require_count, require_number

# Older states are trusted less: each step back multiplies its share of the ridge.
_AGEING = 10.0


@dataclass(slots=True)
class History:
    """The last n = window + 1 steps, in slots that are reused in turn; empty ones count nothing."""

    g: Tensor  # (B, n, D) residual vectors gᵢ = f(zᵢ) − zᵢ
    e: Tensor  # (B, n, D) damped steps eᵢ = zᵢ + h·gᵢ
    gram: Tensor  # (B, n, n) G: inner products gᵢ·gⱼ, and 1 on the diagonal of an empty slot
    ones: Tensor  # (B, n, 1) 1 for slots in use, 0 for empty ones
    ridge: Tensor  # (n, n, n) factors of G, by the newest slot
    newest: Tensor  # (n, n) all the weight on the newest slot, by that slot
    count: int = 0  # steps taken so far


@dataclass(frozen=True, slots=True, kw_only=True)
class Anderson(Iteration):
    """Anderson acceleration of ``z ← z + h·g``, ``g = f(z) − z`` (type II, per sample).

    Of the last residual vectors gᵢ and damped steps eᵢ = zᵢ + h·gᵢ it takes the combination whose
    residual would be smallest if f were affine::

        α = argmin ‖Σ αᵢ gᵢ‖² + ridge term,  Σ αᵢ = 1;      z ← Σ αᵢ eᵢ

    which solves ``G α ∝ 1`` with the Gram matrix ``Gᵢⱼ = gᵢ·gⱼ``. On a scalar state with window 1
    this is the secant method.

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
        nothing controls then drifts towards such equilibria. ``restart=1.0`` holds it back: in
        ``tests/benchmarks/multiscale.py`` the spectral radius ends at 0.98 instead of 1.53. Maps
        with slopes beyond −1 need None.

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

    def init(self, z0: Tensor) -> History:
        """Return an empty history for states like ``z0`` (B, D)."""
        batch, dim = z0.shape
        # More steps than a state has numbers depend on each other: rounding would weigh them.
        n = min(self.window, max(dim, 1)) + 1
        ridge = 10 * torch.finfo(z0.dtype).eps if self.ridge is None else self.ridge
        wide = torch.promote_types(z0.dtype, torch.float32)  # half types have no solver
        slots = torch.arange(n, device=z0.device)
        age = (slots[:, None] - slots) % n  # (n, n) of each slot, by the newest one
        eye = torch.eye(n, dtype=wide, device=z0.device)
        return History(
            g=z0.new_zeros(batch, n, dim),
            e=z0.new_zeros(batch, n, dim),
            gram=eye.repeat(batch, 1, 1),
            ones=z0.new_zeros(batch, n, 1, dtype=wide),
            ridge=1 + torch.diag_embed(ridge * _AGEING ** age.to(wide)),
            newest=eye,
        )

    def step(self, state: History, z: Tensor, fz: Tensor) -> tuple[Tensor, History]:
        """Return the accelerated iterate (B, D); the history in ``state`` is updated in place."""
        slot = state.count % len(state.newest)
        state.count += 1
        g = torch.sub(fz, z, out=state.g[:, slot])  # (B, D)
        state.e[:, slot] = fz if self.damping == 1.0 else torch.lerp(z, fz, self.damping)
        row = torch.bmm(g[:, None], state.g.mT).squeeze(1)  # (B, n) g·gᵢ
        state.gram[:, slot], state.gram[:, :, slot], state.ones[:, slot] = row, row, 1
        if self.restart is not None and state.count > 1:
            _forget(state, slot, self.restart)
        alpha = _weights(state.gram * state.ridge[slot], state.ones, state.newest[slot])  # (B, n)
        return torch.bmm(alpha[:, None].to(z.dtype), state.e).squeeze(1), state


def _forget(state: History, slot: int, growth: float) -> None:
    """Empty all slots but the newest where the residual vector has grown too much."""
    square = state.gram.diagonal(dim1=1, dim2=2)  # (B, n) ‖gᵢ‖²
    grown = square[:, slot] > growth**2 * square[:, slot - 1]  # (B,)
    if grown.any():
        kept = state.newest[slot]  # (n,)
        state.gram[grown] = torch.diag_embed(torch.where(kept > 0, square[grown], 1.0))
        state.ones[grown] = kept[:, None]
        for history in (state.g, state.e):
            history[grown] = torch.where(kept[:, None] > 0, history[grown], 0.0)


def _weights(gram: Tensor, ones: Tensor, newest: Tensor) -> Tensor:
    """Solve ``G α ∝ 1`` (B, n, n), Σ α = 1, for α (B, n); ``newest`` (n,) where it fails."""
    # G is symmetric, and its transpose saves a copy.
    alpha = torch.linalg.solve_ex(gram.mT, ones).result.squeeze(2)  # (B, n)
    total = alpha.sum(1, keepdim=True)  # (B, 1)
    share = total.reciprocal()
    alpha *= share
    fine = torch.minimum(share, total) > 0  # not if NaN, negative, or of an infinite G
    return torch.where(fine, alpha, newest)
