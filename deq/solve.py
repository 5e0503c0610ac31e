"""Find z = f(z) for a whole batch: the one driver behind every solver."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from deq.bookkeeping.autocast import recast
from deq.bookkeeping.concrete import require_concrete
from deq.bookkeeping.eager import eager
from deq.bookkeeping.layout import Layout, S, layout_of, require_state
from deq.bookkeeping.ledger import Ledger
from deq.bookkeeping.schedule import Schedule
from deq.solution import Solution, Trajectory
from deq.solvers.anderson import Anderson
from deq.solvers.base import FlatMap, Integrator, Iteration, Solver, require_count, tolerances
from deq.status import ConvergenceError, Status

# Of so few samples every state is observed: predicting would cost as much.
_FEW = 4


def solve(
    f: Callable[[S], S],
    z0: S,
    *,
    solver: Solver | None = None,
    tol: float = 1e-4,
    atol: float | None = None,
    rtol: float | None = None,
    max_evals: int = 200,
    batch_dims: int = 1,
    record: bool = False,
    strict: bool = False,
) -> Solution[S]:
    """Find an equilibrium z = f(z), for each sample of a batch.

    A sample has converged at z when::

        ‖f(z) − z‖₂ ≤ atol + rtol·‖z‖₂

    with the norm over all that belongs to the sample. A sample must not pass by running away. So
    where ‖z‖ exceeds ‖z₀‖ + r₀, with r₀ = ‖f(z₀) − z₀‖₂ at its start, the residual must also be at
    most::

        max(atol + rtol·(‖z₀‖ + r₀), min(√rtol, 1/4)·r₀, ε·‖z‖/2)

    Here ε is the eps of z's dtype, and a state so large that rounding could hide the residual, with
    ε·‖z‖ above r₀/8, atol + rtol·(‖z₀‖ + r₀) and 4ε·(‖z₀‖ + r₀), never passes. A run-away ends as
    ``MAX_EVALS``, as ``DIVERGED``, or as ``STALLED`` where rounding hides its residual.

    A norm pools: one large component that stands still hides small ones that still move. The answer
    of a finished sample stands; what happens to one sample never changes another's answer beyond
    the tolerance. Where f itself mixes samples, as batch normalisation in training mode does,
    iterations notice when a finished sample's equilibrium has moved on, and samples then finish all
    together. Acceleration is blind to that coupling: choose ``Picard`` there, or ``batch_dims=0``
    where all is one sample. A solve that failed because of it says so in ``str(solution)``.

    Parameters
    ----------
    f : callable
        Maps the whole batch (B, …) to the same shape and dtype. It is called without gradients
        (``DEQ`` differentiates) and must not change its argument.
    z0 : Tensor, shape (B, …), or tuple of such
        The start, any shape, batch first; ``batch_dims`` says what a sample is. A start at the
        equilibrium comes back unchanged after one evaluation. A sample whose start is not finite
        comes back as it came, ``NON_FINITE``. For several states at once, a tuple of tensors of the
        same batch size and dtype: f then takes and returns a tuple, and a sample's norm is over all
        of them together.
    solver : Picard, Anderson, ODE, …
        ``Anderson()`` unless given.
    tol : float
        Absolute and relative tolerance.
    atol, rtol : float or None
        Each in place of ``tol`` where it is given; one of them may be zero:
        ``atol=1e-8, rtol=0`` asks for a residual of 1e-8 whatever the state.
    max_evals : int
        Cap on the evaluations of f. The ODE may want several hundred.
    batch_dims : int
        How many of the first dimensions of z0 count samples: 1 for a batch (B, …). 0 where the
        whole tensor is one sample, since its entries depend on each other: the unknowns (n,) of a
        discretised equation, the nodes (N, d) of a graph. A batch of sequences (B, T, d) has
        1; time first, (T, B, d), needs 0, or ``z0.transpose(0, 1)``. 2 for samples in a grid. With
        1, a 0-D tensor is a batch of one.
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

    A vector: u'' + u + 1 = 0 on 63 points, u = 0 at both ends. All points are one sample.

    >>> h = 1 / 64
    >>> def f(u):
    ...     left, right = torch.cat([u[1:], u.new_zeros(1)]), torch.cat([u.new_zeros(1), u[:-1]])
    ...     return (left + right + h**2) / (2 - h**2)
    >>> u0 = torch.zeros(63, dtype=torch.float64)
    >>> sol = deq.solve(f, u0, solver=deq.Newton(), atol=1e-10, rtol=0, batch_dims=0)
    >>> sol.residual.shape, round(sol.z.max().item(), 4)
    (torch.Size([]), 0.1395)

    A graph: each of 5 nodes takes half the mean of its two neighbours, plus 1. All are one sample.

    >>> ring = torch.eye(5).roll(1, 0) / 2 + torch.eye(5).roll(-1, 0) / 2  # (N, N)
    >>> sol = deq.solve(lambda z: 0.5 * ring @ z + 1, torch.zeros(5, 2), batch_dims=0)
    >>> sol.status.shape, sol.z.round(decimals=3)[0]
    (torch.Size([]), tensor([2., 2.]))

    A batch (B, T, d) of sequences, each one sample: a step takes half the mean up to it, plus 1.

    >>> causal = torch.ones(3, 3).tril()
    >>> causal = causal / causal.sum(1, keepdim=True)  # (T, T)
    >>> sol = deq.solve(lambda z: 0.5 * causal @ z + 1, torch.zeros(4, 3, 2))
    >>> sol.residual.shape, sol.z.round(decimals=3)[0, :, 0]
    (torch.Size([4]), tensor([2., 2., 2.]))
    """
    if not callable(f):
        raise TypeError(f"f must be callable, not {f!r}.")
    if solver is not None and not isinstance(solver, Solver):
        raise TypeError(f"solver must be a solver such as deq.Anderson(), not {solver!r}.")
    atol, rtol = tolerances(tol, atol, rtol)
    require_count("max_evals", max_evals)
    require_count("batch_dims", batch_dims, low=0)
    require_state("z0", z0, batch_dims)
    solution = find(
        f,
        z0,
        solver or Anderson(),
        atol=atol,
        rtol=rtol,
        max_evals=max_evals,
        batch_dims=batch_dims,
        record=record,
    )
    if not solution.converged.all():
        solution = replace(solution, _f=f)
        if strict:
            raise ConvergenceError(str(solution), solution)
    return solution


@eager
@torch.no_grad()
def find(
    f: Callable[[S], S],
    z0: S,
    solver: Solver,
    *,
    atol: float,
    rtol: float,
    max_evals: int,
    batch_dims: int = 1,
    unit: float | Tensor = 1.0,
    record: bool = False,
    coarse: torch.dtype | None = None,
) -> Solution[S]:
    """Do the work of ``solve``.

    Adjoint systems use it directly, since their unit of length is the gradient's (B,). ``coarse``
    is the dtype that f computes in under autocast.
    """
    layout = layout_of(z0, batch_dims)
    z = layout.flat(z0).detach().resolve_neg()  # (B, D)
    require_concrete(z)
    device = z.device.type
    if torch.is_autocast_enabled(device):  # meant for f; the solver's own sums stay exact
        f = torch.autocast(device, dtype=torch.get_autocast_dtype(device))(recast(f))
        with torch.autocast(device, enabled=False):
            return find(
                f,
                z0,
                solver,
                atol=atol,
                rtol=rtol,
                max_evals=max_evals,
                batch_dims=batch_dims,
                unit=unit,
                record=record,
                coarse=torch.get_autocast_dtype(device),
            )
    ledger = Ledger(z, atol=atol, rtol=rtol, max_evals=max_evals, record=record, unit=unit)
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
        layout.check(out)
        flat = layout.flat(out).resolve_neg()  # an imaginary part may be kept with its sign turned
        flat = flat.detach() if flat.requires_grad else flat  # f may have turned gradients on
        ledger.count(flat)
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
    trajectory, shape = None, layout.batch_shape
    if ledger.recording is not None:
        z, way = ledger.best_z, ledger.recording
        trajectory = Trajectory(
            t=torch.tensor(way.times or [0.0], dtype=torch.float64, device=z.device),
            z=layout.stacked(way.states or [z]),
            residual=torch.stack([r.view(shape) for r in way.residuals or [ledger.best]]),
            nfe=torch.tensor(way.evals or [0], dtype=torch.int64, device=z.device),
        )
    return Solution(
        z=layout.shaped(ledger.best_z.clone()),  # the user's own, whatever f or z0 share
        residual=ledger.best.view(shape),
        nfe=ledger.nfe.view(shape),
        status=ledger.status.view(shape),
        trajectory=trajectory,
    )
