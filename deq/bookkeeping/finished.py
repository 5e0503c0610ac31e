"""Who has finished, how and when; and where their states are held while the others go on."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from deq.bookkeeping.host import Host
from deq.bookkeeping.rows import overlay, share_of
from deq.bookkeeping.stop_test import Bools, Codes, Floats

_ACTIVE = -1


class Finished:
    """The samples that have finished.

    Parameters
    ----------
    batch : int
        B.
    host : Host
        Where the states are.

    Attributes
    ----------
    status : array of int64, shape (B,)
        Codes of ``Status``, −1 for those who go on.
    nfe : array of int64, shape (B,)
        Evaluations of f until each finished.
    residual : array, shape (B,)
        ‖f(z) − z‖₂ of each where it finished.
    going : array of bool, shape (B,)
        Who has not finished.
    left : int
        How many that are.
    mask : array of bool, shape (B,), or None
        The others; None while there are none.
    """

    def __init__(self, batch: int, host: Host) -> None:
        self._host = host
        self.status: Codes = np.full(batch, _ACTIVE)
        self.nfe: Codes = np.zeros(batch, np.int64)
        self.residual: Floats = np.zeros(batch, host.dtype)
        self.going: Bools = np.ones(batch, np.bool_)
        self.left = batch
        self.mask: Bools | None = None
        self._frozen: Tensor | None = None  # (B,) the mask, once somebody has asked
        self._share: Tensor | None = None  # (B, 1) 1 where it is true and 0 elsewhere, likewise

    @property
    def frozen(self) -> Tensor | None:
        """The mask as a tensor, (B,) bool; None while nobody has finished."""
        if self._frozen is None and self.mask is not None:
            self._frozen = self._host.tensor(self.mask)
        return self._frozen

    def close(self, which: Bools, code: Codes | int, residual: Floats, evals: int) -> None:
        """Finish the unfinished samples of the mask ``which``, with a code for all or for each."""
        some = int(np.count_nonzero(which))
        if some:
            np.copyto(self.status, code, where=which)
            np.copyto(self.nfe, evals, where=which)
            np.copyto(self.residual, residual, where=which)
            self._changed(self.going & ~which, self.left - some)

    def reopen(self, which: Bools) -> None:
        """Let the finished samples of the mask ``which`` go on."""
        np.copyto(self.status, _ACTIVE, where=which)
        going = self.going | which
        self._changed(going, int(np.count_nonzero(going)))

    def _changed(self, going: Bools, left: int) -> None:
        self.going, self.left, self.mask = going, left, ~going
        self._frozen = self._share = None

    def hold(self, z: Tensor, best: Tensor) -> Tensor:
        """Return ``z`` (B, D), with the rows of those who have finished from ``best`` (B, D)."""
        if self.mask is None:
            return z
        if self._share is None:
            self._share = share_of(self.mask, z)
        return overlay(z, best, self._share)
