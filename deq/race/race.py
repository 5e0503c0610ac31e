"""The race: one recorded solve a solver, and the time that it takes unrecorded."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from deq.diagnostics import stability
from deq.race.problem import Problem
from deq.race.solvers import SolverSettings, make_solvers
from deq.solve import Solution, solve
from deq.solvers import Solver
from deq.status import Status

_REPEATS, _FEWER = 5, 3
_SMALL = 60  # numbers in a state whose Jacobian costs little
_PATIENCE = 0.004  # seconds: a solve that takes longer is timed three times


@dataclass(frozen=True, slots=True, eq=False)
class SolverRun:
    """One solver's way.

    Attributes
    ----------
    name : str
        The solver's.
    evals : list of int (T,)
        Evaluations of f spent at each accepted state.
    residuals : list of float (T,)
        ‖f(z) − z‖₂ there, relative to 1 + ‖z‖₂ at the end, the largest of the batch: all have
        settled when it is ``tol`` or less.
    path : Tensor (T, D) or None
        The states, where they are two numbers.
    nfe : int
        Until the last sample finished; ``sample_nfe`` (B,) for each.
    status : Status
        The worst of the batch.
    residual : float
        ‖f(z) − z‖₂ at the returned state, the largest of the batch.
    z : Tensor (B, …)
        Where it ended.
    seconds : float
        What a solve takes, see `measure_times`; NaN where nobody asked.
    ode_stable : bool or None
        Whether the flow dz/dt = f(z) − z settles where it ended; None where it did not end at an
        equilibrium, for large states, and for adjoints.
    """

    name: str
    evals: list[int]
    residuals: list[float]
    path: Tensor | None
    nfe: int
    sample_nfe: list[int]
    status: Status
    residual: float
    z: Tensor
    seconds: float
    ode_stable: bool | None

    @property
    def converged(self) -> bool:
        """Whether all samples converged."""
        return self.status is Status.CONVERGED

    @property
    def seconds_per_eval(self) -> float:
        """Seconds an evaluation, the solver's own work included."""
        return self.seconds / max(self.nfe, 1)


def race(
    problem: Problem,
    settings: SolverSettings | None = None,
    *,
    tol: float = 1e-4,
    max_evals: int = 400,
    timed: bool = True,
) -> list[SolverRun]:
    """Let every solver run from the same start.

    Parameters
    ----------
    problem : Problem
        From `deq.race.problem` or of one's own.
    settings : SolverSettings
        Settings of the solvers.
    tol, max_evals
        As for `deq.solve`.
    timed : bool
        Whether to take times, which is most of the work; see `measure_times`.

    Raises
    ------
    TypeError, ValueError
        As `deq.solve` does.
    """
    runs = {
        name: _Run(problem, solver, tol, max_evals)
        for name, solver in make_solvers(settings or SolverSettings(), problem).items()
    }
    results = [run.recorded(name) for name, run in runs.items()]
    return (
        measure_times(problem, results, settings, tol=tol, max_evals=max_evals)
        if timed
        else results
    )


def measure_times(
    problem: Problem,
    results: Sequence[SolverRun],
    settings: SolverSettings | None = None,
    *,
    tol: float = 1e-4,
    max_evals: int = 400,
) -> list[SolverRun]:
    """The same results with times: medians of five unrecorded solves, of slow ones three.

    They are run in turn, so that whatever else the machine does meets all of them alike.

    Parameters
    ----------
    problem, settings, tol, max_evals
        As the results were run.
    results : sequence of SolverRun
        From ``race(..., timed=False)``.
    """
    solvers = make_solvers(settings or SolverSettings(), problem)
    runs = {result.name: _Run(problem, solvers[result.name], tol, max_evals) for result in results}
    for k in range(_REPEATS):
        for run in runs.values():
            if k < _FEWER or run.quick:
                run.timed()
    return [
        replace(result, seconds=statistics.median(runs[result.name].times)) for result in results
    ]


class _Run:
    """One solver on the problem, as often as asked."""

    def __init__(self, problem: Problem, solver: Solver, tol: float, max_evals: int) -> None:
        self.problem, self.solver, self.tol, self.max_evals = problem, solver, tol, max_evals
        self.quick = True
        self.times: list[float] = []

    def solve(self, *, record: bool) -> Solution[Tensor]:
        todo = self.problem
        return solve(
            todo.f,
            todo.z0,
            solver=self.solver,
            tol=self.tol,
            max_evals=self.max_evals,
            record=record,
        )

    def timed(self) -> None:
        began = time.perf_counter()
        self.solve(record=False)
        self.times.append(time.perf_counter() - began)
        self.quick = self.times[-1] < _PATIENCE

    def recorded(self, name: str) -> SolverRun:
        problem = self.problem
        found = self.solve(record=True)
        trajectory = found.trajectory
        if trajectory is None:
            raise RuntimeError("the solve was not recorded")
        unit = 1 + found.z.reshape(problem.batch, -1).norm(dim=1)  # (B,)
        relative = (trajectory.residual / unit).nan_to_num(torch.inf, torch.inf)  # (T, B)
        return SolverRun(
            name=name,
            evals=trajectory.nfe.tolist(),
            residuals=relative.amax(dim=1).tolist(),
            path=trajectory.z[:, 0] if problem.view is not None else None,
            nfe=int(found.nfe.max()),
            sample_nfe=found.nfe.tolist(),
            status=Status(int(found.status.max())),
            residual=float(found.residual.max()),
            z=found.z,
            seconds=math.nan,
            ode_stable=_ode_stable(problem, found),
        )


def _ode_stable(problem: Problem, found: Solution[Tensor]) -> bool | None:
    if problem.adjoint or problem.dim > _SMALL or not bool(found.converged.all()):
        return None
    verdict = stability(problem.f, found.z)
    return bool(verdict.ode_stable.all()) if bool(verdict.known.all()) else None
