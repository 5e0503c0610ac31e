"""Solvers for affine maps f(w) = A w + c, as the adjoint of an equilibrium is: GMRES and dense."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from deq.bookkeeping.ledger import Ledger
from deq.solvers.base import FlatMap, Integrator, require_count
from deq.solvers.krylov import gmres
from deq.status import Status

# An entry of (I − A) v, or a pivot, this many units of rounding small is nothing but rounding.
_NOISE = 16.0
# Fraction of the allowed residual that a cycle aims at.
_AIM = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class GMRES(Integrator):
    """Restarted GMRES for *affine* maps: ``(I − A) d = f(w) − w``, then ``w ← w + d``.

    Made for adjoints, ``w = g + Jᵀw``: ``deq.Implicit(solver=deq.GMRES())``. Each evaluation adds
    a dimension to the Krylov space of each sample, and the residual is the smallest in that space:
    with as many evaluations, no other method built on them can have a smaller one.

    Parameters
    ----------
    restart : int
        Steps, hence stored states, after which a cycle ends and a new one starts from where it got.

    Notes
    -----
    A v is the difference ``(f(w + σ v) − f(w))/σ`` with σ as long as w and f(w), which is exact but
    for rounding since f is affine. Each cycle ends with an evaluation at the state it reached, so
    the residual reported is a true one. A map that is not affine is not refused: a cycle is then
    a Newton step with coarse derivatives, and what it reaches is judged like everything else.

    Samples are independent; one that has finished stands still. Where I − A is singular and the
    system has no solution, cycles bring nothing and the sample ends at the cap on evaluations. The
    solver time of a trajectory counts evaluations. Stores restart + 3 states.

    References
    ----------
    Saad & Schultz, "GMRES: a generalized minimal residual algorithm for solving nonsymmetric
    linear systems", SIAM J. Sci. Stat. Comput., 1986.

    Examples
    --------
    >>> import torch, deq
    >>> a = torch.tensor([[0.0, -5.0], [5.0, 0.0]])
    >>> sol = deq.solve(lambda w: w @ a.T + 26, torch.zeros(1, 2), solver=deq.GMRES())
    >>> sol.z.round(decimals=3), int(sol.nfe)
    (tensor([[-4.,  6.]]), 4)
    """

    restart: int = 30

    def __post_init__(self) -> None:
        require_count("restart", self.restart)

    def run(self, f: FlatMap, z0: Tensor, ledger: Ledger) -> None:
        """Cycle from ``z0`` (B, D) until every sample has finished or evaluations run out."""
        w = z0
        while True:
            fw = f(w)  # (B, D)
            r = fw - w  # (B, D)
            if ledger.observe(ledger.evals - 1.0, w, r):
                return
            steps = min(self.restart, ledger.max_evals - ledger.evals - 1)
            if steps < 1:
                ledger.close(None, Status.MAX_EVALS)
                return
            w, r = _stand_still(ledger, w, r)
            matrix = _Difference(f, w, fw)
            length = torch.linalg.vector_norm(r, dim=1)  # (B,)
            goal = _AIM * (ledger.atol + ledger.rtol * ledger.size) / length  # (B,)
            w = w + gmres(matrix, r, tol=goal, max_iters=steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dense(Integrator):
    """Direct solution for *affine* maps of small states: I − A built and factorised.

    Column i of A is ``(f(w + σ e_i) − f(w))/σ``, so it takes D + 2 evaluations whatever A is: D
    for the columns, one at the start and one to check the answer. With fewer allowed, only the
    start is looked at, and the status is ``MAX_EVALS``. For adjoints of small states
    ``deq.Implicit(solver=deq.Dense(), max_evals=D + 2)``; for an eigenvalue of A near 1, or far
    outside the unit disc, it is the most robust of all.

    Notes
    -----
    The factors are kept, and an answer that rounding leaves outside the tolerance is refined with
    them, ``w ← w + (I − A)⁻¹(f(w) − w)``, one evaluation a time. (For a map that is not affine this
    is the chord method.) A sample whose I − A is singular gets the least-squares answer; it is
    ``DIVERGED`` when that is no equilibrium, for then none exists. The solver time of a trajectory
    counts evaluations. Stores two D×D matrices a sample.

    References
    ----------
    Golub & Van Loan, "Matrix computations", 1983.

    Examples
    --------
    >>> import torch, deq
    >>> sol = deq.solve(lambda w: 3 * w - 4, torch.zeros(1), solver=deq.Dense())
    >>> sol.z, int(sol.nfe)
    (tensor([2.]), 3)
    """

    def run(self, f: FlatMap, z0: Tensor, ledger: Ledger) -> None:
        """Solve from ``z0`` (B, D), refine until every sample has finished or the cap is hit."""
        w = z0
        fw = f(w)  # (B, D)
        r = fw - w  # (B, D)
        if ledger.observe(0.0, w, r):
            return
        dim = w.shape[1]
        if ledger.evals + dim + 1 <= ledger.max_evals:
            w, r = _stand_still(ledger, w, r)
            inverse, singular, broken = _inverse(_Difference(f, w, fw), w)
            ledger.close(broken, Status.NON_FINITE)
            while ledger.evals < ledger.max_evals:
                w = w + inverse(r)
                r = f(w) - w
                if ledger.observe(ledger.evals - 1.0, w, r):
                    return
                if ledger.close(singular, Status.DIVERGED):
                    return
                w, r = _stand_still(ledger, w, r)
        ledger.close(None, Status.MAX_EVALS)


class _Difference:
    """``v → (I − A) v`` by a difference of the affine map f, scaled so as to lose no digits."""

    def __init__(self, f: FlatMap, w: Tensor, fw: Tensor) -> None:
        self.f = f
        self.w = w
        self.fw = fw
        scale = torch.linalg.vector_norm(w, dim=1) + torch.linalg.vector_norm(fw, dim=1)  # (B,)
        fine = (scale > 0) & scale.isfinite()
        self.scale = torch.where(fine, scale, 1.0).unsqueeze(1)  # (B, 1)

    def __call__(self, v: Tensor) -> Tensor:
        """Evaluate once, (B, D) → (B, D)."""
        av = (self.f(torch.addcmul(self.w, v, self.scale)) - self.fw) / self.scale  # (B, D)
        rounding = _NOISE * torch.finfo(v.dtype).eps * (v.abs() + av.abs())
        out = v - av
        # Otherwise the noise of a singular system would pass for a system that is not.
        return torch.where(out.abs() <= rounding, 0.0, out)


def _inverse(matrix: _Difference, w: Tensor) -> tuple[FlatMap, Tensor, Tensor]:
    """Build and factorise I − A; returns r → (I − A)⁻¹ r, who is singular and who is no number."""
    batch, dim = w.shape
    wide = torch.promote_types(w.dtype, torch.float32)  # half types have no factorisation
    a = torch.empty(batch, dim, dim, dtype=wide, device=w.device)
    for i in range(dim):
        unit = torch.zeros_like(w)
        unit[:, i] = 1.0
        a[:, :, i] = matrix(unit)
    fine = a.isfinite().flatten(1).all(dim=1)  # (B,)
    a = torch.where(fine[:, None, None], a, torch.eye(dim, dtype=wide, device=w.device))
    lu, pivots, _ = torch.linalg.lu_factor_ex(a)
    diagonal = lu.diagonal(dim1=1, dim2=2).abs()  # (B, D)
    noise = min(_NOISE * dim * torch.finfo(w.dtype).eps, 1e-2)
    singular = diagonal.amin(1) <= noise * diagonal.amax(1)  # (B,)
    if singular.any():
        eye = torch.eye(dim, dtype=wide, device=w.device)
        # Whoever is singular gets a harmless factorisation, and the pseudo-inverse in its place.
        lu, pivots, _ = torch.linalg.lu_factor_ex(torch.where(singular[:, None, None], eye, a))
        pseudo = torch.where(
            singular[:, None, None], torch.linalg.pinv(a, rtol=noise), eye
        )  # (B, D, D)
    else:
        pseudo = None

    def inverse(r: Tensor) -> Tensor:
        column: Tensor = r.to(wide).unsqueeze(2)  # (B, D, 1)
        column = torch.linalg.lu_solve(lu, pivots, column)
        if pseudo is not None:
            column = pseudo @ column
        return column.squeeze(2).to(r.dtype)

    return inverse, singular, ~fine


def _stand_still(ledger: Ledger, w: Tensor, r: Tensor) -> tuple[Tensor, Tensor]:
    """Put finished samples to the state they return, with a right-hand side of zero."""
    if ledger.frozen is None:
        return w, r
    frozen = ledger.frozen.unsqueeze(1)  # (B, 1)
    return ledger.hold(w).nan_to_num(), r.masked_fill(frozen, 0.0)
