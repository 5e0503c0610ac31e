"""What a solve returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic

from torch import Tensor

from deq.bookkeeping.coupling import coupling_hint
from deq.bookkeeping.layout import S
from deq.bookkeeping.norms import relative_residual
from deq.status import Status


@dataclass(frozen=True, slots=True)
class Trajectory(Generic[S]):
    """Every accepted state of a solve, the start first.

    Attributes
    ----------
    t : Tensor, shape (T,), float64
        Solver time: t for ``ODE``, steps times damping for iterations (a damped step is an Euler
        step, so all solvers share one axis).
    z : Tensor, shape (T, B, …), or tuple of such
        States; a finished sample stays at the state it returns.
    residual : Tensor, shape (T, B)
        ‖f(z) − z‖₂ at each of them; (T, *leading dimensions) for other ``batch_dims``.
    nfe : Tensor, shape (T,), int64
        Evaluations of f spent when each was known, its own residual's included.
    """

    t: Tensor
    z: S
    residual: Tensor
    nfe: Tensor

    @property
    def relative_residual(self) -> Tensor:
        """‖f(z) − z‖₂ / (1 + ‖z‖₂) at each state, (T, B), as the stop test compares it."""
        return relative_residual(self.residual, self.z)


@dataclass(frozen=True, slots=True)
class Solution(Generic[S]):
    """What a solve reached, sample by sample.

    Shapes are for ``batch_dims=1``. In general there is one residual, one count and one status for
    each sample: ``sol.residual.shape == z0.shape[:batch_dims]``, a 0-D tensor for ``batch_dims=0``.

    Attributes
    ----------
    z : Tensor, shape (B, …), or tuple of such
        The equilibrium, or the state seen with the smallest finite residual; the start as it came,
        finite or not, where there was none.
    residual : Tensor, shape (B,)
        ‖f(z) − z‖₂ at exactly that z; infinite if it was finite nowhere. In half types one that is
        too large for the dtype is given as its largest number.
    nfe : Tensor, shape (B,), int64
        Evaluations of f until this sample was found to have finished.
    status : Tensor, shape (B,), int64
        ``Status`` codes.
    trajectory : Trajectory or None
        Present with ``record=True``.

    Notes
    -----
    ``str(solution)`` says how many samples ended how. If some have failed, it evaluates f two or
    three times more, to see whether f couples the samples of the batch; a solution that has failed
    keeps f for this.
    """

    z: S
    residual: Tensor
    nfe: Tensor
    status: Tensor
    trajectory: Trajectory[S] | None = None
    _f: Callable[[S], S] | None = field(default=None, repr=False, compare=False)

    @property
    def converged(self) -> Tensor:
        """Whether each sample met the stop test, (B,) bool."""
        return self.status == int(Status.CONVERGED)

    @property
    def relative_residual(self) -> Tensor:
        """‖f(z) − z‖₂ / (1 + ‖z‖₂) at z, (B,): the stop test compares it with ``tol``.

        It is at most ``tol`` where a sample has converged, unless atol and rtol were given apart.
        """
        return relative_residual(self.residual, self.z)

    def __str__(self) -> str:
        codes = self.status.flatten().tolist()
        parts = [f"{codes.count(s)} of {len(codes)} samples: {s}" for s in Status if s in codes]
        if self._f is not None:
            parts.append(coupling_hint(self._f, self.z, self.status.ndim))
        return "\n".join(filter(None, parts))

    def __getstate__(self) -> list[Any]:
        """All but f: not every function can be pickled."""
        return [self.z, self.residual, self.nfe, self.status, self.trajectory, None]
