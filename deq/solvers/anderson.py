"""Anderson acceleration: the least-squares combination of the last few steps, per sample."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from deq.solvers.base import Iteration, require_count, require_number

# Older differences are trusted less: each step back multiplies its share of the ridge.
_AGEING = 10.0


@dataclass(slots=True)
class AndersonState:
    """History of an Anderson iteration; slots are reused in a ring."""

    # (B, m + 2, D) differences of residual vectors, then the residual vectors themselves, the new
    # one and the last one, which take turns in the two rows
    dg: Tensor
    de: Tensor  # (B, m, D) differences of damped steps z + h·g
    gram: Tensor  # (B, m, m) dg dgᵀ
    ridge: tuple[Tensor, ...]  # m factors (m, m) of the Gram matrix, by place of the newest slot
    tiny: Tensor  # (m, m) the smallest diagonal
    e: Tensor | None = None  # (B, D) the last damped step
    count: int = 0  # differences taken so far


@dataclass(frozen=True, slots=True, kw_only=True)
class Anderson(Iteration):
    """Anderson acceleration of ``z ← z + h·g``, ``g = f(z) − z`` (type II, per sample).

    With the differences ΔG, ΔE of the last residual vectors g and damped steps e = z + h·g::

        γ = argmin ‖g − ΔG γ‖² + ridge term,      z ← e − ΔE γ

    On a scalar state with window 1 this is the secant method.

    Parameters
    ----------
    window : int
        How many differences are remembered, at least 1.
    damping : float
        h, greater than 0 and at most 2.
    ridge : float or None
        Regularisation of the least-squares problem, *relative*: each diagonal entry of the Gram
        matrix grows by this share, as if the columns of ΔG had unit length at any stage of
        convergence. None takes 10·eps of the state's type. Differences further back get ten
        times more each, so when columns are dependent (a window longer than the state, repeated
        iterates) the newest of them decides.

    Notes
    -----
    A sample whose least-squares problem has no finite answer takes the damped step e instead.
    Costs two passes over m stored states a step and a solve of size m a sample; stores 2·m + 3
    states.

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

    def __post_init__(self) -> None:
        require_count("window", self.window)
        require_number("damping", self.damping, low=0.0, high=2.0)
        if self.ridge is not None:
            require_number("ridge", self.ridge, low=0.0, high=1.0)

    @property
    def dt(self) -> float:
        """Solver time that one step takes."""
        return float(self.damping)

    def init(self, z0: Tensor) -> AndersonState:
        """Return an empty history for states like ``z0`` (B, D)."""
        batch, dim = z0.shape
        m = self.window
        ridge = 10 * torch.finfo(z0.dtype).eps if self.ridge is None else self.ridge
        wide = torch.promote_types(z0.dtype, torch.float32)  # half types have no solver
        factors, tiny = _ridge(m, ridge, wide, z0.device)
        return AndersonState(
            dg=torch.empty(batch, m + 2, dim, dtype=z0.dtype, device=z0.device),
            de=torch.empty(batch, m, dim, dtype=z0.dtype, device=z0.device),
            gram=torch.empty(batch, m, m, dtype=wide, device=z0.device),
            ridge=factors,
            tiny=tiny,
        )

    def step(self, state: AndersonState, z: Tensor, fz: Tensor) -> tuple[Tensor, AndersonState]:
        """Return the accelerated iterate (B, D); the history in ``state`` is updated in place."""
        m, dg = self.window, state.dg
        e = fz if self.damping == 1.0 else torch.lerp(z, fz, self.damping)  # (B, D)
        e_last, state.e = state.e, e
        if e_last is None:
            torch.sub(fz, z, out=dg[:, m + 1])
            return e, state
        slot, turn = state.count % m, m + state.count % 2
        state.count += 1
        g, newest = dg[:, turn], dg[:, slot]  # (B, D) views
        torch.sub(fz, z, out=g)
        torch.sub(g, dg[:, 2 * m + 1 - turn], out=newest)
        torch.sub(e, e_last, out=state.de[:, slot])
        # One pass over the history for both the newest difference and g. Rows times a matrix are
        # several times faster on CPU than a matrix times columns.
        both = dg[:, slot : turn + 1 : turn - slot]  # (B, 2, D)
        de, gram, ridge, tiny = state.de, state.gram, state.ridge[slot], state.tiny
        k = min(state.count, m)  # slots in use
        if k < m:
            de, gram, ridge, tiny = de[:, :k], gram[:, :k, :k], ridge[:k, :k], tiny[:k, :k]
        products = torch.bmm(both, dg[:, :k].mT)  # (B, 2, k)
        row, rhs = products.to(gram.dtype).unbind(1)  # (B, k)
        gram[:, slot] = row
        gram[:, :, slot] = row
        gamma = _weights(torch.addcmul(tiny, gram, ridge), rhs[:, :, None])  # (B, k, 1)
        return torch.baddbmm(e[:, None], gamma.mT.to(z.dtype), de, alpha=-1).squeeze(1), state


@lru_cache(maxsize=16)
def _ridge(
    m: int, ridge: float, dtype: torch.dtype, device: torch.device
) -> tuple[tuple[Tensor, ...], Tensor]:
    """Regularise a Gram matrix G as ``G ∘ factor + tiny``.

    Returns the m factors (m, m), by the place of the newest slot: ones, and 1 + ridge·ageing^age on
    the diagonal, which is a ridge relative to each column's length. A column of zeros gets the
    smallest number on its diagonal, and with it a weight of zero.
    """
    with torch.inference_mode(False):  # kept, and met by others later
        slots = torch.arange(m, device=device)
        age = (slots[:, None] - slots[None, :]) % m  # (m, m) age of each slot, by newest slot
        factors = 1 + torch.diag_embed(ridge * _AGEING ** age.to(dtype))  # (m, m, m)
        tiny = torch.finfo(dtype).tiny * torch.eye(m, dtype=dtype, device=device)
        return factors.unbind(), tiny


def _weights(gram: Tensor, rhs: Tensor) -> Tensor:
    """Solve the normal equations (B, k, k) for γ (B, k, 1); what has no finite answer gets 0."""
    gamma: Tensor = torch.linalg.solve_ex(gram, rhs).result
    return gamma.nan_to_num_(nan=0.0, posinf=0.0, neginf=0.0)
