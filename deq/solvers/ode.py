"""The ODE road: integrate dz/dt = f(z) − z with torchdiffeq until it stands still."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torchdiffeq import odeint

from deq.solvers.base import FlatMap, Integrator, require_number
from deq.solvers.ledger import Ledger
from deq.status import Status

# method → order of the step-size rule.
_ADAPTIVE = {"dopri5": 5, "dopri8": 8, "bosh3": 3, "adaptive_heun": 2, "fehlberg2": 2}
# Their last stage is evaluated at the accepted state itself, so its residual comes for free.
_LAST_STAGE_IS_ACCEPTED = frozenset({"dopri5", "dopri8", "bosh3"})
# method → evaluations a step. The first stage is evaluated at the accepted state.
_FIXED = {"euler": 1, "midpoint": 2, "heun2": 2, "heun3": 3, "rk4": 4}
# Trial steps of a sample that may run into NaN or infinity before it is given up.
_NON_FINITE_TRIALS = 6


# End of a time axis that only the cap on evaluations bounds.
_FOR_EVER = 1e30


class _Stop(Exception):
    """Leaves the integration; never seen outside this module."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ODE(Integrator):
    """Integrate ``dz/dt = f(z) − z`` until ``f(z) = z``, by a Runge–Kutta method of torchdiffeq.

    Reaches every equilibrium whose Jacobian J has Re λ(J) < 1: also those that oscillate or blow up
    under Picard iteration. On ordinary contractive maps it needs several times more evaluations.

    Parameters
    ----------
    method : str
        Adaptive: "dopri5", "dopri8", "bosh3", "adaptive_heun", "fehlberg2". With a fixed step:
        "euler", "midpoint", "heun2", "heun3", "rk4".
    t_max : float
        Cap on the solver time t, hit exactly; infinite (no cap but ``max_evals``) unless given.
    rtol, atol : float or None
        Tolerances of the adaptive step. A step is accepted when each unfinished sample's error
        estimate satisfies ``‖err‖₂ ≤ atol + rtol·‖z‖₂``, the norm of the stop test. None takes a
        tenth of the solve's own tolerances: an explicit method bounces at about rtol·‖z‖ for ever,
        so looser ones may never let the residual through. (rtol stays above 4·eps of the dtype.)
    step : float
        Step of the fixed-step methods. Euler with step h is Picard with damping h.

    Notes
    -----
    The steady state is tested at accepted steps only, on an evaluation that the method has made
    anyway ("adaptive_heun" and "fehlberg2" need one more a step). A finished sample stands still
    while its batch mates go on. What torchdiffeq cannot do is give each sample its own step: all
    share the one that the most demanding unfinished sample needs, so a sample costs at most as
    many evaluations as it does alone together with the slowest of its mates, and its answer agrees
    with the one found alone to within the tolerance. A sample whose trial steps run into NaN or
    infinity several times is given up as non-finite. A step too short to move the clock ends the
    solve as stalled. Stores the stages of one step: 7 states for dopri5, 14 for dopri8.

    References
    ----------
    Dormand & Prince, "A family of embedded Runge–Kutta formulae", J. Comput. Appl. Math., 1980.
    Chen et al., "Neural ordinary differential equations", 2018 (torchdiffeq).

    Examples
    --------
    Picard jumps between 0 and −3z+4 ever further; the ODE walks to 1.

    >>> import torch, deq
    >>> sol = deq.solve(lambda z: -3 * z + 4, torch.zeros(1), solver=deq.ODE(), tol=1e-3)
    >>> round(sol.z.item(), 2), bool(sol.converged)
    (1.0, True)
    """

    method: str = "dopri5"
    t_max: float = math.inf
    rtol: float | None = None
    atol: float | None = None
    step: float = 0.5

    def __post_init__(self) -> None:
        if self.method not in _ADAPTIVE and self.method not in _FIXED:
            known = ", ".join([*_ADAPTIVE, *_FIXED])
            raise ValueError(f"method must be one of {known}, not {self.method!r}.")
        if self.t_max != math.inf:
            require_number("t_max", self.t_max, low=0.0)
        require_number("step", self.step, low=0.0)
        for name, value in (("rtol", self.rtol), ("atol", self.atol)):
            if value is not None:
                require_number(name, value, low=0.0)

    def run(self, f: FlatMap, z0: Tensor, ledger: Ledger) -> None:
        """Integrate from ``z0`` (B, D), booking every accepted state in the ledger."""
        fixed = self.method in _FIXED
        field = _FixedField(self, f, ledger) if fixed else _AdaptiveField(self, f, ledger)
        try:
            field.start(z0)
            y0 = ledger.hold(z0)
            if ledger.frozen is not None:
                y0 = torch.nan_to_num(y0)  # a start that is not finite stands aside, harmless
            far = (ledger.max_evals + 1) * self.step if fixed else _FOR_EVER
            t = torch.tensor([0.0, min(self.t_max, far)], dtype=torch.float64, device=z0.device)
            # Tolerances of 0 and 1 hand the bare error to our norm, which knows each sample's own.
            y = odeint(
                field, y0, t, method=self.method, options=field.options(t), rtol=0.0, atol=1.0
            )
            field.arrive(y[1], float(t[1]))
        except _Stop:
            pass
        except AssertionError as error:
            if error is field.error:
                raise
            # Torchdiffeq refuses a state that overflowed without an evaluation to show for it.
            ledger.close(~field.y.isfinite().all(dim=1), Status.NON_FINITE)
        ledger.close(None, Status.MAX_EVALS)


