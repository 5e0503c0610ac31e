"""One recorded solve for each solver, and the time of a solve that is not recorded."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from deq.bookkeeping.norms import relative_residual
from deq.diagnostics import stability
from deq.race.problem import Problem
from deq.race.solvers import SolverSettings, make_solvers
from deq.solution import Solution
from deq.solve import solve
from deq.solvers import Solver
from deq.status import Status

_REPEATS, _FEWER = 5, 3
_SMALL = 60  # largest D for which the Jacobian is computed
_SLOW = 0.004  # seconds; slower solves are timed three times only


@dataclass(frozen=True, slots=True, eq=False)
class SolverRun:
    """One solver on the problem.

    Attributes
    ----------
    name : str
        Name of the solver.
    evals : list of int (T,)
        Evaluations of f up to each accepted state.
    residuals : list of float (T,)
        ‖f(z) − z‖₂ / (1 + ‖z‖₂) there, the largest of the batch; at the end of a run that has
        converged it is at most ``tol``. Where ‖z‖₂ is larger than at the returned state, the
        latter is taken, so that a run-away does not seem to settle.
    path : Tensor (T, D) or None
        The states if they are two numbers.
    nfe : int
        Evaluations until the last sample finished.
    sample_nfe : list of int (B,)
        Evaluations of each sample.
    status : Status
        Largest status code of the batch.
    residual : float
        ‖f(z) − z‖₂ at the returned state, the largest of the batch.
    relative_residual : float
        ‖f(z) − z‖₂ / (1 + ‖z‖₂) there, the largest of the batch: at most ``tol`` if it converged.
    z : Tensor (B, …)
        The returned states.
    seconds : float
        Time of a solve, see `measure_times`; NaN if not measured.
    between : (float, float)
        The middle half of the times of its repeated solves, or all where there are three.
    ode_stable : bool or None
        Whether the flow dz/dt = f(z) − z is stable at the returned states; None if they are no
        equilibria, for large states, and for adjoint problems.
    """

    name: str
    evals: list[int]
    residuals: list[float]
    path: Tensor | None
    nfe: int
    sample_nfe: list[int]
    status: Status
    residual: float
    relative_residual: float
    z: Tensor
    seconds: float
    between: tuple[float, float]
    ode_stable: bool | None

    @property
    def converged(self) -> bool:
        """Whether all samples converged."""
        return self.status is Status.CONVERGED

    @property
    def seconds_per_eval(self) -> float:
        """Seconds per evaluation, the solver's own work included."""
        return self.seconds / max(self.nfe, 1)


def race(
    problem: Problem,
    settings: SolverSettings | None = None,
    *,
    tol: float = 1e-4,
    max_evals: int = 400,
    timed: bool = True,
) -> list[SolverRun]:
    """Run every solver from the same start.

    Parameters
    ----------
    problem : Problem
        From `deq.race.problem`, or your own.
    settings : SolverSettings
        Settings of the solvers.
    tol, max_evals
        As for `deq.solve`.
    timed : bool
        Whether to measure times, which is most of the work; see `measure_times`.

    Raises
    ------
    TypeError, ValueError
        As `deq.solve` does.
    """
    runs = [
        _recorded(name, problem, solver, tol, max_evals)
        for name, solver in make_solvers(settings or SolverSettings(), problem).items()
    ]
    return measure_times(problem, runs, settings, tol=tol, max_evals=max_evals) if timed else runs


def measure_times(
    problem: Problem,
    runs: Sequence[SolverRun],
    settings: SolverSettings | None = None,
    *,
    tol: float = 1e-4,
    max_evals: int = 400,
) -> list[SolverRun]:
    """The same runs with times: medians of five solves that are not recorded (three if slow).

    The solvers take turns, so that other load on the machine affects all of them alike.

    Parameters
    ----------
    problem, settings, tol, max_evals
        As for the race that gave the runs.
    runs : sequence of SolverRun
        From ``race(..., timed=False)``.
    """
    solvers = make_solvers(settings or SolverSettings(), problem)
    times: dict[str, list[float]] = {run.name: [] for run in runs}
    for k in range(_REPEATS):
        for name, taken in times.items():
            if k < _FEWER or taken[-1] < _SLOW:
                began = time.perf_counter()
                solve(problem.f, problem.z0, solver=solvers[name], tol=tol, max_evals=max_evals)
                taken.append(time.perf_counter() - began)
    return [_timed(run, sorted(times[run.name])) for run in runs]


def _timed(run: SolverRun, times: Sequence[float]) -> SolverRun:
    outer = len(times) // _REPEATS  # one at each end of five
    middle = times[outer], times[-1 - outer]
    return replace(run, seconds=statistics.median(times), between=middle)


def _recorded(name: str, problem: Problem, solver: Solver, tol: float, max_evals: int) -> SolverRun:
    found = solve(problem.f, problem.z0, solver=solver, tol=tol, max_evals=max_evals, record=True)
    trajectory = found.trajectory
    if trajectory is None:
        raise RuntimeError("the solve was not recorded")
    largest = relative_residual(trajectory.residual, found.z.expand_as(trajectory.z))
    relative = torch.maximum(trajectory.relative_residual, largest)  # (T, B)
    return SolverRun(
        name=name,
        evals=trajectory.nfe.tolist(),
        residuals=relative.nan_to_num(torch.inf, torch.inf).amax(dim=1).tolist(),
        path=trajectory.z[:, 0] if problem.view is not None else None,
        nfe=int(found.nfe.max()),
        sample_nfe=found.nfe.tolist(),
        status=Status(int(found.status.max())),
        residual=float(found.residual.max()),
        relative_residual=float(found.relative_residual.max()),
        z=found.z,
        seconds=math.nan,
        between=(math.nan, math.nan),
        ode_stable=_ode_stable(problem, found),
    )


def _ode_stable(problem: Problem, found: Solution[Tensor]) -> bool | None:
    if problem.adjoint or problem.dim > _SMALL or not bool(found.converged.all()):
        return None
    verdict = stability(problem.f, found.z)
    return bool(verdict.ode_stable.all()) if bool(verdict.known.all()) else None
