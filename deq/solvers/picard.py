"""Picard iteration: ``z ← f(z)``, or a damped step towards it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from deq.solvers.base import Iteration, require_number


@dataclass(frozen=True, slots=True, kw_only=True)
class Picard(Iteration):
    """Fixed-point iteration ``z ← z + h·(f(z) − z)``; with h = 1 simply ``z ← f(z)``.

    Converges, at the rate of the spectral radius ρ of the Jacobian of ``(1−h)·z + h·f(z)``, when
    ρ < 1. A damped step is an explicit Euler step of length h on dz/dt = f(z) − z.

    Parameters
    ----------
    damping : float
        h, greater than 0 and at most 2. Smaller is slower and more stable: slopes below −1, where
        the undamped iteration oscillates, settle for h < 2/(1 − λ).

    Notes
    -----
    Costs one tensor operation a step (none for h = 1) and stores nothing.

    In a batch of more than four the stop test is not made at every state (``deq.bookkeeping.
    schedule``): between two tests pass three quarters of the evaluations that the slowest sample
    still needs at its rate, and eight at most. A sample may be found to have finished (a little
    closer to its equilibrium), or to have failed, up to seven evaluations late; the best state is
    the best that was tested. In between, samples that have converged go on with the others; their
    answers stand. With ``record=True`` every state is tested.

    References
    ----------
    Banach, "Sur les opérations dans les ensembles abstraits", 1922.

    Examples
    --------
    >>> import torch, deq
    >>> sol = deq.solve(torch.cos, torch.tensor(-1.0), solver=deq.Picard(damping=0.6))
    >>> round(sol.z.item(), 3), int(sol.nfe)
    (0.739, 5)
    """

    damping: float = 1.0

    def __post_init__(self) -> None:
        require_number("damping", self.damping, low=0.0, high=2.0)

    @property
    def dt(self) -> float:
        """Solver time that one step takes."""
        return float(self.damping)

    @property
    def steady(self) -> bool:
        """True: near an equilibrium residuals shrink by ρ an evaluation."""
        return True

    def init(self, z0: Tensor) -> None:
        """Nothing to remember."""

    def step(self, state: None, z: Tensor, fz: Tensor) -> tuple[Tensor, None]:
        """Return ``z + damping·(fz − z)`` (B, D)."""
        if self.damping == 1.0:
            return fz, None
        return torch.lerp(z, fz, self.damping), None
