"""The code boxes of the steady-state page and what they print, as pure functions.

A test runs the code of every task, and of unusual settings, and compares.
"""

from __future__ import annotations

from deq.status import Status
from pages.parts.fixed_points.code import map_line
from pages.parts.fixed_points.lesson import Choice
from pages.parts.steady_states.lesson import PATIENCE, Flowing, Stepping
from pages.parts.steady_states.solver_lesson import BIAS, DEPTH, MOST, START, Deep, Walk


def flow_code(choice: Choice, end: int) -> str:
    """The flow until the time ``end``, and as many iterates."""
    return (
        "import torch, deq\n"
        "from deq.formula import parse\n"
        "from deq.scalar import flow, iterate\n"
        f"{map_line(choice)}"
        f"[course] = flow(g, [{choice.x0!r}], tol=1e-4, max_evals=400)  # dx/dt = g(x) − x\n"
        f"x, xs = course.at(g, torch.tensor([{end}.0])), iterate(g, {choice.x0!r}, {end})\n"
        f'print(f"t = {end}: flow at {{x.item():.4g}}, iterate {{len(xs) - 1}} at {{xs[-1]:.4g}}")'
        "\nsettles = course.status == deq.Status.CONVERGED\n"
        'print("the flow settles" if settles else "the flow does not settle")\n'
    )


def flow_prints(result: Flowing) -> str:
    """What `flow_code` prints."""
    x, xs = float(result.courses[0, -1]), result.iterates
    settles = result.own.status is Status.CONVERGED
    return (
        f"t = {float(result.t[-1]):.0f}: flow at {x:.4g}, "
        f"iterate {len(xs) - 1} at {float(xs[-1]):.4g}\n"
        f"the flow {'settles' if settles else 'does not settle'}"
    )


def step_code(choice: Choice, h: float) -> str:
    """Euler's steps of length h: up to 2 that is damping."""
    solver = f"deq.Picard(damping={h!r})" if h <= 2 else f'deq.ODE(method="euler", step={h!r})'
    return (
        "import torch, deq\n"
        "from deq.formula import parse\n"
        f"{map_line(choice)}"
        f"x0 = torch.tensor([{choice.x0!r}], dtype=torch.float64)\n"
        f"solver = {solver}\n"
        f"sol = deq.solve(g, x0, solver=solver, atol=1e-6, rtol=0, max_evals={PATIENCE + 1})\n"
        'print("steps:", sol.nfe.item() - 1 if sol.converged else "never")\n'
    )


def step_prints(result: Stepping) -> str:
    """What `step_code` prints."""
    return f"steps: {'never' if result.steps is None else result.steps}"


def walk_code(w: float, method: str, tol: float) -> str:
    """Iteration and the ODE, from one start to one tolerance."""
    return (
        "import torch, deq\n"
        f"g = lambda x: torch.tanh({w!r} * x + {BIAS})\n"
        f"x0 = torch.tensor([{START}], dtype=torch.float64)\n"
        f'for name, solver in ("iteration", deq.Picard()), ("ODE", deq.ODE(method="{method}")):\n'
        f"    sol = deq.solve(g, x0, solver=solver, tol={tol:g}, max_evals={MOST})\n"
        '    found = f"settles, evaluations: {sol.nfe.item()}"\n'
        "    print(f\"{name}: {found if sol.converged else 'never settles'}\")\n"
    )


def walk_prints(result: Walk) -> str:
    """What `walk_code` prints."""
    run = result.run
    evals = (result.iteration, run.nfe if run.status is Status.CONVERGED else None)
    found = ["never settles" if n is None else f"settles, evaluations: {n}" for n in evals]
    return "iteration: {}\nODE: {}".format(*found)


def deep_code(gain: float, seed: int, start: tuple[float, float]) -> str:
    """The layers and their equilibrium."""
    return (
        "import torch\n"
        "from deq.scalar import random_network\n"
        f"net = random_network(2, gain={gain!r}, seed={seed})  # z ← tanh(W z + U x + b)\n"
        "z = net.equilibrium().z\n"
        f"start = torch.tensor([{[*start]}], dtype=torch.float64)\n"
        f"layers = net.unrolled({DEPTH}, start)\n"
        'print("z* = ({:.3f}, {:.3f})".format(*z[0]))\n'
        f'print(f"distance from z* at depth {DEPTH}: {{(layers[-1] - z).norm():.2g}}")\n'
        'print(f"spectral radius: {net.spectral_radius(z):.3f}")\n'
    )


def deep_prints(result: Deep) -> str:
    """What `deep_code` prints."""
    x, y = result.z.tolist()
    return (
        f"z* = ({x:.3f}, {y:.3f})\n"
        f"distance from z* at depth {DEPTH}: {float(result.distances[-1]):.2g}\n"
        f"spectral radius: {result.radius:.3f}"
    )
