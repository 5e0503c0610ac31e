"""The sentences of the solver race, its table and its code box, as pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from deq.race import Problem, SolverRun
from deq.status import Status
from pages.parts.pad import subject
from pages.parts.shared import downloads

IDEA = (
    "Every solver starts at the same z₀ and looks for the same z\\* = f(z\\*). What an evaluation "
    "of f costs is the same for all; how much each learns from one is not."
)
LOOK_FOR = (
    "**Look for** straight lines, which lose the same share of the error at each step, and for "
    "curves that bend down: those learn from their past. A head stops where its solver stops. "
    "…: reached the cap; ✕: failed."
)
SECONDS = (
    "Seconds are spread evenly over a solver's evaluations. Beside a cheap f, what a solver does "
    "itself costs more than it saves; the larger f, the more the other picture counts."
)
ENDED = {
    Status.CONVERGED: "settled",
    Status.MAX_EVALS: "reached the cap",
    Status.DIVERGED: "ran away",
    Status.NON_FINITE: "met NaN or infinity",
    Status.STALLED: "at the floor of rounding",
}
_WHY = {
    "Picard": "each step already leaves so little error that a memory has nothing to add",
    "damped": "smaller steps tame what plain iteration throws too far",
    "Anderson": "it combines its last steps so that their residuals cancel",
    "Broyden": "it builds an approximate Jacobian from the steps it took, and never measures one",
    "Newton": "it asks for products with the Jacobian and solves for the whole way at once",
    "GMRES": "the system is linear, and it is made for that",
    "ODE": "a small step along the flow is the only safe one here",
    "PseudoTransient": "its steps along the flow grow as it settles, until they are Newton's",
}


def verdict(problem: Problem, runs: Sequence[SolverRun], *, seconds: bool) -> str:
    """Which solver wins, by how much, and why."""
    done = [run for run in runs if run.converged]
    if not done:
        ends = {ENDED[run.status] for run in runs}
        return f"Nobody settles: all {' or '.join(sorted(ends))}."
    cost = _seconds if seconds else _evals
    best = min(cost(run) for run in done)
    first = [run for run in done if cost(run) == best]
    names = _listed([run.name for run in first])
    cost_text = f"in {time(best)}" if seconds else f"with {best:.0f} evaluation{'s' * (best != 1)}"
    each = " each" * (len(first) > 1)
    words = [f"{names} {'wins' if len(first) == 1 else 'win'} {cost_text}{each}"]
    slow = max(done, key=cost)
    if slow not in first:
        words.append(f"; {slow.name} takes {time(cost(slow)) if seconds else slow.nfe}")
    lost = len(runs) - len(done)
    if lost:
        words.append(f"; {lost} of {len(runs)} never settle")
    words.append(". ")
    words.append(f"{first[0].name}: {_WHY[first[0].name.partition(' ')[0]]}.")
    cheap = min(done, key=_evals)
    if seconds and cheap.nfe < min(run.nfe for run in first):
        words.append(f" {cheap.name} needs fewer evaluations, but spends more time between them.")
    away = [run.name for run in done if run.ode_stable is False]
    if away:
        words.append(f" But {_listed(away)} settled on an equilibrium that repels the flow.")
    if problem.batch > 1:
        words.append(_frozen(first[0]))
    return "".join(words)


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


def table(problem: Problem, runs: Sequence[SolverRun], *, tol: float, narrow: bool = False) -> str:
    """The results in Markdown, the quickest first and those that failed last."""
    rows = [
        f"| Solver | Evaluations | Time | Residual (limit {_short(tol)}) | How it ended |",
        "|---|--:|--:|--:|---|",
    ]
    if narrow:  # a phone has no room for all
        rows = ["| Solver | Evals | Time | How it ended |", "|---|--:|--:|---|"]
    for run in sorted(runs, key=lambda run: (not run.converged, run.nfe)):
        ended = ENDED[run.status] + (", where the flow would not stay" * (run.ode_stable is False))
        count = f"{run.nfe}"
        if problem.batch > 1 and max(sorted(run.sample_nfe)[:-1]) < run.nfe:
            count += f" (others {max(sorted(run.sample_nfe)[:-1])})"
        residual = _short(run.relative_residual)
        spent = time(run.seconds).replace(" ", "\N{NO-BREAK SPACE}")
        cells = [run.name, count, spent, *([] if narrow else [residual]), ended]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _short(residual: float) -> str:
    return f"{residual:.1e}".replace("e-0", "e-").replace("-", "−") if residual else "0"


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


def code(name: str, digit: int | None, *, backward: bool, tol: float) -> str:
    """The same in a few lines."""
    lines = ["import deq", "from deq.race import adjoint_problem, problem, race"]
    if name == "digit":
        lines += [
            "from deq.digits.mnist import load_subset",
            "from deq.race.digit import digit_problem",
            subject.lines(digit),
            'todo = digit_problem(deq.models.load("digits"), image)',
        ]
    else:
        lines.append(f'todo = problem("{name}")')
    if backward:
        lines.append("todo = adjoint_problem(todo)")
    lines += [
        f"for lap in race(todo, tol={tol:g}):",
        '    print(f"{lap.name:16} {lap.nfe:4} evaluations  {lap.status.name}")',
    ]
    return "\n".join(lines) + "\n"
