"""Anderson acceleration: the least-squares combination of the last few steps, per sample."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from deq.solvers.base import Iteration, require_count, require_number

# Older differences are trusted less: each step back multiplies its share of the ridge.
_AGEING = 10.0


@dataclass(slots=True)
class AndersonState:
    """History of an Anderson iteration; slots are reused in a ring."""

    dg: Tensor  # (B, m, D) differences of residual vectors, scaled to length 1
    de: Tensor  # (B, m, D) differences of damped steps z + h·g, scaled alike
    gram: Tensor  # (B, m, m) dg dgᵀ
    ridge: tuple[Tensor, ...]  # m diagonals (m, m), one for each place of the newest slot
    g: Tensor | None = None  # (B, D) the last residual vector
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
        Regularisation of the least-squares problem, *relative*: columns of ΔG are scaled to unit
        length first, so the Gram matrix has ones on its diagonal (and trace m) at any stage of
        convergence. None takes 10·eps of the state's type. Differences further back get ten
        times more each, so when columns are dependent (a window longer than the state, repeated
        iterates) the newest of them decides.

    Notes
    -----
    A sample whose least-squares problem has no finite answer takes the damped step e instead.
    Costs two batched products of (m, D) with a vector a step and a solve of size m a sample; stores
    2·m + 2 states.

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
        slots = torch.arange(m, device=z0.device)
        age = (slots[:, None] - slots[None, :]) % m  # (m, m) age of each slot, by newest slot
        strength = ridge * _AGEING ** age.to(z0.dtype)  # (m, m)
        return AndersonState(
            dg=z0.new_zeros(batch, m, dim),
            de=z0.new_zeros(batch, m, dim),
            gram=z0.new_zeros(batch, m, m),
            ridge=torch.diag_embed(strength).unbind(),
        )

    def step(self, state: AndersonState, z: Tensor, fz: Tensor) -> tuple[Tensor, AndersonState]:
        """Return the accelerated iterate (B, D); the history in ``state`` is updated in place."""
        g = fz - z  # (B, D)
        e = fz if self.damping == 1.0 else torch.lerp(z, fz, self.damping)  # (B, D)
        g_last, e_last = state.g, state.e
        state.g, state.e = g, e
        if g_last is None or e_last is None:
            return e, state
        slot = state.count % self.window
        state.count += 1
        newest, step = state.dg[:, slot], state.de[:, slot]  # (B, D) views
        change = torch.sub(g, g_last, out=g_last)  # (B, D)
        # Adding the smallest number keeps a change of zero at zero, and harmless.
        length = torch.linalg.vector_norm(change, dim=1, keepdim=True) + torch.finfo(z.dtype).tiny
        torch.div(change, length, out=newest)
        torch.sub(e, e_last, out=step).div_(length)
        # A row times a matrix is several times faster on CPU than a matrix times a column.
        columns = state.dg.mT  # (B, D, m)
        row = torch.bmm(newest.unsqueeze(1), columns).squeeze(1)  # (B, m)
        rhs = torch.bmm(g.unsqueeze(1), columns).mT  # (B, m, 1)
        state.gram[:, slot] = row
        state.gram[:, :, slot] = row
        gamma = _weights(state.gram + state.ridge[slot], rhs)  # (B, m, 1)
        return torch.baddbmm(e.unsqueeze(1), gamma.mT, state.de, alpha=-1).squeeze(1), state


def _weights(gram: Tensor, rhs: Tensor) -> Tensor:
    """Solve the normal equations (B, m, m) for γ (B, m, 1); what has no finite answer gets 0."""
    wide = torch.promote_types(gram.dtype, torch.float32)  # half types have no solver
    gamma: Tensor = torch.linalg.solve_ex(gram.to(wide), rhs.to(wide)).result
    return gamma.nan_to_num_(nan=0.0, posinf=0.0, neginf=0.0).to(gram.dtype)
