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
# Up to so many samples plain numbers are quicker than tensors.
_FEW = 4


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
        self.atol = torch.as_tensor(atol, dtype=z0.dtype, device=z0.device)
        self.rtol = rtol
        few = batch <= _FEW and z0.device.type == "cpu"
        self._few = self.atol.expand(batch).tolist() if few else None
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
        self._last_best = self.nfe  # (B,) look at which each sample last improved
        self._all_best = 0  # look at which all unfinished samples last improved
        self._mixed = False  # whether f was found to mix samples
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
        if self.looks == 1:
            # atol/rtol is the problem's own unit of length: 1 for tol, the gradient's for adjoints.
            limit = _GROWTH * (res + self.size + self.atol / self.rtol)
            self._limit = limit.clamp(max=torch.finfo(limit.dtype).max)  # infinity is beyond it
        if self._few is not None and self.frozen is None and self._few_go_on(res, self._few):
            finished = self._go_on(z, res)
        else:
            bound = torch.add(self.atol, self.size, alpha=self.rtol)  # (B,)
            better = res < self.best  # NaN fails both comparisons: it never passes for progress
            ordinary = better & (res > bound)
            if self.frozen is not None:
                ordinary |= self.frozen
            if ordinary.all():
                finished = self._go_on(z, res)
            else:
                finished = self._settle(z, res, better, bound)
        if self.record:
            self.times.append(t)
            self.states.append(self.hold(z))
            self.residuals.append(
                res if self.frozen is None else torch.where(self.frozen, self.best, res)
            )
        return finished

    def _few_go_on(self, res: Tensor, atol: list[float]) -> bool:
        """Whether everybody improves and nobody finishes; few samples are quicker looked at so."""
        now = zip(res.tolist(), self.best.tolist(), atol, self.size.tolist(), strict=True)
        return all(a + self.rtol * size < r < best for r, best, a, size in now)

    def _go_on(self, z: Tensor, res: Tensor) -> bool:
        """Book an improvement of all unfinished samples. False, since none finishes."""
        self._all_best = self.looks
        self.best_z = z
        self.best = res if self.frozen is None else torch.where(self.frozen, self.best, res)
        return False

    def _settle(self, z: Tensor, res: Tensor, better: Tensor, bound: Tensor) -> bool:
        """Sort out the samples one by one: new bests, new finishers. True when all are done."""
        before, now = self.frozen, res
        converged = res <= bound
        if bound.max() == float("inf"):  # where a state's norm overflows it says nothing
            converged &= (bound < float("inf")) | (res == 0)
        better |= converged
        within = res <= self._limit  # NaN is not
        if before is not None:
            better |= before  # held at their best, so z is right for them, res is not
            converged &= ~before
            within |= before
            res = torch.where(before, self.best, res)
        if self._mixed and not (converged | (self.status != _ACTIVE)).all():
            converged = torch.zeros_like(converged)  # only all together
        if better.all():
            self._all_best = self.looks
            self.best_z, self.best = z, res
        else:
            self.best_z = torch.where(better[:, None], z, self.best_z)
            self.best = torch.where(better, res, self.best)
            self._last_best = self._last_best.masked_fill(better, self.looks)
        if self.looks - self._all_best >= _PATIENCE or not within.all():
            finished = self._close(*self._leavers(res, converged, within))
        else:
            finished = bool(converged.any()) and self._close(converged, int(Status.CONVERGED))
        if finished and before is not None:
            return not self._reopen(before, now, bound)
        return finished

    def _leavers(self, res: Tensor, converged: Tensor, within: Tensor) -> tuple[Tensor, Tensor]:
        """Which samples finish now, and the code of each."""
        code = torch.full_like(self.status, _ACTIVE)
        floor = _FLOOR_EPS * torch.finfo(res.dtype).eps * self.size
        waited = self.looks - self._last_best.clamp(min=self._all_best)
        code.masked_fill_((waited >= _PATIENCE) & (res <= floor), int(Status.STALLED))
        code.masked_fill_(~within, int(Status.DIVERGED))
        code.masked_fill_(~torch.isfinite(res), int(Status.NON_FINITE))
        code.masked_fill_(converged, int(Status.CONVERGED))
        return (code != _ACTIVE) & (self.status == _ACTIVE), code

    def _reopen(self, before: Tensor, res: Tensor, bound: Tensor) -> bool:
        """Look once more at those that converged before the last ones did; True if some go on.

        Where f mixes samples, mates that moved on may have moved the equilibrium of one that had
        finished. Its state has stood still and was evaluated with theirs: the residual tells. From
        then on samples only finish all together.
        """
        converged = self.status == int(Status.CONVERGED)
        if not (before & converged & (res > 1.01 * bound)).any():
            return False
        self._mixed = True
        self.status = self.status.masked_fill(converged, _ACTIVE)
        self.best = torch.where(converged, res, self.best)
        self.frozen = self.status != _ACTIVE
        self._frozen_col = self.frozen[:, None]
        return True

    def close(self, which: Tensor | None, status: Status) -> bool:
        """Finish the unfinished samples of the mask ``which`` (None: all) with ``status``.

        Returns
        -------
        bool
            True when every sample has finished.
        """
        unfinished = self.status == _ACTIVE
        return self._close(unfinished if which is None else which & unfinished, int(status))

    def _close(self, which: Tensor, code: Tensor | int) -> bool:
        """Finish the unfinished samples of the mask ``which``, with a code for all or for each."""
        if isinstance(code, int):
            self.status = self.status.masked_fill(which, code)
        else:
            self.status = torch.where(which, code, self.status)
        self.nfe = self.nfe.masked_fill(which, self.evals)
        frozen = which if self.frozen is None else self.frozen | which
        finished = int(frozen.sum())
        if finished:
            self.frozen = frozen
            self._frozen_col = frozen[:, None]
        return finished == len(frozen)

    def hold(self, z: Tensor) -> Tensor:
        """Return ``z`` (B, D) with the finished samples put back to the state they return."""
        if self._frozen_col is None:
            return z
        return torch.where(self._frozen_col, self.best_z, z)
