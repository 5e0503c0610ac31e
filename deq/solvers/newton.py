"""Newton's method for z = f(z): dense for small states, Newton–Krylov for large ones."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from deq.bookkeeping.ledger import Ledger
from deq.bookkeeping.norms import norm
from deq.solvers.base import FlatMap, Integrator, require_count, require_number
from deq.solvers.jvp import Pushforward
from deq.solvers.krylov import gmres
from deq.status import Status

# Times that a step may be shortened, and by how much each time.
_SHORTENINGS, _SHORTER = 10, 0.5
# Part of the promised decrease that the line search insists on.
_DECREASE = 1e-4
# A pivot this many units of rounding smaller than the largest belongs to a singular matrix.
_NOISE = 16.0
# Eisenstat and Walker's second choice: forcing = γ·(‖g‖/‖g before‖)², not to fall too fast.
_GAMMA, _SAFEGUARD = 0.9, 0.1
# No step need leave less than this part of the tolerance (Kelley, section 6.3).
_AIM = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Newton(Integrator):
    """Newton's method: solve ``(I − J) s = f(z) − z``, then ``z ← z + h·s``, per sample.

    Converges quadratically from a start that is near enough, whatever the eigenvalues of the
    Jacobian J: also to equilibria that are unstable for the iteration and for the ODE. From
    elsewhere it jumps: from −1 to 8.7 on cos.

    Parameters
    ----------
    dense_limit : int
        States of at most so many numbers get their Jacobian column by column and a direct solve;
        larger ones GMRES with products J v (Newton–Krylov).
    forcing : float
        Newton–Krylov solves a step to this fraction of the residual at first, later to Eisenstat
        and Walker's ``0.9·(‖g‖/‖g before‖)²`` when that is smaller, and never to less than half of
        the tolerance: no more accurately than pays.
    krylov : int
        Largest dimension of a step's Krylov space, hence of its stored states.
    damping : float
        h, greater than 0 and at most 1. The textbook's method for 1.
    exact : bool
        J v by forward-mode differentiation. False takes difference quotients of f instead, good
        to about half of the digits.
    line_search : bool
        Halve a step, up to ten times, until the residual falls: ‖g(z + h·s)‖ ≤ (1 − h/10⁴)·‖g‖.

    Notes
    -----
    *Evaluations.* A product J v counts as one evaluation of f. A dense step takes D + 1 of them, a
    Krylov step one for each dimension and one more; a step that ``max_evals`` would cut short is
    not begun. Where f has no forward-mode rule, difference quotients take over by themselves
    (``deq.solvers.jvp``): slower at the end, equally exact in the result.

    *Time.* PyTorch's forward mode takes some tenths of a millisecond for a few small operations,
    about twice f's own time for large ones: a small f is quicker with ``exact=False``.

    *Failures.* A sample whose I − J is singular takes the Picard step f(z) − z instead. Without a
    line search, a step is halved only when f gives no finite value where it leads; a sample that
    finds none in ten halvings is non-finite. Nothing else is globalised: it may wander until
    ``max_evals``, and with a line search be caught where ‖g‖ has a local minimum that is no root.

    Samples must not mix in f: one product serves the same column of every sample's Jacobian. The
    solver time of a trajectory counts steps, each of length h. Stores D columns a sample, or krylov
    + 1 states.

    References
    ----------
    Kelley, "Iterative methods for linear and nonlinear equations", SIAM, 1995. Eisenstat & Walker,
    "Choosing the forcing terms in an inexact Newton method", SIAM J. Sci. Comput., 1996. Knoll &
    Keyes, "Jacobian-free Newton–Krylov methods", J. Comput. Phys., 2004.

    Examples
    --------
    >>> import torch, deq
    >>> sol = deq.solve(lambda z: 2 / z, torch.ones(1), solver=deq.Newton(), tol=1e-6)
    >>> round(sol.z.item(), 5), int(sol.nfe)
    (1.41421, 9)

    One step, by hand:

    >>> z = torch.tensor([[-1.0]])
    >>> deq.Newton().step(torch.cos, z, torch.cos(z))
    tensor([[8.7162]])
    """

    dense_limit: int = 32
    forcing: float = 0.1
    krylov: int = 30
    damping: float = 1.0
    exact: bool = True
    line_search: bool = False

    def __post_init__(self) -> None:
        require_count("dense_limit", self.dense_limit)
        require_number("forcing", self.forcing, low=0.0, high=1.0)
        require_count("krylov", self.krylov)
        require_number("damping", self.damping, low=0.0, high=1.0)
        for name, value in (("exact", self.exact), ("line_search", self.line_search)):
            if not isinstance(value, bool):
                raise TypeError(f"{name} must be True or False, not {value!r}.")

    @torch.no_grad()
    def step(self, f: FlatMap, z: Tensor, fz: Tensor) -> Tensor:
        """Return the next iterate (B, D) after ``z`` (B, D), where f is ``fz``; stateless.

        It is not checked where that leads: shortening steps is ``run``'s.
        """
        jvp = Pushforward(f, z, fz, exact=self.exact)
        return z + self.damping * self._direction(jvp, fz - z, self.forcing, self.krylov)

    def run(self, f: FlatMap, z0: Tensor, ledger: Ledger) -> None:
        """Step from ``z0`` (B, D) until every sample has finished or evaluations run out."""
        z = z0
        fz = f(z)  # (B, D)
        g = fz - z  # (B, D)
        if ledger.observe(0.0, z, g):
            return
        dim = z.shape[1]
        length = norm(g)  # (B,)
        forcing = torch.full_like(length, self.forcing)  # (B,)
        exact = self.exact
        steps = 0
        while True:
            left = ledger.max_evals - ledger.evals - 1
            if left < (dim if dim <= self.dense_limit else 1):
                break
            z, g = ledger.stand_still(z, g)
            length = norm(g)
            jvp = Pushforward(f, z, fz, exact=exact)
            s = self.damping * self._direction(jvp, g, forcing, min(self.krylov, left))  # (B, D)
            exact = jvp.exact
            if ledger.evals >= ledger.max_evals:  # finding out that it is not cost one
                break
            before = length
            z, fz, length = self._line_search(f, z, fz, s, length, ledger)
            g = fz - z
            steps += 1
            if ledger.observe(steps * float(self.damping), z, g):
                return
            forcing = _forcing(forcing, length / before)  # (B,)
            goal = _AIM * ledger.bound.to(g.dtype) / length  # (B,)
            forcing = torch.maximum(forcing, goal).clamp(max=self.forcing).nan_to_num(0.0)
        ledger.close(None, Status.MAX_EVALS)

    def _direction(
        self, jvp: Pushforward, g: Tensor, forcing: float | Tensor, krylov: int
    ) -> Tensor:
        """Return the Newton step s (B, D) from the residual vector g; Picard's if there is none."""
        if g.shape[1] <= self.dense_limit:
            s = _dense(jvp, g)
        else:
            s = gmres(lambda v: v - jvp(v), g, tol=forcing, max_iters=krylov)
        fine = s.isfinite().all(dim=1, keepdim=True) & (s != 0).any(dim=1, keepdim=True)  # (B, 1)
        return torch.where(fine, s, g)

    def _line_search(
        self, f: FlatMap, z: Tensor, fz: Tensor, s: Tensor, length: Tensor, ledger: Ledger
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Take the step s, shortened for samples where it fails; return z, f(z) (B, D), ‖g‖ (B,).

        It fails where f is not finite and, with ``line_search``, where ‖g‖ does not fall enough.
        """
        end = z + s  # (B, D)
        f_end = f(end)
        end_length = norm(f_end - end)  # (B,)
        part = self.damping
        for _ in range(_SHORTENINGS):
            failed = ~end_length.isfinite()  # (B,)
            if self.line_search:
                failed |= end_length > (1 - _DECREASE * part) * length
            if ledger.frozen is not None:
                failed &= ~ledger.frozen
            if not failed.any() or ledger.evals >= ledger.max_evals:
                break
            part *= _SHORTER
            s = s * _SHORTER
            column = failed[:, None]  # (B, 1)
            shorter = torch.where(column, z + s, end)
            f_shorter = f(shorter)
            end, f_end = shorter, torch.where(column, f_shorter, f_end)
            end_length = norm(f_end - end)
        return end, f_end, end_length


def _dense(jvp: Pushforward, g: Tensor) -> Tensor:
    """Solve with I − J built by D products; zero (B, D) for a sample that has no solution."""
    batch, dim = g.shape
    wide = torch.promote_types(g.dtype, torch.float32)  # half types have no factorisation
    a = torch.eye(dim, dtype=wide, device=g.device).repeat(batch, 1, 1)  # (B, D, D)
    for i, unit in enumerate(torch.eye(dim, dtype=g.dtype, device=g.device)):
        a[:, :, i] -= jvp(unit.expand(batch, dim).contiguous())
    if dim == 1:  # a division; zero if by zero
        return (g / a[:, 0].to(g.dtype)).nan_to_num(0.0, 0.0, 0.0)
    fine = a.isfinite().flatten(1).all(dim=1)  # (B,)
    eye = torch.eye(dim, dtype=wide, device=g.device)
    lu, pivots, _ = torch.linalg.lu_factor_ex(torch.where(fine[:, None, None], a, eye))
    diagonal = lu.diagonal(dim1=1, dim2=2).abs()  # (B, D)
    noise = _NOISE * torch.finfo(g.dtype).eps
    fine &= diagonal.amin(1) > noise * diagonal.amax(1)
    s: Tensor = torch.linalg.lu_solve(lu, pivots, g.to(wide).unsqueeze(2)).squeeze(2).to(g.dtype)
    return torch.where(fine[:, None], s, 0.0)


def _forcing(forcing: Tensor, ratio: Tensor) -> Tensor:
    """Eisenstat and Walker's next forcing term (B,), from the last and ‖g‖/‖g before‖ (B,)."""
    memory = _GAMMA * forcing * forcing
    chosen = _GAMMA * ratio * ratio
    return torch.where(memory > _SAFEGUARD, torch.maximum(chosen, memory), chosen)
