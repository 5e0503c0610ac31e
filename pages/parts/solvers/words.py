"""The sentences of the solver race, its table and its code box, as pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from deq.race import Problem, SolverRun
from deq.status import Status
from pages.parts.look import downloads
from pages.parts.look.hero import ONE_THREAD
from pages.parts.pad.subject import Loading
from pages.parts.solvers.lesson import Course

IDEA = (
    "Every solver starts at the same z₀ and looks for an equilibrium, z\\* = f(z\\*). The "
    "**residual** ‖f(z) − z‖ says how far a state z is from being one. An **evaluation** is one "
    "call of f, which is what costs time in a large network."
)
LOOK_FOR = (
    "**Look for** where each curve meets the dashed line, the tolerance: the further left, the "
    "cheaper. Both axes are logarithmic: 10, 100 and 1000 are equally far apart. Each curve ends "
    "at the name of its solver; … after a name: stopped at the cap; ✕: failed."
)
SECONDS = (
    "Seconds are spread evenly over a solver's evaluations, and include its own arithmetic. Times "
    "count as equal where the middle halves of the repeated solves overlap, or where they are "
    "within a tenth of each other."
)
OUTRUN = "its state has outrun its start: a smaller residual is asked"
OUTRUN_WHY = (
    "A state that has grown far beyond its start must come to a smaller residual than the limit: "
    "otherwise running away would count as convergence, since ‖z‖ is in the denominator."
)
ENDED = {
    Status.CONVERGED: "converged",
    Status.MAX_EVALS: "reached the cap",
    Status.DIVERGED: "ran away",
    Status.NON_FINITE: "met NaN or infinity",
    Status.STALLED: "stopped where rounding hides progress",
}
WHO = """
* **Picard**: z ← f(z), again and again. **damped**: it goes only a part of that way.
* **Anderson**: combines its last steps so that their residuals cancel as far as possible.
* **Broyden**: estimates the Jacobian, the matrix of all derivatives ∂f/∂z, from its past steps.
* **Newton**: follows the true Jacobian; products with it come from automatic differentiation and
  count as evaluations.
* **GMRES**: takes Newton's place on the backward pass. It is made for linear systems: it combines
  all products so far so that the residual is least.
