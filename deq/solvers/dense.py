"""A direct solver for affine maps f(w) = A w + c of small states, as an adjoint is."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from deq.bookkeeping.ledger import Ledger
from deq.solvers.base import FlatMap, Integrator
from deq.solvers.linear_part import NOISE, LinearPart
from deq.status import Status


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
            w, r = ledger.stand_still(w, r)
            inverse, singular, broken = _inverse(LinearPart(f, w, fw), w)
            if ledger.close(broken, Status.NON_FINITE):
                return
            w, r = ledger.stand_still(w, r)
            while ledger.evals < ledger.max_evals:
                w = w + inverse(r)
                r = f(w) - w
                if ledger.observe(ledger.evals - 1.0, w, r):
                    return
                if ledger.close(singular, Status.DIVERGED):
                    return
                w, r = ledger.stand_still(w, r)
        ledger.close(None, Status.MAX_EVALS)


def _inverse(matrix: LinearPart, w: Tensor) -> tuple[FlatMap, Tensor, Tensor]:
    """Factorise I − A: r → (I − A)⁻¹ r, which samples are singular, and which are not finite."""
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
    noise = min(NOISE * dim * torch.finfo(w.dtype).eps, 1e-2)
    singular = diagonal.amin(1) <= noise * diagonal.amax(1)  # (B,)
    if singular.any():
        eye = torch.eye(dim, dtype=wide, device=w.device)
        # A singular sample gets a harmless factorisation, and its pseudo-inverse instead.
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
