"""Find z = f(z) for a whole batch: the one driver behind every solver."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

import torch
from torch import Tensor

from deq.bookkeeping.concrete import require_concrete
from deq.bookkeeping.eager import eager
from deq.bookkeeping.layout import Layout, S, layout_of, require_state
from deq.bookkeeping.ledger import Ledger
from deq.bookkeeping.schedule import Schedule
from deq.solvers.anderson import Anderson
from deq.solvers.base import FlatMap, Integrator, Iteration, Solver, require_count, require_number
from deq.status import ConvergenceError, Status

# Of so few samples every state is observed: predicting would cost as much.
_FEW = 4


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
        ‖f(z) − z‖₂ at each of them.
    nfe : Tensor, shape (T,), int64
        Evaluations of f spent when each was known, its own residual's included.
    """

    t: Tensor
    z: S
    residual: Tensor
    nfe: Tensor


@dataclass(frozen=True, slots=True)
class Solution(Generic[S]):
    """What a solve reached, sample by sample.

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
    """

    z: S
    residual: Tensor
    nfe: Tensor
    status: Tensor
    trajectory: Trajectory[S] | None = None

    @property
    def converged(self) -> Tensor:
        """Whether each sample met the stop test, (B,) bool."""
        return self.status == int(Status.CONVERGED)

    def __str__(self) -> str:
        codes = self.status.tolist()
        parts = [f"{codes.count(s)} of {len(codes)} samples: {s}" for s in Status if s in codes]
        return "\n".join(parts)


def solve(
    f: Callable[[S], S],
    z0: S,
    *,
    solver: Solver | None = None,
    tol: float = 1e-4,
    max_evals: int = 200,
    record: bool = False,
    strict: bool = False,
) -> Solution[S]:
    """Find an equilibrium z = f(z), for each sample of a batch.

    A sample has converged at z when::

        ‖f(z) − z‖₂ ≤ tol + tol·‖z‖₂

    with the norm over all that belongs to the sample. A sample must not pass by running away. So
    where ‖z‖ exceeds ‖z₀‖ + r₀, with r₀ = ‖f(z₀) − z₀‖₂ at its start, the residual must also be at
    most::

        max(tol + tol·(‖z₀‖ + r₀), min(√tol, 1/4)·r₀, ε·‖z‖/2)

    Here ε is the eps of z's dtype, and a state so large that rounding could hide the residual, with
    ε·‖z‖ above r₀/8, tol + tol·(‖z₀‖ + r₀) and 4ε·(‖z₀‖ + r₀), never passes. A run-away ends
    as ``MAX_EVALS``, as ``DIVERGED``, or as ``STALLED`` where rounding hides its residual.

    A norm pools: one large component that stands still hides small ones that still move. The answer
    of a finished sample stands; what happens to one sample never changes another's answer beyond
    the tolerance. Where f itself mixes samples, as batch normalisation in training mode does,
    iterations notice when a finished sample's equilibrium has moved on, and samples then finish all
    together. Acceleration is blind to that coupling: choose ``Picard`` there.

    Parameters
    ----------
    f : callable
        Maps the whole batch (B, …) to the same shape and dtype. It is called without gradients
        (``DEQ`` differentiates) and must not change its argument.
    z0 : Tensor, shape (B, …), or tuple of such
        The start, any shape, batch first. A 0-D tensor is one sample. A start at the equilibrium
        comes back unchanged after one evaluation. A sample whose start is not finite comes back as
        it came, ``NON_FINITE``. For several states at once, a tuple of tensors
        of the same batch size and dtype: f then takes and returns a tuple, and a sample's norm is
        over all of them together.
    solver : Picard, Anderson, ODE, …
        ``Anderson()`` unless given.
    tol : float
        Absolute and relative tolerance.
    max_evals : int
        Cap on the evaluations of f. The ODE may want several hundred.
    record : bool
        Keep the trajectory: all states, so T times the memory.
    strict : bool
        Raise instead of returning when a sample did not converge.

    Returns
    -------
    Solution
        ``z``, and per sample ``residual`` (recomputed at that z), ``nfe``, ``status``,
        ``converged``. Failure is a status with the best state seen, never an exception.

    Raises
    ------
    TypeError, ValueError
        If an argument is unusable, or f changes the shape or dtype of its state; the sentence
        names it.
    NotImplementedError
        Inside of ``torch.func`` transforms, which hide the numbers.
    ConvergenceError
        With ``strict=True`` only.

    Examples
    --------
    >>> import torch, deq
    >>> sol = deq.solve(torch.cos, torch.zeros(3), solver=deq.Picard(), tol=1e-3)
    >>> sol.z
    tensor([0.7384, 0.7384, 0.7384])
    >>> print(sol)
    3 of 3 samples: Converged: the residual is within the tolerance.
    """
    if not callable(f):
        raise TypeError(f"f must be callable, not {f!r}.")
    require_state("z0", z0)
    if solver is not None and not isinstance(solver, Solver):
        raise TypeError(f"solver must be a solver such as deq.Anderson(), not {solver!r}.")
    require_number("tol", tol, low=0.0)
    require_count("max_evals", max_evals)
    solution = find(
        f, z0, solver or Anderson(), atol=tol, rtol=tol, max_evals=max_evals, record=record
    )
    if strict and not solution.converged.all():
        raise ConvergenceError(str(solution), solution)
    return solution


