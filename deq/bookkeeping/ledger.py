"""The ledger of one solve: who has finished and why, the best state of each, what was recorded.

Every solver reports through it, so that "converged" means the same thing whatever the method. The
states stay tensors where they are; lengths and codes, a few numbers a sample, are NumPy's, whose
small operations cost a third of a tensor's.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from deq.bookkeeping.concrete import require_plain
from deq.bookkeeping.finished import Finished
from deq.bookkeeping.host import Host, array
from deq.bookkeeping.recording import Recording
from deq.bookkeeping.rows import overlay, share_of
from deq.bookkeeping.schedule import Schedule
from deq.bookkeeping.stop_test import PATIENCE, Bools, Codes, Floats, StopTest
from deq.status import Status

# Up to so many samples plain numbers are quicker still, and every state is looked at.
_FEW = 4


class Ledger:
    """Per-sample bookkeeping over states flattened to (B, D).

    A sample has converged at z when ``‖f(z) − z‖₂ ≤ atol + rtol·‖z‖₂``. Its answer stands from
    then on; at every state that is observed it is back there.

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
    steady : bool
        Whether residuals shrink at a steady rate, so that looks may be skipped.

    Attributes
    ----------
    evals : int
        Evaluations of f so far; whoever evaluates f counts them here.
    size : Tensor, shape (B,)
        ‖z‖₂ of the state observed last.
    best_z : Tensor, shape (B, D)
        The state with the smallest residual so far.
    finished : Finished
        Who has finished.
    schedule : Schedule
        Which evaluations have to be observed; all of them unless ``steady``.
    mixed : bool
        Whether f was found to mix samples.
    recording : Recording or None
        What was kept.

    Notes
    -----
    The common look, in which nobody finishes and everybody improves, costs two norms and one host
    synchronisation; states are kept by reference. Only other looks sort samples out one by one.
    """

    def __init__(
        self,
        z0: Tensor,
        *,
        atol: float | Tensor,
        rtol: float,
        max_evals: int,
        record: bool,
        steady: bool = False,
    ) -> None:
        batch = z0.shape[0]
        self._host, self._given = Host(z0), atol
        limit = self._host.number(atol)  # () or (B,)
        self.rtol = rtol
        self._test = StopTest(limit, rtol, z0.dtype)
        # A list for few samples, whose numbers are looked at one by one.
        self._few = np.broadcast_to(limit, batch).tolist() if batch <= _FEW else None
        self.max_evals = max_evals
        self.evals = 0
        self.looks = 0
        self.best_z = z0
        self.size: Tensor  # from the first look on
        self._best: Floats | list[float] = np.full(batch, np.inf, self._host.dtype)  # (B,)
        self.finished = Finished(batch, self._host)
        self._last_best: Codes = np.zeros(batch, np.int64)  # look at which each last improved
        self._all_best = 0  # look at which all unfinished samples last improved
        self.mixed = False
        self.schedule = Schedule(steady and self._few is None and not record, max_evals)
        self._lost = False  # whether anybody may have finished without converging
        self.recording = Recording() if record else None

    @cached_property
    def atol(self) -> Tensor:
        """The absolute tolerance in the states' dtype, on their device, () or (B,)."""
        return self._host.rounded(self._given)

    @property
    def best(self) -> Tensor:
        """‖f(z) − z‖₂ at ``best_z``, (B,)."""
        return self._host.tensor(self._lengths(np.asarray(self._best)))

    @property
    def status(self) -> Tensor:
        """Codes of ``Status``, −1 for those who go on, (B,) int64."""
        return self._host.tensor(self.finished.status)

    @property
    def nfe(self) -> Tensor:
        """Evaluations of f until each sample finished, (B,) int64."""
        return self._host.tensor(self.finished.nfe)

    @property
    def frozen(self) -> Tensor | None:
        """Samples that have finished, (B,) bool; None while nobody has."""
        return self.finished.frozen

    def observe(self, t: float, z: Tensor, r: Tensor) -> bool:
        """Book the state ``z`` (B, D) with its residual vector ``r = f(z) − z`` at solver time t.

        Returns
        -------
        bool
            True when every sample has finished.
        """
        self.looks += 1
        if self.looks == 1:
            require_plain(r)
        length = torch.linalg.vector_norm(r, dim=1)  # (B,)
        self.size = torch.linalg.vector_norm(z, dim=1)  # (B,)
        done = self.finished.mask
        if self._few is not None and done is None and self.looks > 1:
            lengths = length.tolist()
            if self._few_go_on(lengths, self.size.tolist(), self._few):
                self._go_on(z, lengths)
                if self.recording is not None:
                    self.recording.keep(t, z, np.array(lengths, self._host.dtype), self.evals)
                return False
        res, size = array(length), array(self.size)
        if self.looks == 1:
            self._test.begin(res, size)
        bound = self._test.bound(size)  # (B,)
        going = (bound < res) & (res < self._best)  # (B,); NaN fails: it never passes for progress
        if done is not None:  # held at their best, so z is right for them, res is not
            going |= done
        if np.count_nonzero(going) == len(going):
            self._plan(res, bound)
            self._go_on(z, res)
            finished = False
        else:
            finished = self._settle(z, res, size, bound)
        if self.recording is not None:  # whoever has finished, just now too, stays there
            self.recording.keep(t, self.hold(z), self._lengths(res), self.evals)
        return finished

    def _few_go_on(self, res: list[float], size: list[float], atol: list[float]) -> bool:
        """Whether everybody improves and nobody finishes; few samples are quicker looked at so."""
        now = zip(res, self._best, atol, size, strict=True)
        return all(a + self.rtol * s < r < best for r, best, a, s in now)

    def _plan(self, res: Floats, bound: Floats) -> None:
        """Choose the next look, by the unfinished sample with the largest residual."""
        if self.schedule.skips:
            done = self.finished
            i = (res if done.mask is None else np.where(done.mask, 0, res)).argmax()
            self.schedule.plan(self.evals, float(self._best[i]), float(res[i]), float(bound[i]))

    def _go_on(self, z: Tensor, res: Floats | list[float]) -> None:
        """Book an improvement of all unfinished samples."""
        self._all_best = self.looks
        self.best_z = z
        self._best = res

    def _settle(self, z: Tensor, res: Floats, size: Floats, bound: Floats) -> bool:
        """Sort out the samples one by one: new bests, new finishers. True when all are done."""
        some_before, going = self.finished.mask is not None, self.finished.going
        converged = self._test.converged(res, bound) & going
        better = (res < self._best) | converged | ~going
        if self.mixed and not (converged | ~going).all():
            converged = np.zeros_like(converged)  # only all together
        if np.count_nonzero(better) == len(better):
            self._plan(res, bound)
            self._go_on(z, res)
            finished = self._close(converged, int(Status.CONVERGED))
        else:
            self.schedule.looked(self.evals)
            finished = self._sort_out(z, res, size, better, converged)
        return finished and not (some_before and self._reopen(res, bound))

    def _sort_out(
        self, z: Tensor, res: Floats, size: Floats, better: Bools, converged: Bools
    ) -> bool:
        """The same where somebody has not improved: perhaps it never will."""
        self.best_z = overlay(z, self.best_z, share_of(~better, z))
        self._best = np.where(better, res, self._best)
        self._last_best[better] = self.looks
        lost = ~(res <= self._test.limit) & self.finished.going  # NaN is
        if self.looks - self._all_best < PATIENCE and not lost.any():
            return self._close(converged, int(Status.CONVERGED))
        waited = self.looks - self._last_best.clip(min=self._all_best)  # (B,)
        code = self._test.hopeless(res, size, waited)
        code[converged] = Status.CONVERGED
        return self._close((code >= 0) & self.finished.going, code)

    def _reopen(self, res: Floats, bound: Floats) -> bool:
        """Look once more at those that converged before the last ones did; True if some go on.

        Where f mixes samples, mates that moved on may have moved the equilibrium of one that had
        finished. Its state has stood still and was evaluated with theirs: the residual tells. From
        then on samples only finish all together.
        """
        done = self.finished
        converged = done.status == int(Status.CONVERGED)
        if not (converged & (done.nfe < self.evals) & (res > 1.01 * bound)).any():
            return False
        self.mixed = True
        self._best = np.where(converged, res, self._best)
        done.reopen(converged)
        return True

    def close(self, which: Tensor | None, status: Status) -> bool:
        """Finish the unfinished samples of the mask ``which`` (None: all) with ``status``.

        Returns
        -------
        bool
            True when every sample has finished.
        """
        going = self.finished.going
        return self._close(going if which is None else array(which) & going, int(status))

    def _close(self, which: Bools, code: Codes | int) -> bool:
        self._lost |= not isinstance(code, int) or code != Status.CONVERGED
        self.finished.close(which, code, np.asarray(self._best), self.evals)
        return self.finished.left == 0

    def hold(self, z: Tensor) -> Tensor:
        """Return ``z`` (B, D) with the finished samples put back to the state they return.

        Far from the next look those that have converged may as well go on: it costs nothing.
        """
        done = self.finished
        if done.mask is None or (not self._lost and not self.schedule.due(self.evals + 1)):
            return z
        return done.hold(z, self.best_z)

    def _lengths(self, res: Floats) -> Floats:
        """Residuals (B,) with the finished samples' own put in."""
        done = self.finished
        return res if done.mask is None else np.where(done.mask, done.residual, res)

    def tensor(self, values: Floats) -> Tensor:
        """A copy of the residuals ``values`` (B,) as a tensor like the states."""
        return self._host.tensor(values)
