"""The ledger of one solve: who has finished and why, the best state of each, what was recorded.

Every solver reports through it, so that "converged" means the same thing whatever the method.
"""

from __future__ import annotations

import torch
from torch import Tensor

from deq.status import Status

_ACTIVE = -1
# A residual this many times larger than everything the sample started with will not come back.
_GROWTH = 1e8
# Below this many units of rounding, no new best for so many looks means the float floor.
_FLOOR_EPS = 64.0
_PATIENCE = 12


class Ledger:
    """Per-sample bookkeeping over states flattened to (B, D).

    A sample has converged at z when ``‖f(z) − z‖₂ ≤ atol + rtol·‖z‖₂``. It is frozen from then on.

    Parameters
    ----------
    z0 : Tensor, shape (B, D)
        The start.
    atol : float or Tensor of shape (B,)
        Absolute tolerance.
    rtol : float
        Relative tolerance.
    max_evals : int
        Cap on the evaluations of f.
    record : bool
        Keep every state that is observed.

    Attributes
    ----------
    evals : int
        Evaluations of f so far; whoever evaluates f counts them here.
    frozen : Tensor of bool, shape (B,), or None
        Samples that have finished; None while nobody has.
    size : Tensor, shape (B,)
        ‖z‖₂ of the state observed last.

    Notes
    -----
    The common look, in which nobody finishes and everybody improves, costs two norms, a few
    operations on (B,) and one host synchronisation; states are kept by reference. Only other
    looks sort samples out one by one.
    """

    def __init__(
        self, z0: Tensor, *, atol: float | Tensor, rtol: float, max_evals: int, record: bool
    ) -> None:
        batch = z0.shape[0]
        self.atol = atol
        self.rtol = rtol
        self.max_evals = max_evals
        self.evals = 0
        self.looks = 0
        self.best_z = z0  # (B, D) the state with the smallest residual so far
        self.best = z0.new_full((batch,), float("inf"))  # (B,) that residual
        self.size = self.best
        self.status = torch.full((batch,), _ACTIVE, device=z0.device)  # (B,)
        self.nfe = torch.zeros_like(self.status)  # (B,)
        self.frozen: Tensor | None = None
        self._frozen_col: Tensor | None = None  # (B, 1) the same, ready to broadcast
        self._limit = self.best  # (B,) residual beyond which a sample has diverged
        self._stuck = torch.zeros_like(self.status)  # (B,) looks since the last new best
        self._last_settled = 0
        self.record = record
        self.times: list[float] = []
        self.states: list[Tensor] = []
        self.residuals: list[Tensor] = []

    def observe(self, t: float, z: Tensor, r: Tensor) -> bool:
        """Book the state ``z`` (B, D) with its residual vector ``r = f(z) − z`` at solver time t.

        Returns
        -------
        bool
            True when every sample has finished.
        """
        self.looks += 1
        res = torch.linalg.vector_norm(r, dim=1)  # (B,)
        self.size = torch.linalg.vector_norm(z, dim=1)  # (B,)
        bound = self.size * self.rtol + self.atol  # (B,)
        if self.looks == 1:
            # atol/rtol is the problem's own unit of length: 1 for tol, the gradient's for adjoints.
            self._limit = _GROWTH * (res + self.size + self.atol / self.rtol)
        # NaN fails both comparisons, so it never passes for ordinary progress.
        ordinary = (res > bound) & (res < self.best)
        if self.frozen is not None:
            ordinary |= self.frozen
        if ordinary.all():
            self.best_z = z
            self.best = res if self.frozen is None else torch.where(self.frozen, self.best, res)
            finished = False
        else:
            finished = self._settle(z, res, bound)
        if self.record:
            self.times.append(t)
            self.states.append(self.hold(z))
            self.residuals.append(
                res if self.frozen is None else torch.where(self.frozen, self.best, res)
            )
        return finished

    def _settle(self, z: Tensor, res: Tensor, bound: Tensor) -> bool:
        """Sort out the samples one by one: new bests, new finishers. True when all are done."""
        if self._last_settled != self.looks - 1:
            self._stuck.zero_()  # the look before this one improved everybody
        self._last_settled = self.looks
        active = self.status == _ACTIVE
        converged = res <= bound
        better = active & ((res < self.best) | converged)
        self.best_z = torch.where(better[:, None], z, self.best_z)
        self.best = torch.where(better, res, self.best)
        self._stuck = torch.where(better, 0, self._stuck + 1)
        floor = _FLOOR_EPS * torch.finfo(z.dtype).eps * self.size
        stalled = (self._stuck >= _PATIENCE) & (self.best <= floor)
        code = torch.full_like(self.status, _ACTIVE)
        code[stalled] = Status.STALLED
        code[res > self._limit] = Status.DIVERGED
        code[~torch.isfinite(res)] = Status.NON_FINITE
        code[converged] = Status.CONVERGED
        return self._close(active & (code != _ACTIVE), code)

    def close(self, which: Tensor | None, status: Status) -> bool:
        """Finish the active samples of the mask ``which`` (None: all) with ``status``."""
        active = self.status == _ACTIVE
        which = active if which is None else active & which
        return self._close(which, torch.full_like(self.status, int(status)))

    def _close(self, which: Tensor, code: Tensor) -> bool:
        self.status = torch.where(which, code, self.status)
        self.nfe = torch.where(which, self.evals, self.nfe)
        frozen = self.status != _ACTIVE
        if frozen.any():
            self.frozen = frozen
            self._frozen_col = frozen[:, None]
            return bool(frozen.all())
        return False

    def hold(self, z: Tensor) -> Tensor:
        """Return ``z`` (B, D) with the finished samples put back to the state they return."""
        if self._frozen_col is None:
            return z
        return torch.where(self._frozen_col, self.best_z, z)
