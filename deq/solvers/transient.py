"""Pseudo-transient continuation: linearly implicit steps along dz/dt = f(z) − z, ever longer."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from deq.solvers.base import FlatMap, Integrator, require_count, require_number
from deq.solvers.krylov import Arnoldi
from deq.solvers.ledger import Ledger
from deq.status import Status

# A step has gone as the linear model said when it misses by at most this fraction of the residual,
_WELL = 0.5
# and has failed when it misses by more than this and the residual has risen.
_BADLY = 0.75
# How much longer the next step is after one that went well: at least, and at most.
_GROW, _GROW_MOST = 32.0, 1e3
# A mode whose growth is a smaller part of its speed than this counts as one that only turns.
_SPIRAL = 0.05
# Trial steps of a sample that may run into NaN or infinity before it is given up.
_NON_FINITE_TRIALS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class PseudoTransient(Integrator):
    """Follow ``dz/dt = f(z) − z`` by linearly implicit Euler steps that lengthen as it settles.

    With J the Jacobian of f at z, and δ the length of the step, for each sample alone::

        ((1/δ + 1)·I − J) s = f(z) − z,        z ← z + s

    For small δ that is a step along the ODE; for large δ it is a Newton step. So it starts in the
    basin of attraction where the ODE would settle, and ends as fast as Newton's method.

    Parameters
    ----------
    step : float
        First δ; longer where the start is near to standing still: divided by
        ``min(1, ‖f(z) − z‖/(1 + ‖z‖))``.
    krylov : int
        Largest dimension of the Krylov space in which a step is looked for.
    krylov_tol : float
        A step is good enough when it solves its linear system to this fraction of ‖f(z) − z‖.

    Notes
    -----
    *Evaluations.* J v is the difference quotient ``(f(z + ε v) − f(z))/ε``, so f needs no
    derivatives; a step costs one evaluation, and one more for each dimension of its Krylov space.
    s is the Galerkin solution in that space (Arnoldi's method, not GMRES), since its small matrix H
    does not depend on δ. Stores krylov + 1 states; a state of one number needs one dimension. Where
    a step takes several dimensions and f is tiny, that algebra takes longer than the evaluations
    it saves.

    *Length.* δ grows 32-fold or as the residual falls, whichever is more ("switched evolution
    relaxation"), when the residual went as the linear model predicted, f(z + s) − z − s = s/δ. When
    the prediction is poor, δ follows the residual; when it failed and the residual rose, or f gave
    no finite value, the step is taken back and its successor a quarter as long.

    *Unstable equilibria.* Long implicit steps damp growing modes too, and would settle where the
    ODE never does. Therefore, while H has an eigenvalue λ with Re μ > 0 for μ = λ − 1, δ is at most
    ``min(1/(2·Re μ), Re μ/|μ|²)``: such a mode grows by the step, and at most doubles. Hence
    ``2z + 1`` runs away from −1, as it should. The test sees only what the residual's Krylov space
    shows: near a saddle or inside of a slow spiral (Re μ below |μ|/20) it may still stop where the
    ODE would go on.

    *Time.* A sample's solver time is the sum of its δ. A trajectory has one axis: the time of the
    unfinished sample that is furthest behind. It shows where the ODE goes, not exactly when.

    References
    ----------
    Kelley & Keyes, "Convergence analysis of pseudo-transient continuation", SIAM J. Numer. Anal.,
    1998. Knoll & Keyes, "Jacobian-free Newton–Krylov methods", J. Comput. Phys., 2004.

    Examples
    --------
    >>> import torch, deq
    >>> solver = deq.PseudoTransient()
    >>> sol = deq.solve(lambda z: 0.999 * z - 1, torch.zeros(1), solver=solver, tol=1e-6)
    >>> round(sol.z.item()), int(sol.nfe) < 20
    (-1000, True)
    """

    step: float = 1.0
    krylov: int = 20
    krylov_tol: float = 0.5

    def __post_init__(self) -> None:
        require_number("step", self.step, low=0.0)
        require_count("krylov", self.krylov)
        require_number("krylov_tol", self.krylov_tol, low=0.0, high=1.0)

    def run(self, f: FlatMap, z0: Tensor, ledger: Ledger) -> None:
        """Step from ``z0`` (B, D), booking what is accepted, until all finished or the cap is hit.

        Rates α = 1/δ are kept in place of δ.
        """
        z = z0
        fz = f(z)  # (B, D)
        g = fz - z  # (B, D)
        if ledger.observe(0.0, z, g):
            return
        length = torch.linalg.vector_norm(g, dim=1)  # (B,)
        unit = ledger.atol / ledger.rtol  # 1 for tol, the gradient's length for adjoints
        alpha = (length / (ledger.size + unit)).clamp(max=1.0) / self.step  # (B,)
        elapsed = torch.zeros_like(length)  # (B,) solver time of each sample
        # (B,) trial steps that were not finite
        trials = torch.zeros_like(ledger.size, dtype=torch.int64)
        rounding = torch.finfo(z.dtype).eps ** 0.5
        t = 0.0
        while ledger.evals + 2 <= ledger.max_evals:
            reach = torch.add(ledger.size, unit).mul_(rounding)  # (B,) of a difference quotient
            if ledger.frozen is not None:  # they stand still, at the state that they return
                z = ledger.hold(z).nan_to_num()
                g = g.masked_fill(ledger.frozen[:, None], 0.0)
                length = length.masked_fill(ledger.frozen, 1.0)
                alpha = alpha.masked_fill(ledger.frozen, 1.0)
                reach = reach.masked_fill(ledger.frozen, 1.0)
            size = min(self.krylov, z.shape[1], ledger.max_evals - ledger.evals - 1)
            field = _Linearised(f, z, fz, g, length, reach)
            s, alpha = field.step(alpha, size, self.krylov_tol)  # (B, D), (B,)
            end = z + s  # (B, D)
            fend = f(end)
            gend = fend - end
            rest = torch.linalg.vector_norm(gend, dim=1)  # (B,)
            miss = torch.linalg.vector_norm(torch.addcmul(gend, s, alpha[:, None], value=-1), dim=1)
            well = miss <= _WELL * length  # NaN passes no comparison
            ratio = rest / length  # (B,)
            following = alpha * ratio.clamp(1 / _GROW_MOST, 1 / _GROW)  # (B,)
            kept = well
            if not well.all():
                kept = (ratio <= 1) | (miss <= _BADLY * length)
                if ledger.frozen is not None:
                    kept |= ledger.frozen
                following = torch.where(well, following, alpha * ratio.clamp(1 / _GROW, _GROW))
                if not kept.all():
                    trials += ~(kept | rest.isfinite())
                    # A quarter of the step, in one dimension; α alone may be too small to matter.
                    shorter = alpha + 3 * length / torch.linalg.vector_norm(s, dim=1)
                    following = torch.where(kept, following, shorter)
                    column = kept[:, None]
                    end, fend = torch.where(column, end, z), torch.where(column, fend, fz)
                    gend, rest = torch.where(column, gend, g), torch.where(kept, rest, length)
            if ledger.record:
                elapsed += kept / alpha
                t = float(elapsed.min() if ledger.frozen is None else elapsed[~ledger.frozen].min())
            z, fz, g, length, alpha = end, fend, gend, rest, following
            if ledger.observe(t, z, g):
                return
            if kept is not well and ledger.close(trials >= _NON_FINITE_TRIALS, Status.NON_FINITE):
                return
        ledger.close(None, Status.MAX_EVALS)


class _Linearised:
    """The field f(z) − z near a state z, of which it knows ``J v`` by difference quotients."""

    def __init__(
        self, f: FlatMap, z: Tensor, fz: Tensor, g: Tensor, length: Tensor, reach: Tensor
    ) -> None:
        self.f, self.z, self.fz = f, z, fz
        self.g = g  # (B, D)
        self.length = length  # (B,) ‖g‖
        self.reach = reach  # (B,) how far the quotients look

    def step(self, alpha: Tensor, size: int, tol: float) -> tuple[Tensor, Tensor]:
        """Return the implicit step s (B, D) and the rates α (B,) that it took, no smaller ones.

        A sample's space stops growing when its linear system is solved to ``tol``.
        """
        # One dimension, which is often enough, is done without a basis.
        scale = self.reach / self.length  # (B,)
        w = self.f(torch.addcmul(self.z, self.g, scale.unsqueeze(1))) - self.fz  # (B, D)
        slope = torch.linalg.vecdot(w, self.g).div_(self.reach * self.length)  # (B,) of f along g
        slope.nan_to_num_(0.0, 0.0, 0.0)
        speed = torch.rsub(slope, 1)  # (B,) −μ
        rate = torch.maximum(alpha, speed.mul(-2))  # as for a real mode in `_fastest`
        pivot = speed.add_(rate)  # (B,)
        if size > 1:
            turned = torch.linalg.vector_norm(w, dim=1).div_(self.reach)  # (B,) ‖J v‖
            # What J v has outside of v is what the step leaves of its linear system.
            growing = turned > torch.hypot(slope, pivot * tol)
            if growing.any():
                return self._longer(w, growing, alpha, size, tol)
        return self.g / pivot.unsqueeze(1), rate

    def _longer(
        self, w: Tensor, growing: Tensor, alpha: Tensor, size: int, tol: float
    ) -> tuple[Tensor, Tensor]:
        """Grow the spaces of those for whom one dimension does not do; w is reach·J v (B, D)."""
        reach = self.reach.unsqueeze(1)  # (B, 1)
        basis = Arnoldi(self.g, size, passes=1)
        basis.grow((w / reach).nan_to_num_(0.0, 0.0, 0.0))
        dims = growing.long().add_(1)  # (B,) of each sample's space
        for k in range(2, size + 1):
            ahead = self.f(torch.addcmul(self.z, basis.newest, reach))  # (B, D)
            column = basis.grow(ahead.sub(self.fz).div_(reach).nan_to_num_(0.0, 0.0, 0.0))
            if k < size:
                y = _galerkin(basis.h[:, :k, :k], self.length, alpha)  # (B, k)
                growing = growing & (column[:, k] * y[:, k - 1].abs() > tol * self.length)  # (B,)
                if not growing.any():
                    break
                dims += growing
        # H without what belongs to others' longer spaces, (B, k, k).
        k = basis.k
        inside = torch.arange(k, device=w.device) < dims[:, None]  # (B, k)
        h = torch.where(inside[:, None] & inside[:, :, None], basis.h[:, :k, :k], 0.0)
        if h.square().sum((1, 2)).max() > 1:  # else no eigenvalue can be
            wide = h.to(torch.promote_types(h.dtype, torch.float32)).nan_to_num()
            alpha = torch.maximum(alpha, _fastest(torch.linalg.eigvals(wide) - 1).to(h.dtype))
        s = basis.combine(_galerkin(h, self.length, alpha))
        return s.nan_to_num_(0.0, 0.0, 0.0), alpha


def _galerkin(h: Tensor, length: Tensor, alpha: Tensor) -> Tensor:
    """Solve ``((1 + α)·I − H) y = ‖g‖ e₁`` for H (B, k, k), y (B, k)."""
    wide = torch.promote_types(h.dtype, torch.float32)  # half types have no solver
    matrix = h.neg().to(wide)  # (B, k, k)
    matrix.diagonal(dim1=1, dim2=2).add_((1 + alpha).unsqueeze(1))
    rhs = matrix.new_zeros(h.shape[0], h.shape[1], 1)  # (B, k, 1)
    rhs[:, 0, 0] = length
    y: Tensor = torch.linalg.solve_ex(matrix, rhs).result  # (B, k, 1)
    return y.squeeze(2).to(h.dtype)


def _fastest(modes: Tensor) -> Tensor:
    """Rate (B,) at which the growing ones of the modes μ = λ − 1 (B, k) still grow, each step.

    An implicit step multiplies a mode by ``1/(1 − μ/α)``. That turns at ``α = |μ|²/Re μ``, and is 2
    for a real one at α = 2 μ.
    """
    real = modes.real
    growing = real > _SPIRAL * modes.abs()
    rate = torch.maximum(2 * real, modes.abs().square() / real)  # (B, k)
    return torch.where(growing, rate, 0.0).amax(1)
