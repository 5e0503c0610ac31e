"""The ODE road: integrate dz/dt = f(z) − z with torchdiffeq until it stands still."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torchdiffeq import odeint

from deq.solvers.base import FlatMap, Integrator, require_number
from deq.solvers.field import AdaptiveField, Field, FixedField, Stop
from deq.solvers.ledger import Ledger
from deq.status import Status

# method → order of the step-size rule.
_ADAPTIVE = {"dopri5": 5, "dopri8": 8, "bosh3": 3, "adaptive_heun": 2, "fehlberg2": 2}
# Their last stage is evaluated at the accepted state itself, so its residual comes for free.
_LAST_STAGE_IS_ACCEPTED = frozenset({"dopri5", "dopri8", "bosh3"})
_FIXED = ("euler", "midpoint", "heun2", "heun3", "rk4")
# End of a time axis that only the cap on evaluations bounds.
_FOR_EVER = 1e30


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
    share the one that the most demanding unfinished sample needs. Where samples are demanding one
    after the other, their costs add up; a sample's answer agrees with the one found alone to
    within the tolerance. A sample whose trial steps run into NaN or
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
        field = self._field(f, ledger)
        try:
            field.start(z0)
            y0 = ledger.hold(z0)
            if ledger.frozen is not None:
                y0 = torch.nan_to_num(y0)  # a start that is not finite stands aside, harmless
            far = _FOR_EVER
            if self.method in _FIXED:  # whose steps are laid out beforehand
                far = (ledger.max_evals + 1) * self.step
            end = min(self.t_max, far)
            # Tolerances of 0 and 1 hand the bare error to our norm, which knows each sample's own.
            y = odeint(
                field,
                y0,
                torch.tensor([0.0, end], dtype=torch.float64, device=z0.device),
                method=self.method,
                options=field.options(self.t_max),
                rtol=0.0,
                atol=1.0,
            )
            field.arrive(y[1], end)
        except Stop:
            pass
        except AssertionError as error:
            if error is field.error:
                raise
            # Torchdiffeq refuses a state that overflowed without an evaluation to show for it.
            ledger.close(~field.y.isfinite().all(dim=1), Status.NON_FINITE)
        ledger.close(None, Status.MAX_EVALS)

    def _field(self, f: FlatMap, ledger: Ledger) -> Field:
        """Return the vector field of f that suits the method."""
        if self.method in _FIXED:
            return FixedField(f, ledger, step=self.step)
        return AdaptiveField(
            f,
            ledger,
            order=_ADAPTIVE[self.method],
            free=self.method in _LAST_STAGE_IS_ACCEPTED,
            rtol=self.rtol,
            atol=self.atol,
        )
