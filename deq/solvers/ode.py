"""Integrate dz/dt = f(z) − z by Runge–Kutta steps until it stands still."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from deq.bookkeeping.ledger import Ledger
from deq.solvers.base import FlatMap, Integrator, require_number
from deq.solvers.runge_kutta import RungeKutta, adaptive_steps, fixed_steps
from deq.solvers.tableau import ADAPTIVE, FIXED, tableau
from deq.status import Status


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
    The coefficients and the step-size rule are torchdiffeq's, and so are the accepted steps; the
    loop is our own (``deq.solvers.runge_kutta``): torchdiffeq's costs several times more than a
    small f and cannot stop at a steady state. That is tested at accepted steps only, on an
    evaluation that the method has made anyway (those without "first same as last",
    "adaptive_heun", "fehlberg2" and the fixed steps, evaluate f where a step ends). A step that
    ``max_evals`` would cut short is not begun.

    A finished sample stands still while its batch mates go on. All samples share one step, the one
    that the most demanding unfinished sample needs, so that a trajectory has one time axis. Where
    samples are demanding one after the other, their costs add up; a sample's answer agrees with
    the one found alone to within the tolerance. A sample whose trial steps run into NaN or
    infinity several times is given up as non-finite. A step too short to move the clock ends the
    solve as stalled. Costs one matrix–vector product and one difference an evaluation; stores the
    stages of one step: 7 states for dopri5, 14 for dopri8.

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
        if self.method not in ADAPTIVE and self.method not in FIXED:
            known = ", ".join([*ADAPTIVE, *FIXED])
            raise ValueError(f"method must be one of {known}, not {self.method!r}.")
        if self.t_max != math.inf:
            require_number("t_max", self.t_max, low=0.0)
        require_number("step", self.step, low=0.0)
        for name, value in (("rtol", self.rtol), ("atol", self.atol)):
            if value is not None:
                require_number(name, value, low=0.0)

    def run(self, f: FlatMap, z0: Tensor, ledger: Ledger) -> None:
        """Integrate from ``z0`` (B, D), entering every accepted state in the ledger."""
        path = RungeKutta(f, z0, ledger, tableau(self.method))
        if path.start():
            return
        if self.method in FIXED:
            fixed_steps(path, self.step, self.t_max)
        else:
            rounding = 4 * torch.finfo(z0.dtype).eps  # no step can be held to less
            rtol = max(ledger.rtol / 10, rounding) if self.rtol is None else self.rtol
            atol = (
                ledger.atol / 10 if self.atol is None else torch.full_like(ledger.atol, self.atol)
            )
            adaptive_steps(path, rtol, atol, self.t_max)
        ledger.close(None, Status.MAX_EVALS)
