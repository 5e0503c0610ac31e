"""The code box of the fixed-points page and what it prints, as pure functions.

A test runs the code of every task, and of unusual settings, and compares.
"""

from __future__ import annotations

from pages.parts.fixed_points.lesson import (
    APART,
    NUDGE,
    PATIENCE,
    Choice,
    Lesson,
    apart_from,
    solves_alike,
)

_SOLVERS = {
    "Picard": "deq.Picard()",
    "damped": "deq.Picard(damping={h!r})",
    "Anderson": "deq.Anderson(window=1)",
    "Newton": "deq.Newton()",
}
_SAYS = 'print(f"settles at {x:.4g}, evaluations: {n}" if done else "has not settled")\n'


def code(result: Lesson) -> str:
    """The same by `deq`; runs as it stands.

    `deq.solve` stops at the first x that meets the tolerance, and it knows nothing of cycles. So
    plain iteration that does not settle is shown by `orbit`, which says what it does instead.
    """
    choice = result.choice
    if choice.second:
        return second_code(choice)
    if choice.method == "Picard" and result.orbit.kind != "settles":
        return orbit_code(choice)
    if solves_alike(result):
        return solve_code(choice)
    return orbit_code(choice) if choice.method == "Picard" else path_code(choice)


def prints(result: Lesson) -> str:
    """What `code` prints."""
    choice = result.choice
    if choice.second:
        step = apart_from(result)
        first = "none" if step is None else step
        return f"{result.orbit.sentence}\nfirst step at which they are 0.1 apart: {first}"
    if choice.method == "Picard" and not (result.settled and solves_alike(result)):
        return result.orbit.sentence
    if not result.settled:
        return "has not settled"
    return f"settles at {float(result.xs[-1]):.4g}, evaluations: {result.evals}"


def solve_code(choice: Choice) -> str:
    """By `deq.solve`."""
    most = choice.steps if choice.method == "Picard" else PATIENCE
    return (
        "import torch, deq\n"
        "from deq.formula import parse\n"
        f"{map_line(choice)}"
        f"x0 = torch.tensor([{choice.x0!r}], dtype=torch.float64)\n"
        f"sol = deq.solve(g, x0, solver={_solver(choice)}, atol=1e-6, rtol=0, max_evals={most})\n"
        "x, n, done = sol.z.item(), sol.nfe.item(), sol.converged\n"
        f"{_SAYS}"
    )


def orbit_code(choice: Choice) -> str:
    """Plain iteration, and what it does when it does not settle."""
    return (
        "from deq.formula import parse\n"
        "from deq.scalar import orbit\n"
        f"{map_line(choice)}"
        f"print(orbit(g, {choice.x0!r}, {choice.steps}, tol=1e-6).sentence)\n"
    )


def second_code(choice: Choice) -> str:
    """Plain iteration from two starts close together."""
    x0, steps = choice.x0, choice.steps
    return (
        "from deq.formula import parse\n"
        "from deq.scalar import iterate, orbit\n"
        f"{map_line(choice)}"
        f"print(orbit(g, {x0!r}, {steps}, tol=1e-6).sentence)\n"
        f"both = zip(iterate(g, {x0!r}, {steps}), iterate(g, {x0!r} + {NUDGE}, {steps}))\n"
        f"apart = [n for n, (a, b) in enumerate(both) if abs(a - b) > {APART}]\n"
        f'print("first step at which they are {APART} apart:", apart[0] if apart else "none")\n'
    )


def path_code(choice: Choice) -> str:
    """Step by step, without what `deq.solve` does to save a step that leads nowhere."""
    return (
        "import deq\n"
        "from deq.formula import parse\n"
        "from deq.scalar import accelerated\n"
        f"{map_line(choice)}"
        f"path = accelerated(g, {choice.x0!r}, {_solver(choice)}, tol=1e-6, max_evals={PATIENCE})\n"
        "x, n, done = path.xs[-1], path.evals[-1], path.converged\n"
        f"{_SAYS}"
    )


def map_line(choice: Choice) -> str:
    """The line that makes g."""
    values = f", values={dict(choice.values)}" if choice.values else ""
    return f"g = parse({choice.text!r}{values})\n"


def _solver(choice: Choice) -> str:
    return _SOLVERS[choice.method].format(h=choice.damping)