class _Field:
    """The vector field f(z) − z as torchdiffeq calls it, remembering its last evaluation."""

    def __init__(self, solver: ODE, f: FlatMap, ledger: Ledger) -> None:
        self.solver = solver
        self.f = f
        self.ledger = ledger
        self.error: AssertionError | None = None
        self.y: Tensor
        self.r: Tensor

    def evaluate(self, y: Tensor) -> Tensor:
        """Return f(y) − y, zero for finished samples (B, D)."""
        ledger = self.ledger
        if ledger.evals >= ledger.max_evals:
            raise _Stop
        y = ledger.hold(y)
        try:
            r = self.f(y) - y
        except AssertionError as error:
            self.error = error  # the map's own, not one of torchdiffeq's
            raise
        if ledger.frozen is not None:
            r = torch.where(ledger.frozen[:, None], 0.0, r)
        self.y, self.r = y, r
        return r

    def book(self, t: float) -> None:
        """Book the state evaluated last as accepted at time t."""
        if self.ledger.observe(t, self.y, self.r):
            raise _Stop
        if self.ledger.frozen is not None:
            self.r = torch.where(self.ledger.frozen[:, None], 0.0, self.r)

    def start(self, z0: Tensor) -> None:
        """Evaluate and book the start."""
        self.evaluate(z0)
        self.book(0.0)

    def options(self, t: Tensor) -> dict[str, object]:
        """Options of torchdiffeq's method."""
        raise NotImplementedError

    def arrive(self, y: Tensor, t: float) -> None:
        """Called with the state at the end of the time axis."""
        raise NotImplementedError