@eager
@torch.no_grad()
def find(
    f: Callable[[S], S],
    z0: S,
    solver: Solver,
    *,
    atol: float | Tensor,
    rtol: float,
    max_evals: int,
    record: bool = False,
    coarse: torch.dtype | None = None,
) -> Solution[S]:
    """Do the work of ``solve``, with absolute tolerances per sample.

    Adjoint systems use it directly, since their unit of length is the gradient's (B,). ``coarse``
    is the dtype that f computes in under autocast.
    """
    layout = layout_of(z0)
    z = layout.flat(z0).detach().resolve_neg()  # (B, D)
    require_concrete(z)
    device = z.device.type
    if torch.is_autocast_enabled(device):  # meant for f; the solver's own sums stay exact
        f = torch.autocast(device, dtype=torch.get_autocast_dtype(device))(f)
        with torch.autocast(device, enabled=False):
            return find(
                f, z0, solver, atol=atol, rtol=rtol, max_evals=max_evals, record=record,
                coarse=torch.get_autocast_dtype(device),
            )  # fmt: skip
    ledger = Ledger(z, atol=atol, rtol=rtol, max_evals=max_evals, record=record)
    ledger.coarse = coarse

    def evaluate(z: Tensor) -> Tensor:
        """Evaluate f on the flat state (B, D), counted and checked."""
        if z.is_inference():  # it keeps no version, so f gets a copy that it may change
            out = f(layout.shaped(z.clone()))
        else:
            version = z._version
            out = f(layout.shaped(z))
            if version != z._version:
                raise ValueError(
                    "f must not change its argument in place; return a new tensor each time."
                )
        ledger.evals += 1
        layout.check(out)
        flat = layout.flat(out).resolve_neg()  # an imaginary part may be kept with its sign turned
        ledger.fz = flat = flat.detach() if flat.requires_grad else flat  # f may turn them on
        return flat

    if z.shape[0] > 0:
        if isinstance(solver, Integrator):
            solver.run(evaluate, z, ledger)
        elif isinstance(solver, Iteration):
            _iterate(solver, evaluate, z, ledger)
        else:
            raise TypeError(f"solver must be an Iteration or an Integrator, not {solver!r}.")
    return _solution(ledger, layout)


def _iterate(solver: Iteration, f: FlatMap, z: Tensor, ledger: Ledger) -> None:
    """Evaluate, observe, step; until all samples have finished or the cap is reached."""
    state = solver.init(z)
    skips = solver.steady and len(z) > _FEW and ledger.recording is None
    schedule = Schedule(ledger) if skips else None
    for step in range(ledger.max_evals):
        fz = f(z)  # (B, D)
        if schedule is None or schedule.due(ledger.evals):
            if ledger.observe(step * solver.dt, z, fz - z):
                return
            if schedule is not None:
                schedule.plan()
        if step + 1 < ledger.max_evals:
            z, state = solver.step(state, z, fz)
            z = (schedule or ledger).hold(z)
    ledger.close(None, Status.MAX_EVALS)


def _solution(ledger: Ledger, layout: Layout[S]) -> Solution[S]:
    """Put the ledger's flat tensors back into the user's shape."""
    trajectory = None
    if ledger.recording is not None:
        z, way = ledger.best_z, ledger.recording
        trajectory = Trajectory(
            t=torch.tensor(way.times or [0.0], dtype=torch.float64, device=z.device),
            z=layout.stacked(way.states or [z]),
            residual=torch.stack(way.residuals or [ledger.best]),
            nfe=torch.tensor(way.evals or [0], dtype=torch.int64, device=z.device),
        )
    return Solution(
        z=layout.shaped(ledger.best_z.clone()),  # the user's own, whatever f or z0 share
        residual=ledger.best,
        nfe=ledger.nfe,
        status=ledger.status,
        trajectory=trajectory,
    )
