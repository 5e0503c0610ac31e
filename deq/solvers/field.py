"""The vector field f(z) − z as torchdiffeq calls it, booking what it accepts in the ledger.

Torchdiffeq owns the loop; this hears of each step through its callbacks and leaves by an exception.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from deq.solvers.base import FlatMap
from deq.solvers.ledger import Ledger
from deq.status import Status

# Trial steps of a sample that may run into NaN or infinity before it is given up.
_NON_FINITE_TRIALS = 6


class Stop(Exception):
    """Leaves the integration; never seen outside this package."""


class Field:
    """The vector field, remembering its last evaluation.

    Parameters
    ----------
    f : callable
        The map on flat states (B, D).
    ledger : Ledger
        Where accepted states are booked.
    """

    def __init__(self, f: FlatMap, ledger: Ledger) -> None:
        self.f = f
        self.ledger = ledger
        self.error: AssertionError | None = None  # the map's own, not one of torchdiffeq's
        self.pending: float | None = None  # time of an accepted state that is evaluated next
        self.started = False
        self.y: Tensor  # (B, D) the state evaluated last
        self.r: Tensor  # (B, D) f(y) − y, zero for finished samples

    def __call__(self, t: Tensor, y: Tensor) -> Tensor:
        """Return the field at ``y`` (B, D), as torchdiffeq wants it."""
        if not self.started:  # at the start, which was evaluated and booked before
            self.started, self.pending = True, None
            return self.r
        self.evaluate(y)
        if self.pending is not None:
            self.book(self.pending)
        return self.r

    def evaluate(self, y: Tensor) -> None:
        """Evaluate the field at ``y`` (B, D), or leave when there is no evaluation left."""
        ledger = self.ledger
        if ledger.evals >= ledger.max_evals:
            raise Stop
        self.y = ledger.hold(y)
        try:
            self.r = self.f(self.y) - self.y
        except AssertionError as error:
            self.error = error
            raise
        self._still()

    def book(self, t: float) -> None:
        """Book the state evaluated last as accepted at time t; leave when all have finished."""
        self.pending = None
        if self.ledger.observe(t, self.y, self.r):
            raise Stop
        self._still()

    def _still(self) -> None:
        """Let finished samples stand still."""
        if self.ledger.frozen is not None:
            self.r = self.r.masked_fill(self.ledger.frozen[:, None], 0.0)

    def start(self, z0: Tensor) -> None:
        """Evaluate and book the start."""
        self.evaluate(z0)
        self.book(0.0)

    def options(self, t_max: float) -> dict[str, object]:
        """Options of torchdiffeq's method."""
        raise NotImplementedError

    def arrive(self, y: Tensor, t: float) -> None:
        """Take note of the state ``y`` (B, D) at the end of the time axis."""
        self.evaluate(y)
        self.book(t)


class AdaptiveField(Field):
    """Books accepted steps; measures errors sample by sample, in the norm of the stop test.

    Parameters
    ----------
    f, ledger
        As for ``Field``.
    order : int
        Order of the step-size rule.
    free : bool
        Whether the last stage of a step is evaluated at the state that the step ends in.
    rtol, atol : float or None
        Tolerances of a step; None ties them to the ledger's.
    """

    def __init__(
        self,
        f: FlatMap,
        ledger: Ledger,
        *,
        order: int,
        free: bool,
        rtol: float | None,
        atol: float | None,
    ) -> None:
        super().__init__(f, ledger)
        self.order = order
        self.free = free
        rounding = 4 * torch.finfo(ledger.best.dtype).eps  # no step can be held to less
        self.rtol = max(ledger.rtol / 10, rounding) if rtol is None else rtol
        self.atol = ledger.atol / 10 if atol is None else atol
        self.scale: Tensor  # (B,) error that a step of each sample may make
        self.trials = torch.zeros_like(ledger.status)  # (B,) trial steps that were not finite

    def book(self, t: float) -> None:
        """Book the state evaluated last as accepted at time t; leave when all have finished."""
        super().book(t)
        self.scale = self.ledger.size * self.rtol + self.atol

    def options(self, t_max: float) -> dict[str, object]:
        """Options of torchdiffeq's adaptive methods."""
        options: dict[str, object] = {"norm": self.norm, "first_step": self.first_step()}
        if t_max != math.inf:
            options["step_t"] = torch.tensor([t_max], dtype=torch.float64)  # land on it
        return options

    def arrive(self, y: Tensor, t: float) -> None:
        """Take note of the state ``y`` (B, D) at the end of the time axis."""
        if self.pending is not None:
            super().arrive(y, t)

    def first_step(self) -> float:
        """Step at which an error of size ‖r‖·h^order would just be allowed, at most 1.

        Torchdiffeq's own guess costs an evaluation and collapses to 1e-4 for a start at zero.
        """
        length = torch.linalg.vector_norm(self.r, dim=1)  # (B,)
        allowed = torch.where(length > 0, self.scale / length, 1.0).min().item()
        return float(min(max(allowed, 1e-30) ** (1.0 / self.order), 1.0))

    def norm(self, error: Tensor) -> Tensor:
        """Largest ratio, over unfinished samples, of the error (B, D) to what is allowed."""
        ledger = self.ledger
        ratio = torch.linalg.vector_norm(error, dim=1) / self.scale  # (B,)
        if ledger.frozen is not None:
            ratio = torch.where(ledger.frozen, 0.0, ratio)
        worst: Tensor = ratio.max()  # NaN if any is
        if worst.isfinite():
            return worst
        # Out of the map's domain, or about to explode: torchdiffeq would give up on a NaN.
        self.trials += ~ratio.isfinite()
        if ledger.close(self.trials >= _NON_FINITE_TRIALS, Status.NON_FINITE):
            raise Stop
        return torch.full_like(worst, float("inf"))  # rejected; the next try is shorter

    def callback_step(self, t0: Tensor, y0: Tensor, dt: Tensor) -> None:
        """Called before torchdiffeq tries a step from the accepted state y0."""
        if self.pending is not None:
            self.evaluate(y0)
            self.book(self.pending)
        if not t0 + dt > t0:
            self.ledger.close(self.trials > 0, Status.NON_FINITE)
            self.ledger.close(None, Status.STALLED)
            raise Stop

    def callback_accept_step(self, t0: Tensor, y0: Tensor, dt: Tensor) -> None:
        """Called when torchdiffeq has accepted the step that it tried from y0."""
        t = float(t0 + dt)
        if self.free:
            self.book(t)
        else:
            self.pending = t


class FixedField(Field):
    """Books the state at the first stage of every step.

    Parameters
    ----------
    f, ledger
        As for ``Field``.
    step : float
        The step.
    """

    def __init__(self, f: FlatMap, ledger: Ledger, *, step: float) -> None:
        super().__init__(f, ledger)
        self.step = step

    def options(self, t_max: float) -> dict[str, object]:
        """Options of torchdiffeq's fixed-step methods."""
        return {"grid_constructor": self.grid}

    def grid(self, f: object, y0: Tensor, t: Tensor) -> Tensor:
        """Times 0, step, 2·step, … up to the end of the axis ``t``, which may cut the last step.

        Torchdiffeq's own adds a step of length zero when rounding puts the end a hair too far.
        """
        end = float(t[-1])
        steps = math.ceil(end / self.step * (1 - 1e-12))
        times = torch.arange(steps + 1, dtype=t.dtype, device=t.device) * self.step
        times[-1] = end
        return times

    def callback_step(self, t0: Tensor, y0: Tensor, dt: Tensor) -> None:
        """Called before torchdiffeq steps from y0, whose evaluation comes next."""
        self.pending = float(t0)