* **ODE**: follows dz/dt = f(z) − z until it stands still, by a Runge–Kutta method with this name.
* **PseudoTransient**: follows the same flow, in steps that grow until they are Newton's.
"""
_WHY = {
    "Picard": "each step already leaves so little error that past steps have nothing to add",
    "damped": "its smaller steps converge where full steps overshoot",
    "Anderson": "it combines its last steps so that their residuals cancel",
    "Broyden": "it builds an approximate Jacobian from the steps it took, and never computes one",
    "Newton": "it uses products with the Jacobian, and solves for the whole way at once",
    "GMRES": "the system is linear, and GMRES is made for linear systems",
    "ODE": "it takes small steps along the flow, which is stable here",
    "PseudoTransient": "its steps along the flow grow as it converges, until they are Newton's",
}
_TENTH = 1.1


def verdict(problem: Problem, runs: Sequence[SolverRun], *, seconds: bool) -> str:
    """Which solver wins, by how much, and why."""
    done = [run for run in runs if run.converged]
    if not done:
        ends = {ENDED[run.status] for run in runs}
        return f"No solver converges: all {' or '.join(sorted(ends))}."
    cost = _seconds if seconds else _evals
    best = min(done, key=cost)
    most = max(cost(run) for run in done if run is best or _tie(run, best, seconds=seconds))
    first = [run for run in done if cost(run) <= most]
    names = _listed([run.name for run in first])
    if len(first) == 1:
        words = [f"{names} wins {'in' if seconds else 'with'} {_cost(best, seconds)}"]
    elif seconds:
        words = [f"{names} tie: {_cost(best, seconds)} to {_cost(max(first, key=cost), seconds)}"]
    else:
        words = [f"{names} win with {_cost(best, seconds)} each"]
    slow = max(done, key=cost)
    if slow not in first:
        words.append(f"; {slow.name} takes {time(cost(slow)) if seconds else slow.nfe}")
    lost = len(runs) - len(done)
    if lost:
        words.append(f"; {lost} of {len(runs)} do not converge")
    words.append(f". {best.name}: {_WHY[best.name.partition(' ')[0]]}.")
    cheap = min(done, key=_evals)
    if seconds and cheap not in first and cheap.nfe < min(run.nfe for run in first):
        words.append(f" {cheap.name} needs fewer evaluations, but spends more time between them.")
    away = [run.name for run in done if run.ode_stable is False]
    if away:
        words.append(
            f" But {_listed(away)} found an equilibrium that is not stable: the flow "
            "dz/dt = f(z) − z moves away from it."
        )
    if problem.batch > 1:
        words.append(_frozen(best))
    return "".join(words)


def _tie(run: SolverRun, best: SolverRun, *, seconds: bool) -> bool:
    """Whether a run is as cheap as the best; of times, as far as the noise lets one say."""
    if not seconds:
        return run.nfe == best.nfe
    return run.seconds <= _TENTH * best.seconds or run.between[0] <= best.between[1]


def _cost(run: SolverRun, seconds: bool) -> str:
    return time(run.seconds) if seconds else f"{run.nfe} evaluation{'s' * (run.nfe != 1)}"


def _frozen(run: SolverRun) -> str:
    easy, hard = sorted(run.sample_nfe)[:-1], max(run.sample_nfe)
    if max(easy) == hard:
        return ""
    return (
        f" With it, {len(easy)} members finish after {max(easy)} evaluations at most and are "
        f"frozen; the last takes {hard}."
    )


def _evals(run: SolverRun) -> float:
    return run.nfe


def _seconds(run: SolverRun) -> float:
    return run.seconds


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def time(seconds: float) -> str:
    """A time for people.

    Examples
    --------
    >>> time(0.00123), time(0.25), time(2.0)
    ('1.2 ms', '250 ms', '2.0 s')
    """
    if seconds >= 1:
        return f"{seconds:.1f} s"
    ms = 1000 * seconds
    return f"{ms:.1f} ms" if ms < 10 else f"{ms:.0f} ms"


def _place(run: SolverRun) -> tuple[bool, int]:
    """The order of the table: fewest evaluations first, and last those that failed."""
    return not run.converged, run.nfe


def table(problem: Problem, runs: Sequence[SolverRun], *, tol: float, narrow: bool = False) -> str:
    """The results in Markdown, in the order of `_place`."""
    rows = [
        f"| Solver | Evaluations | Time | Residual (limit {_short(tol)}) | How it ended |",
        "|---|--:|--:|--:|---|",
    ]
    if narrow:  # a phone has no room for all
        rows = ["| Solver | Evals | Time | How it ended |", "|---|--:|--:|---|"]
    for run in sorted(runs, key=_place):
        count = f"{run.nfe}"
        if problem.batch > 1 and max(sorted(run.sample_nfe)[:-1]) < run.nfe:
            count += f" (others {max(sorted(run.sample_nfe)[:-1])})"
        residual = _short(run.relative_residual)
        spent = time(run.seconds).replace(" ", "\N{NO-BREAK SPACE}")
        cells = [run.name, count, spent, *([] if narrow else [residual]), _ended(run, tol)]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _ended(run: SolverRun, tol: float) -> str:
    ended = ENDED[run.status]
    if run.ode_stable is False:
        ended += ", at an equilibrium that is not stable"
    if outrun(run, tol):
        ended += f"; {OUTRUN}"
    return ended


def outrun(run: SolverRun, tol: float) -> bool:
    """Whether it failed though its residual is below the limit; see `deq.bookkeeping.stop_test`."""
    return not run.converged and run.relative_residual <= tol


def _short(residual: float) -> str:
    return f"{residual:.1e}".replace("e-0", "e-").replace("-", "−") if residual else "0"


def alt(problem: Problem, runs: Sequence[SolverRun], sentence: str) -> str:
    """What the figure shows, for people who cannot see it: where each curve ends."""
    ends = "; ".join(
        f"{run.name} {_short(run.relative_residual)} after {run.nfe}, {ENDED[run.status]}"
        for run in sorted(runs, key=_place)
    )
    return f"Residual of each solver on “{problem.title}”. {sentence} How they end: {ends}."


def numbers(runs: Sequence[SolverRun]) -> str:
    """Every accepted state of every solver as CSV."""
    return downloads.table(
        ["solver", "evaluations", "residual", "seconds", "status"],
        (
            (run.name, evals, residual, run.seconds_per_eval * evals, run.status.name)
            for run in runs
            for evals, residual in zip(run.evals, run.residuals, strict=True)
        ),
    )


def code(course: Course, loading: Loading | None) -> str:
    """The same in a few lines."""
    field, back = course.field, "adjoint_problem, " * course.backward
    if loading is None:
        gain = f", gain={course.gain:g}" * (course.name == "tanh layer")
        head = [f"from deq.race import {back}SolverSettings, problem, race"]
        todo = f"problem({course.name!r}{gain})"
    else:
        head = [
            "import torch",
            "import deq",
            *loading.imports,
            f"from deq.race import {back}SolverSettings, race",
            "from deq.race.digit import digit_problem",
            ONE_THREAD,
            loading.line,
        ]
        todo = 'digit_problem(deq.models.load("digits"), image)'
    if course.backward:
        todo = f"adjoint_problem({todo})"
    lines = [
        *head,
        f"todo = {todo}",
        "settings = SolverSettings(",
        f"    window={field.window}, damping={field.damping:g}, method={field.method!r}",
        ")",
        f"runs = race(todo, settings, tol={course.tol:g}, max_evals={course.cap}, timed=False)",
        "runs.sort(key=lambda run: (not run.converged, run.nfe))",
        "for run in runs:",
        '    end = "converged" if run.converged else "not converged"',
        '    print(f"{run.name:16}{run.nfe:4} evaluations, {end}")',
    ]
    return "\n".join(lines) + "\n"


def prints(runs: Sequence[SolverRun]) -> str:
    """What that code prints."""
    return "\n".join(
        f"{run.name:16}{run.nfe:4} evaluations, {'' if run.converged else 'not '}converged"
        for run in sorted(runs, key=_place)
    )
