"""Pseudo-transient continuation: linearly implicit steps along dz/dt = f(z) − z, ever longer."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from deq.bookkeeping.ledger import Ledger
from deq.bookkeeping.norms import norm, norm_for
from deq.solvers.base import FlatMap, Integrator, require_count, require_number
from deq.solvers.linearised import Linearised
from deq.status import Status

# A step has gone as the linear model said when it misses by at most this fraction of the residual,
_WELL = 0.5
# and has failed when it misses by more than this and the residual has risen.
_BADLY = 0.75
# How much longer the next step is after one that went well: at least, and at most.
_GROW, _GROW_MOST = 32.0, 1e3
# Picard steps cost less, so of the residual they may leave this many times krylov_tol, below 1.
_SHRINKS, _SHRINKS_MOST = 1.6, 0.95
# How often they may leave more before they are not tried again.
_FAILURES = 2
# Trial steps of a sample that may run into NaN or infinity before it is given up.
_NON_FINITE_TRIALS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class PseudoTransient(Integrator):
    """Follow ``dz/dt = f(z) − z`` by linearly implicit Euler steps that lengthen as it settles.

    With J the Jacobian of f at z, and δ the length of the step, for each sample alone::

        ((1/δ + 1)·I − J) s = f(z) − z,        z ← z + s

    For small δ that is a step along the ODE; for large δ it is a Newton step. So it starts in the
    basin of attraction where the ODE would settle, and ends as fast as Newton's method. Where f is
    such a contraction that ``z ← f(z)`` gets on faster, it takes these Picard steps.

    Parameters
    ----------
    step : float
        First δ; longer where the start is near to standing still: divided by
        ``min(1, ‖f(z) − z‖/(1 + ‖z‖))``.
    krylov : int
        Largest dimension of the Krylov space in which a step is looked for.
    krylov_tol : float
        A step is good enough when it solves its linear system to this fraction of ‖f(z) − z‖.

    Notes
    -----
    *Evaluations.* J v is the difference quotient ``(f(z + ε v) − f(z))/ε``, so f needs no
    derivatives; a step costs one evaluation, and one more for each dimension of its Krylov space.
    s is the Galerkin solution in that space (Arnoldi's method, not GMRES), since its small matrix H
    does not depend on δ. Stores krylov + 1 states; a state of one number needs one dimension.

    *Picard steps.* z ← f(z) is the explicit Euler step with δ = 1. It leaves J g of the residual
    vector g, and costs one evaluation and no algebra. While for the whole batch that is at most
    1.6·krylov_tol of it, and δ ≥ 1, Picard steps are taken as long as each keeps the promise; after
    two that did not, no more. This is the only thing that samples decide together.

    *Length.* δ grows 32-fold or as the residual falls, whichever is more ("switched evolution
    relaxation"), when the residual went as the linear model predicted, f(z + s) − z − s = s/δ. When
    the prediction is poor, δ follows the residual; when it failed and the residual rose, or f gave
    no finite value, the step is taken back and its successor a quarter as long.

    *Unstable equilibria.* Long implicit steps damp growing modes too, and would settle where the
    ODE never does. Therefore, while H has an eigenvalue λ with Re μ > 0 for μ = λ − 1, δ is at most
    ``min(1/(2·Re μ), Re μ/|μ|²)``: such a mode grows by the step, and at most doubles. Hence
    ``2z + 1`` runs away from −1, as it should. The test sees only what the residual's Krylov space
    shows: near a saddle or inside of a slow spiral (Re μ below |μ|/20) it may still stop where the
    ODE would go on.

    *Time.* A sample's solver time is the sum of its δ. A trajectory has one axis: the time of the
    unfinished sample that is furthest behind. It shows where the ODE goes, not exactly when.

    References
    ----------
    Kelley & Keyes, "Convergence analysis of pseudo-transient continuation", SIAM J. Numer. Anal.,
    1998. Knoll & Keyes, "Jacobian-free Newton–Krylov methods", J. Comput. Phys., 2004.

    Examples
    --------
    >>> import torch, deq
    >>> solver = deq.PseudoTransient()
    >>> sol = deq.solve(lambda z: 0.999 * z - 1, torch.zeros(1), solver=solver, tol=1e-6)
    >>> round(sol.z.item()), int(sol.nfe) < 20
    (-1000, True)
    """

    step: float = 1.0
    krylov: int = 20
    krylov_tol: float = 0.5

    def __post_init__(self) -> None:
        require_number("step", self.step, low=0.0)
        require_count("krylov", self.krylov)
        require_number("krylov_tol", self.krylov_tol, low=0.0, high=1.0)

    def run(self, f: FlatMap, z0: Tensor, ledger: Ledger) -> None:
        """Step from ``z0`` (B, D) until all samples have finished or the cap is hit.

        Rates α = 1/δ are kept in place of δ.
        """
        z = z0
        fz = f(z)  # (B, D)
        g = fz - z  # (B, D)
        if ledger.observe(0.0, z, g):
            return
        length = norm(g)  # (B,)
        measure = norm_for(length + ledger.size)
        unit = ledger.unit
        alpha = (length / (ledger.size + unit)).clamp(max=1.0) / self.step  # (B,)
        picard, failures = False, 0
        elapsed = torch.zeros_like(length)  # (B,) solver time of each sample
        # (B,) trial steps that were not finite
        trials = torch.zeros_like(length, dtype=torch.int64)
        rounding = torch.finfo(z.dtype).eps ** 0.5
        shrinks = min(_SHRINKS * self.krylov_tol, _SHRINKS_MOST)
        t = 0.0
        while ledger.evals + (1 if picard else 2) <= ledger.max_evals:
            frozen = ledger.frozen
            z, g = ledger.stand_still(z, g)
            if frozen is not None:
                length = length.masked_fill(frozen, 1.0)
                alpha = alpha.masked_fill(frozen, 1.0)
            s = g  # (B, D) a Picard step
            if not picard:
                reach = torch.add(ledger.size, unit).mul_(rounding)  # (B,) of a difference quotient
                if frozen is not None:
                    reach = reach.masked_fill(frozen, 1.0)
                field = Linearised(f, z, fz, g, length=length, reach=reach, alpha=alpha,
                                   norm=measure)  # fmt: skip
                size = min(self.krylov, z.shape[1], ledger.max_evals - ledger.evals)
                picard = size > 1 and failures < _FAILURES and field.is_easy(shrinks)
                if picard:
                    alpha = torch.ones_like(alpha)
                else:
                    s, alpha = field.step(size, self.krylov_tol)
            end = z + s  # (B, D)
            fend = f(end)
            gend = fend - end
            rest = measure(gend)  # (B,)
            ratio = rest / length  # (B,)
            if frozen is not None:
                ratio = ratio.masked_fill(frozen, 0.0)
            kept, following = None, alpha
            if not (picard and (ratio <= shrinks).all()):  # NaN passes no comparison
                ahead = torch.addcmul(gend, s, alpha[:, None], value=-1)
                miss = measure(ahead) / length  # (B,)
                well = ratio <= shrinks if picard else miss <= _WELL
                failures, picard = failures + picard, False
                kept, following = _judged(ratio, miss, well, alpha)
            if kept is not None:
                trials += ~(kept | rest.isfinite())
                # A quarter of the step, in one dimension; α alone may be too small to matter.
                shorter = alpha + 3 * length / measure(s)
                following = torch.where(kept, following, shorter)
                column = kept[:, None]
                end, fend = torch.where(column, end, z), torch.where(column, fend, fz)
                gend, rest = torch.where(column, gend, g), torch.where(kept, rest, length)
            if ledger.recording is not None:
                elapsed += 1 / alpha if kept is None else kept / alpha
                t = float(elapsed.min() if frozen is None else elapsed[~frozen].min())
            z, fz, g, length, alpha = end, fend, gend, rest, following
            if ledger.observe(t, z, g):
                return
            if kept is not None and ledger.close(trials >= _NON_FINITE_TRIALS, Status.NON_FINITE):
                return
        ledger.close(None, Status.MAX_EVALS)


def _judged(
    ratio: Tensor, miss: Tensor, well: Tensor, alpha: Tensor
) -> tuple[Tensor | None, Tensor]:
    """Return which steps are kept, (B,), None for all of them, and the rates that follow, (B,)."""
    following = alpha * ratio.clamp(1 / _GROW_MOST, 1 / _GROW)  # (B,)
    if well.all():
        return None, following
    kept = well | (ratio <= 1) | (miss <= _BADLY)  # (B,)
    following = torch.where(well, following, alpha * ratio.clamp(1 / _GROW, _GROW))
    return (None if kept.all() else kept), following
