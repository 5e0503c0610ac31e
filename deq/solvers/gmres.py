"""GMRES for affine maps f(w) = A w + c, as the adjoint of an equilibrium is."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from deq.bookkeeping.ledger import Ledger
from deq.bookkeeping.norms import norm
from deq.solvers.base import FlatMap, Integrator, require_count
from deq.solvers.krylov import gmres
from deq.solvers.linear_part import LinearPart
from deq.status import Status

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
            w, r = ledger.stand_still(w, r)
            matrix = LinearPart(f, w, fw)
            length = norm(r)  # (B,)
            goal = _AIM * ledger.bound.to(r.dtype) / length  # (B,)
            w = w + gmres(matrix, r, tol=goal, max_iters=steps)
