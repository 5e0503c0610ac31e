"""Runge–Kutta steps along dz/dt = f(z) − z; accepted states are entered in the ledger.

The step-size rule is torchdiffeq's, the loop is not: at batch 1 torchdiffeq's own spends several
times more on its step than a small f costs, and it cannot stop samples one by one.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from deq.bookkeeping.ledger import Ledger
from deq.bookkeeping.norms import norm
from deq.solvers.base import FlatMap
from deq.solvers.tableau import Tableau
from deq.status import Status

# Trial steps of a sample that may run into NaN or infinity before it is given up.
_NON_FINITE_TRIALS = 6
# Step-size rule, as in torchdiffeq: how bold, and how much longer or shorter at once.
_SAFETY, _GROW, _SHRINK = 0.9, 10.0, 0.2


class RungeKutta:
    """An integration from ``z0``, one step at a time.

    Parameters
    ----------
    f : callable
        The map on flat states (B, D).
    z0 : Tensor, shape (B, D)
        The start.
    ledger : Ledger
        Where accepted states are entered.
    tableau : Tableau
        The method.

    Attributes
    ----------
    t : float
        Solver time reached.
    y : Tensor, shape (B, D)
        The state there; finished samples stand still.
    k : Tensor, shape (s, B, D)
        The stages: f(y) − y at s states, the first of them ``y`` itself. Zero for finished samples.

    Notes
    -----
    Costs, beside f, one matrix–vector product and one difference a stage, and stores s states.
    """

    def __init__(self, f: FlatMap, z0: Tensor, ledger: Ledger, tableau: Tableau) -> None:
        self.f = f
        self.ledger = ledger
        self.tableau = tableau
        self.t, self.y = 0.0, z0.contiguous()
        self.k = z0.new_empty(tableau.stages, *z0.shape)
        self._coefficients = tableau.coefficients.to(z0.device, z0.dtype)  # (s + 2, s)

    def start(self) -> bool:
        """Evaluate and observe the start; True when every sample has finished."""
        self._evaluate(self.y, 0)
        return self._observe()

    def can_step(self) -> bool:
        """Whether the evaluations that are left suffice for one more step."""
        spent = self.tableau.stages - (1 if self.tableau.free else 0)
        return self.ledger.evals + spent <= self.ledger.max_evals

    def trial(self, dt: float) -> Tensor:
        """Evaluate the stages of a step of length dt; returns where it ends, (B, D)."""
        end = self.y
        for i in range(1, self.tableau.stages):
            end = self._combine(self.y, i, dt)
            self._evaluate(end, i)
        return end if self.tableau.free else self._combine(self.y, self.tableau.stages, dt)

    def error(self, dt: float) -> Tensor:
        """Estimate the error of the trial step of length dt, (B, D)."""
        return self._combine(torch.zeros_like(self.y), self.tableau.stages + 1, dt)

    def accept(self, t: float, end: Tensor) -> bool:
        """Move to ``end`` (B, D) at time t and observe it; True when every sample has finished."""
        self.t, self.y = t, end
        if self.tableau.free:
            self.k[0] = self.k[-1]
        else:
            self._evaluate(end, 0)
        return self._observe()

    def stand_still(self) -> None:
        """Let samples that have just finished stand still, at the state that they return."""
        self.y, self.k[0] = self.ledger.stand_still(self.y, self.k[0])

    def _combine(self, y: Tensor, i: int, dt: float) -> Tensor:
        """Return y + dt Σ_j c_ij k_j over the stages before i, (B, D)."""
        row = self._coefficients[i, :i]
        k = self.k[:i].flatten(1)  # (i, B·D)
        return torch.addmv(y.view(-1), k.T, row, alpha=dt).view_as(y)

    def _evaluate(self, y: Tensor, i: int) -> None:
        """Put the field at ``y`` (B, D) into stage i."""
        torch.sub(self.f(y), y, out=self.k[i])
        if self.ledger.frozen is not None:
            self.k[i].masked_fill_(self.ledger.frozen[:, None], 0.0)

    def _observe(self) -> bool:
        finished = self.ledger.observe(self.t, self.y, self.k[0])
        self.stand_still()
        return finished


def fixed_steps(path: RungeKutta, step: float, t_max: float) -> None:
    """Take fixed steps until every sample has finished, or evaluations or time run out."""
    n = 0
    # The last step is cut to land on t_max; rounding must not leave one of length zero for it.
    steps = math.inf if t_max == math.inf else math.ceil(t_max / step * (1 - 1e-12))
    while n < steps and path.can_step():
        n += 1
        t = t_max if n == steps else n * step
        if path.accept(t, path.trial(t - path.t)):
            return


def adaptive_steps(path: RungeKutta, rtol: float, atol: Tensor, t_max: float) -> None:
    """Take steps as long as each unfinished sample's ``‖err‖₂ ≤ atol + rtol·‖z‖₂`` allows.

    Parameters
    ----------
    path : RungeKutta
        After its start.
    rtol : float
        Relative tolerance of a step.
    atol : Tensor, shape () or (B,)
        Absolute tolerance of a step.
    t_max : float
        The last time.
    """
    ledger = path.ledger
    order = path.tableau.order
    # (B,) trial steps that were not finite
    trials = torch.zeros_like(ledger.size, dtype=torch.int64)
    scale = _allowed(ledger, rtol, atol)
    dt, longest = _first_step(path, scale), torch.finfo(path.y.dtype).max / 2
    while path.t < t_max and path.can_step():
        t = min(path.t + dt, t_max)
        if not t > path.t:
            ledger.close(trials > 0, Status.NON_FINITE)
            ledger.close(None, Status.STALLED)
            return
        dt = t - path.t
        end = path.trial(dt)
        error = norm(path.error(dt))  # (B,)
        ratio = torch.where(error > 0, error / scale, error)  # (B,), NaN if the error is
        if ledger.frozen is not None:
            ratio = ratio.masked_fill(ledger.frozen, 0.0)
        worst = ratio.max().item()  # NaN if any is
        if not math.isfinite(worst):
            # Out of the map's domain, or about to explode: shorter next time, and not for ever.
            trials += ~error.isfinite()
            if ledger.close(trials >= _NON_FINITE_TRIALS, Status.NON_FINITE):
                return
            path.stand_still()
            worst = math.inf
        if worst <= 1:
            if path.accept(t, end):
                return
            scale = _allowed(ledger, rtol, atol)
        dt = min(dt * _change(worst, order), longest)


def _allowed(ledger: Ledger, rtol: float, atol: Tensor) -> Tensor:
    """Error that a step of each sample may make, (B,).

    With atol = 0 a state of zero allows none; it is measured by the length of its residual.
    """
    scale = ledger.size * rtol + atol
    finfo = torch.finfo(scale.dtype)
    least = max(rtol, finfo.eps) * ledger.residual.to(scale.dtype)
    return torch.where(scale > finfo.tiny, scale, least)


def _first_step(path: RungeKutta, scale: Tensor) -> float:
    """Step at which an error of size ‖r‖·h^order would just be allowed, at most 1.

    The usual guess costs an evaluation and collapses to 1e-4 for a start at zero.
    """
    length = norm(path.k[0])  # (B,)
    allowed = torch.where(length > 0, scale / length, 1.0).min().item()
    return float(min(max(allowed, 1e-30) ** (1.0 / path.tableau.order), 1.0))


def _change(ratio: float, order: int) -> float:
    """How much longer the next step may be, given the present one's error over what is allowed."""
    if ratio == 0:
        return _GROW
    slowest = 1.0 if ratio < 1 else _SHRINK
    return float(min(_GROW, max(_SAFETY / ratio ** (1.0 / order), slowest)))
