"""The ledger of one solve: which samples have finished, how, and the best state of each.

Every solver enters its states here, so that "converged" means the same thing for every method.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from deq.bookkeeping.concrete import require_concrete
from deq.bookkeeping.norms import scaled_norm
from deq.bookkeeping.recording import Recording
from deq.bookkeeping.rounding import rounding_unit
from deq.bookkeeping.stop_test import ACTIVE, PATIENCE, StopTest
from deq.status import Status

_CONVERGED = int(Status.CONVERGED)


class Ledger:
    """Bookkeeping per sample, over states flattened to (B, D).

    A sample has converged at z when ``‖f(z) − z‖₂ ≤ atol + rtol·‖z‖₂``, unless it got there by its
    own growth (``StopTest``). Its answer stands from then on, while the rest of the batch, the
    active set, goes on.

    Parameters
    ----------
    z0 : Tensor, shape (B, D)
        The start.
    atol : float
        Absolute tolerance, in the problem's unit of length.
    rtol : float
        Relative tolerance.
    max_evals : int
        Cap on the evaluations of f.
    record : bool
        Keep every state that is observed.
    unit : float or Tensor of shape (B,)
        The problem's unit of length: 1, or the gradient's length for adjoints.

    Attributes
    ----------
    atol : Tensor, shape () or (B,)
        Absolute tolerance.
    evals : int
        Evaluations of f so far; the caller of f counts them by ``count``.
    unit : Tensor, shape () or (B,)
        The same, in the dtype of the states.
    size : Tensor, shape (B,)
        ‖z‖₂ of the state observed last.
    residual, bound : Tensor, shape (B,)
        ‖f(z) − z‖₂ there, and what it has to reach.
    best_z : Tensor, shape (B, D)
        Of each sample the state with the smallest residual so far; its start, as it came, where no
        residual was finite.
    coarse : torch.dtype or None
        In which f is known to compute, if not in the state's.
    status : Tensor, shape (B,), int64
        Codes of ``Status``, −1 for active samples.
    nfe : Tensor, shape (B,), int64
        Evaluations of f until each sample finished.
    frozen : Tensor, shape (B,), bool, or None
        Samples that have finished; None while there are none.
    failed : bool
        Whether a sample has finished without converging.
    recording : Recording or None
        Every state that was observed, with ``record=True``.

    Notes
    -----
    Norms of half types are kept in float32. Those whose squares leave the range of their dtype are
    computed once more, scaled: too large ones always (above its largest number they are given as
    that number), too small ones where they decide.
    """

    def __init__(
        self, z0: Tensor, *, atol: float, rtol: float, max_evals: int, record: bool,
        unit: float | Tensor = 1.0,
    ) -> None:  # fmt: skip
        batch, device = len(z0), z0.device
        self._dtype, self._wide = z0.dtype, torch.promote_types(z0.dtype, torch.float32)
        wide = torch.finfo(self._wide)
        self._tiny = math.sqrt(wide.tiny / wide.eps)  # squares of shorter ones lose digits
        self.unit = torch.as_tensor(unit, dtype=z0.dtype, device=device)  # () or (B,)
        self.atol = atol * self.unit
        self._exact = bool((self.atol < self._tiny).any())  # whether such residuals decide
        self.rtol, self.max_evals, self.evals = rtol, max_evals, 0
        self.size: Tensor
        self.residual: Tensor
        self.bound: Tensor
        self.best_z = z0
        self._fz: Tensor | None = None  # what f gave last, while its rounding is in question
        self.coarse: torch.dtype | None = None
        self._best = torch.full((batch,), math.inf, dtype=self._wide, device=device)
        self.status = torch.full((batch,), ACTIVE, device=device)
        self.nfe = torch.zeros_like(self.status)
        self.frozen: Tensor | None = None
        self.failed = False
        self._active: Tensor | None = None  # (B,) the samples that have not
        self._all = False  # whether all samples have finished
        self.recording = Recording() if record else None
        self._test: StopTest | None = None
        self._mixed = False  # whether f was found to mix samples
        self._observed = 0  # states so far
        self._all_best = 0  # of them, the last that was the best of all active samples
        self._last_best = torch.zeros_like(self.status)  # the last that was the best of each

    @property
    def best(self) -> Tensor:
        """‖f(z) − z‖₂ at ``best_z``, (B,)."""
        return self._narrow(self._best)

    def count(self, fz: Tensor) -> None:
        """Count an evaluation of f, which gave ``fz`` (B, D)."""
        self.evals += 1
        # Kept for `rounding_unit` only: one more live state in every step takes 5 % more time.
        self._fz = fz if self._observed + 1 - self._all_best >= PATIENCE else None

    def observe(self, t: float, z: Tensor, r: Tensor) -> bool:
        """Enter the state ``z`` (B, D) with its residual vector ``r = f(z) − z`` at solver time t.

        Returns
        -------
        bool
            True when every sample has finished.
        """
        self._observed += 1
        residual = torch.linalg.vector_norm(r, dim=1, dtype=self._wide)  # (B,)
        size = torch.linalg.vector_norm(z, dim=1, dtype=self._wide)  # (B,)
        if self._test is None:
            require_concrete(r)
            residual, size = self._in_range(residual, size, r, z)
            atol, unit = self.atol.to(self._wide), self.unit.to(self._wide)
            self._test = StopTest(atol, self.rtol, self._dtype, unit, residual, size)
        self.size, self.residual = self._narrow(size), residual
        bound = self.bound = self._test.bound(size)  # (B,)
        better = residual < self._best  # (B,), not if NaN
        progress = better & (bound < residual)
        if self.frozen is not None:
            progress |= self.frozen
        if progress.all():  # the usual case: nothing to sort out
            self._all_improve(z, residual)
            finished = False
        else:
            finished = self._sort_out(self._test, z, r, residual, size, progress)
        if self.recording is not None:
            shown = residual if self.frozen is None else self._best.where(self.frozen, residual)
            self.recording.keep(t, self.hold(z), self._narrow(shown), self.evals)
        return finished

    def _all_improve(self, z: Tensor, residual: Tensor) -> None:
        """Note that every active sample is at its best."""
        frozen = self.frozen
        self._all_best, self.best_z = self._observed, self.hold(z)
        self._best = residual if frozen is None else torch.where(frozen, self._best, residual)

    def _sort_out(
        self,
        test: StopTest,
        z: Tensor,
        r: Tensor,
        residual: Tensor,
        size: Tensor,
        progress: Tensor,
    ) -> bool:
        """Find new bests and samples that finish. True when all have.

        ``progress`` (B,) marks those that improve and go on, or have finished before.
        """
        before, active = self.frozen, self._active
        if self._exact:  # squares of short ones lose digits
            residual = torch.where(residual < self._tiny, scaled_norm(r, self._wide), residual)
        bound = test.strict_bound(size)
        converged = residual <= bound  # (B,)
        calm = bool((converged | progress).all())
        if not calm:
            exact = self._in_range(residual, size, r, z)
            if exact[0] is not residual:
                residual, size = exact
                bound = test.strict_bound(size)
                converged = residual <= bound
                self.size, self.residual = self._narrow(size), residual
        self.bound = bound
        improved = None if calm else (residual < self._best) | converged  # (B,), not if NaN
        if active is not None:
            converged = converged & active
            if self._mixed and not converged[active].all():
                converged = torch.zeros_like(converged)  # only all together
        if improved is None:
            self._all_improve(z, residual)
            finished = self._finish(converged, _CONVERGED)
        else:
            improved = improved if active is None else improved & active
            self._best = torch.where(improved, residual, self._best)
            self.best_z = torch.where(improved[:, None], z, self.best_z)
            self._last_best.masked_fill_(improved, self._observed)
            finished = self._finish(converged, _CONVERGED)
            long = self._observed - self._all_best >= PATIENCE
            if long or not ((residual <= test.limit) & (bound >= 0)).all():  # some are hopeless
                waited = self._observed - self._last_best.clamp(min=self._all_best)  # (B,)
                eps = rounding_unit(z.dtype, self.coarse, self._fz) if long else 0.0
                code = test.verdict(residual, size, bound, waited, eps)
                finished = self._finish(code != ACTIVE, code)
        return finished and not (before is not None and self._reopen(residual, bound))

    def _in_range(
        self, residual: Tensor, size: Tensor, r: Tensor, z: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The norms (B,) of ``r`` and ``z`` (B, D), again where squares left the range."""
        both = residual + size  # (B,)
        if self.frozen is not None:
            both = both.masked_fill(self.frozen, 0.0)
        if math.isfinite(both.sum().item()):
            return residual, size
        return scaled_norm(r, self._wide), scaled_norm(z, self._wide)

    def _narrow(self, length: Tensor) -> Tensor:
        """Norms (B,) in the dtype of the states; finite ones stay finite."""
        if self._dtype == self._wide:
            return length
        most = torch.finfo(self._dtype).max
        return torch.where(length < math.inf, length.clamp(max=most), length).to(self._dtype)

    def _reopen(self, residual: Tensor, bound: Tensor) -> bool:
        """Test again the samples that converged before the last ones did; True if some go on.

        Where f mixes samples, the equilibrium of a finished sample may have moved with the others.
        Its state has stood still and was evaluated with theirs, so the residual tells. From then on
        samples finish only all together.
        """
        converged = self.status == _CONVERGED
        if not (converged & (self.nfe < self.evals) & (residual > 1.01 * bound)).any():
            return False
        self._mixed = True
        self._best = torch.where(converged, residual, self._best)
        self.status = self.status.masked_fill(converged, ACTIVE)
        self._mark()
        return True

    def close(self, which: Tensor | None, status: Status) -> bool:
        """Finish the active samples of the mask ``which`` (None: all) with ``status``.

        Returns
        -------
        bool
            True when every sample has finished.
        """
        every = torch.ones_like(self.status, dtype=torch.bool)
        return self._finish(every if which is None else which, int(status))

    def _finish(self, which: Tensor, code: Tensor | int) -> bool:
        """Finish active samples of the mask ``which``. True when every sample has finished."""
        if self._active is not None:
            which = which & self._active
        if which.any():
            self.status = torch.where(which, code, self.status)
            self.nfe = self.nfe.masked_fill(which, self.evals)
            self._mark()
            if isinstance(code, Tensor) or code != _CONVERGED:
                self.failed = True
        return self._all

    def _mark(self) -> None:
        """Note which samples have finished, after the status has changed."""
        self._active = self.status == ACTIVE
        self.frozen = ~self._active
        self._all = bool(self.frozen.all())

    def hold(self, z: Tensor) -> Tensor:
        """Return ``z`` (B, D) with the finished samples put back to the state they return."""
        return z if self.frozen is None else torch.where(self.frozen[:, None], self.best_z, z)

    def stand_still(self, z: Tensor, g: Tensor) -> tuple[Tensor, Tensor]:
        """Return ``z``, ``g = f(z) − z`` (B, D) with finished samples held: finite, and g zero."""
        if self.frozen is None:
            return z, g
        return self.hold(z).nan_to_num(), g.masked_fill(self.frozen[:, None], 0.0)