class _AdaptiveField(_Field):
    """Books accepted steps; measures errors sample by sample, in the norm of the stop test."""

    def __init__(self, solver: ODE, f: FlatMap, ledger: Ledger) -> None:
        super().__init__(solver, f, ledger)
        rounding = 4 * torch.finfo(ledger.best.dtype).eps  # no step can be held to less
        self.rtol = max(ledger.rtol / 10, rounding) if solver.rtol is None else solver.rtol
        self.atol = ledger.atol / 10 if solver.atol is None else solver.atol
        self.free = solver.method in _LAST_STAGE_IS_ACCEPTED
        self.started = False
        self.pending: float | None = None  # time of an accepted state not yet evaluated
        self.scale: Tensor  # (B,) error that a step of each sample may make
        self.trials = torch.zeros_like(ledger.status)  # (B,) trial steps that were not finite

    def book(self, t: float) -> None:
        super().book(t)
        self.scale = self.ledger.size * self.rtol + self.atol

    def options(self, t: Tensor) -> dict[str, object]:
        options: dict[str, object] = {"norm": self.norm, "first_step": self.first_step()}
        if t[1] < _FOR_EVER:
            options["step_t"] = t[1:]  # land on it
        return options

    def arrive(self, y: Tensor, t: float) -> None:
        if self.pending is not None:
            self.evaluate(y)
            self.book(t)

    def first_step(self) -> float:
        """Step at which an error of size ‖r‖·h^order would just be allowed, at most 1.

        torchdiffeq's own guess costs an evaluation and collapses to 1e-4 for a start at zero.
        """
        length = torch.linalg.vector_norm(self.r, dim=1)  # (B,)
        allowed = torch.where(length > 0, self.scale / length, 1.0).min().item()
        order: int = _ADAPTIVE[self.solver.method]
        return float(min(max(allowed, 1e-30) ** (1.0 / order), 1.0))

    def norm(self, error: Tensor) -> Tensor:
        """Largest ratio, over unfinished samples, of the error (B, D) to what is allowed."""
        ledger = self.ledger
        ratio = torch.linalg.vector_norm(error, dim=1) / self.scale  # (B,)
        if ledger.frozen is not None:
            ratio = torch.where(ledger.frozen, 0.0, ratio)
        worst: Tensor = ratio.max()  # NaN if any is
        if worst.isfinite():
            return worst
        self.trials += ~ratio.isfinite()
        if ledger.close(self.trials >= _NON_FINITE_TRIALS, Status.NON_FINITE):
            raise _Stop
        return torch.full_like(worst, float("inf"))  # rejected; the next try is shorter

    def __call__(self, t: Tensor, y: Tensor) -> Tensor:
        if not self.started:  # the start was evaluated already
            self.started = True
            return self.r
        return self.evaluate(y)

    def callback_step(self, t0: Tensor, y0: Tensor, dt: Tensor) -> None:
        """Called before torchdiffeq tries a step from the accepted state y0."""
        if self.pending is not None:
            self.evaluate(y0)
            t, self.pending = self.pending, None
            self.book(t)
        if not t0 + dt > t0:
            self.ledger.close(self.trials > 0, Status.NON_FINITE)
            self.ledger.close(None, Status.STALLED)
            raise _Stop

    def callback_accept_step(self, t0: Tensor, y0: Tensor, dt: Tensor) -> None:
        """Called when torchdiffeq has accepted the step that it tried from y0."""
        t = float(t0 + dt)
        if self.free:
            self.book(t)
        else:
            self.pending = t


class _FixedField(_Field):
    """Books the state at the first stage of every step."""

    def __init__(self, solver: ODE, f: FlatMap, ledger: Ledger) -> None:
        super().__init__(solver, f, ledger)
        self.at: float | None = None  # time of an accepted state whose evaluation comes next
        self.started = False

    def options(self, t: Tensor) -> dict[str, object]:
        return {"step_size": self.solver.step}

    def arrive(self, y: Tensor, t: float) -> None:
        self.evaluate(y)
        self.book(t)

    def __call__(self, t: Tensor, y: Tensor) -> Tensor:
        if not self.started:
            self.started, self.at = True, None
            return self.r
        self.evaluate(y)
        if self.at is not None:
            at, self.at = self.at, None
            self.book(at)
        return self.r

    def callback_step(self, t0: Tensor, y0: Tensor, dt: Tensor) -> None:
        """Called before torchdiffeq steps from y0, whose evaluation comes next."""
        self.at = float(t0)
