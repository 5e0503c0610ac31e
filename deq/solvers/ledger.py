"""The ledger of one solve: who has finished and why, the best state of each, what was recorded.

Every solver reports through it, so that "converged" means the same thing whatever the method. The
states stay tensors where they are; lengths and codes, a few numbers a sample, are NumPy's, whose
small operations cost a third of a tensor's.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from deq.status import Status

Floats = npt.NDArray[np.floating[Any]]
Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int64]

_ACTIVE = -1
# A residual this many times larger than everything the sample started with will not come back.
_GROWTH = 1e8
# Below this many units of rounding, no new best for so many looks means the float floor.
_FLOOR_EPS = 64.0
_PATIENCE = 12
# Up to so many samples plain numbers are quicker still.
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
    size : Tensor, shape (B,)
        ‖z‖₂ of the state observed last.
    best_z : Tensor, shape (B, D)
        The state with the smallest residual so far.

    Notes
    -----
    The common look, in which nobody finishes and everybody improves, costs two norms and one host
    synchronisation; states are kept by reference. Only other looks sort samples out one by one.
    """

    def __init__(
        self, z0: Tensor, *, atol: float | Tensor, rtol: float, max_evals: int, record: bool
    ) -> None:
        batch = z0.shape[0]
        self.atol = torch.as_tensor(atol, dtype=z0.dtype, device=z0.device)
        self.rtol = rtol
        self._dtype = z0.dtype
        self._atol = _host(self.atol)  # () or (B,)
        # A list for few samples, whose numbers are looked at one by one.
        self._few = self.atol.expand(batch).tolist() if batch <= _FEW else None
        self.max_evals = max_evals
        self.evals = 0
        self.looks = 0
        self.best_z = z0
        self.size = self.atol
        kind = self._atol.dtype
        self._best: Floats | list[float] = np.full(batch, np.inf, kind)  # (B,) of those who go on
        self._final: Floats = np.zeros(batch, kind)  # (B,) of those who have finished
        self._status: Codes = np.full(batch, _ACTIVE)
        self._nfe: Codes = np.zeros(batch, np.int64)
        self._going = np.ones(batch, np.bool_)  # (B,) who has not finished
        self._left = batch  # how many that are
        self._done: Bools | None = None  # (B,) the others; None while there are none
        self._frozen: Tensor | None = None  # (B,) the same, once somebody has asked
        self._rows: Tensor | None = None  # (k,) their places, once they are held
        self._kept = z0  # (k, D) what they return
        self._limit: Floats = self._atol  # (B,) residual beyond which a sample has diverged
        self._last_best: Codes = np.zeros(batch, np.int64)  # look at which each last improved
        self._all_best = 0  # look at which all unfinished samples last improved
        self._mixed = False  # whether f was found to mix samples
        self.record = record
        self.times: list[float] = []
        self.states: list[Tensor] = []
        self.spent: list[int] = []
        self._residuals: list[Floats] = []

    @property
    def best(self) -> Tensor:
        """‖f(z) − z‖₂ at ``best_z``, (B,)."""
        return self._tensor(self._lengths(np.asarray(self._best)))

    @property
    def status(self) -> Tensor:
        """Codes of ``Status``, −1 for those who go on, (B,) int64."""
        return torch.from_numpy(self._status.copy()).to(self.atol.device)

    @property
    def nfe(self) -> Tensor:
        """Evaluations of f until each sample finished, (B,) int64."""
        return torch.from_numpy(self._nfe.copy()).to(self.atol.device)

    @property
    def residuals(self) -> list[Tensor]:
        """One recorded tensor (B,) a look."""
        return [self._tensor(res) for res in self._residuals]

    @property
    def frozen(self) -> Tensor | None:
        """Samples that have finished, (B,) bool; None while nobody has."""
        if self._frozen is None and self._done is not None:
            self._frozen = torch.from_numpy(self._done.copy()).to(self.atol.device)
        return self._frozen

    def observe(self, t: float, z: Tensor, r: Tensor) -> bool:
        """Book the state ``z`` (B, D) with its residual vector ``r = f(z) − z`` at solver time t.

        Returns
        -------
        bool
            True when every sample has finished.
        """
        self.looks += 1
        length = torch.linalg.vector_norm(r, dim=1)  # (B,)
        self.size = torch.linalg.vector_norm(z, dim=1)  # (B,)
        if self._few is not None and self._done is None and self.looks > 1:
            lengths = length.tolist()
            if self._few_go_on(lengths, self.size.tolist(), self._few):
                self._go_on(z, lengths)
                if self.record:
                    self._keep(t, z, np.array(lengths, self._atol.dtype))
                return False
        res, size = _host(length), _host(self.size)
        if self.looks == 1:
            self._set_limit(res, size)
        bound = self._atol + self.rtol * size  # (B,)
        better = res < self._best  # NaN fails both comparisons: it never passes for progress
        converged = res <= bound
        if self._done is not None:  # held at their best, so z is right for them, res is not
            better |= self._done
            converged &= self._going
        if better.all() and not converged.any():
            self._go_on(z, res)
            finished = False
        else:
            finished = self._settle(z, res, size, better, converged, bound)
        if self.record:  # whoever has finished, just now too, stays at what it returns
            self._keep(t, self.hold(z), self._lengths(res))
        return finished

    def _set_limit(self, res: Floats, size: Floats) -> None:
        """From what a sample starts with follows where it is lost."""
        with np.errstate(over="ignore"):
            # atol/rtol is the problem's own unit of length: 1 for tol, the gradient's for adjoints.
            limit = _GROWTH * (res + size + self._atol / self.rtol)
        self._limit = limit.clip(max=np.finfo(limit.dtype).max)  # infinity is beyond it

    def _few_go_on(self, res: list[float], size: list[float], atol: list[float]) -> bool:
        """Whether everybody improves and nobody finishes; few samples are quicker looked at so."""
        now = zip(res, self._best, atol, size, strict=True)
        return all(a + self.rtol * s < r < best for r, best, a, s in now)

    def _go_on(self, z: Tensor, res: Floats | list[float]) -> None:
        """Book an improvement of all unfinished samples."""
        self._all_best = self.looks
        self.best_z = z
        self._best = res

    def _settle(
        self,
        z: Tensor,
        res: Floats,
        size: Floats,
        better: Bools,
        converged: Bools,
        bound: Floats,
    ) -> bool:
        """Sort out the samples one by one: new bests, new finishers. True when all are done."""
        some_before = self._done is not None
        if bound.max() == np.inf:  # where a state's norm overflows it says nothing
            converged &= (bound < np.inf) | (res == 0)
        better |= converged
        if self._mixed and not (converged | ~self._going).all():
            converged = np.zeros_like(converged)  # only all together
        if better.all():
            self._go_on(z, res)
            finished = self._close(converged, int(Status.CONVERGED))
        else:
            finished = self._sort_out(z, res, size, better, converged)
        return finished and not (some_before and self._reopen(res, bound))

    def _sort_out(
        self, z: Tensor, res: Floats, size: Floats, better: Bools, converged: Bools
    ) -> bool:
        """The same where somebody has not improved: perhaps it never will."""
        worse = self._places(~better)
        self.best_z = z.index_copy(0, worse, self.best_z.index_select(0, worse))
        self._best = np.where(better, res, self._best)
        self._last_best[better] = self.looks
        within = (res <= self._limit) | ~self._going  # NaN is not
        if self.looks - self._all_best < _PATIENCE and within.all():
            return self._close(converged, int(Status.CONVERGED))
        return self._close(*self._leavers(res, size, converged, within))

    def _leavers(
        self, res: Floats, size: Floats, converged: Bools, within: Bools
    ) -> tuple[Bools, Codes]:
        """Which samples finish now, and the code of each."""
        code: Codes = np.full_like(self._status, _ACTIVE)
        floor = _FLOOR_EPS * torch.finfo(self._dtype).eps * size
        waited = self.looks - self._last_best.clip(min=self._all_best)
        code[(waited >= _PATIENCE) & (res <= floor)] = Status.STALLED
        code[~within] = Status.DIVERGED
        code[~np.isfinite(res)] = Status.NON_FINITE
        code[converged] = Status.CONVERGED
        return (code != _ACTIVE) & self._going, code

    def _reopen(self, res: Floats, bound: Floats) -> bool:
        """Look once more at those that converged before the last ones did; True if some go on.

        Where f mixes samples, mates that moved on may have moved the equilibrium of one that had
        finished. Its state has stood still and was evaluated with theirs: the residual tells. From
        then on samples only finish all together.
        """
        converged = self._status == int(Status.CONVERGED)
        if not (converged & (self._nfe < self.evals) & (res > 1.01 * bound)).any():
            return False
        self._mixed = True
        self._status[converged] = _ACTIVE
        self._best = np.where(converged, res, self._best)
        self._going |= converged
        self._left = int(self._going.sum())
        self._done, self._frozen, self._rows = ~self._going, None, None
        return True

    def close(self, which: Tensor | None, status: Status) -> bool:
        """Finish the unfinished samples of the mask ``which`` (None: all) with ``status``.

        Returns
        -------
        bool
            True when every sample has finished.
        """
        going = self._going
        return self._close(going if which is None else _host(which) & going, int(status))

    def _close(self, which: Bools, code: Codes | int) -> bool:
        """Finish the unfinished samples of the mask ``which``, with a code for all or for each."""
        (places,) = which.nonzero()
        if len(places):
            self._status[places] = code if isinstance(code, int) else code[places]
            self._nfe[places] = self.evals
            self._final[places] = np.asarray(self._best)[places]
            self._going[places] = False
            self._left -= len(places)
            self._done, self._frozen, self._rows = ~self._going, None, None
        return self._left == 0

    def hold(self, z: Tensor) -> Tensor:
        """Return ``z`` (B, D) with the finished samples put back to the state they return."""
        if self._done is None:
            return z
        if self._rows is None:
            self._rows = self._places(self._done)
            self._kept = self.best_z.index_select(0, self._rows)
        return z.index_copy(0, self._rows, self._kept)

    def _keep(self, t: float, z: Tensor, res: Floats) -> None:
        self.times.append(t)
        self.states.append(z)
        self.spent.append(self.evals)
        self._residuals.append(res)

    def _lengths(self, res: Floats) -> Floats:
        """Residuals (B,) with the finished samples' own put in."""
        return res if self._done is None else np.where(self._done, self._final, res)

    def _tensor(self, values: Floats) -> Tensor:
        return torch.from_numpy(values.copy()).to(self.atol.device, self._dtype)

    def _places(self, which: Bools) -> Tensor:
        """Where a mask is true, (k,)."""
        return torch.from_numpy(which.nonzero()[0]).to(self.atol.device)


def _host(values: Tensor) -> Any:
    """The numbers as NumPy's, half types as float32."""
    if values.dtype in (torch.bfloat16, torch.float16):
        values = values.float()
    return values.cpu().numpy()
