"""The code boxes of the steady-state page, as pure functions; a test runs every one."""

from __future__ import annotations

from pages.parts.fixed_points.lesson import Choice
from pages.parts.steady_states.solver_lesson import BIAS, START


def flow_code(choice: Choice) -> str:
    """The first section in six lines of `deq`; runs as it stands."""
    return (
        "from deq.formula import parse\n"
        "from deq.scalar import flow, iterate\n"
        f"{_map(choice)}"
        f"[course] = flow(g, [{choice.x0!r}])  # dx/dt = g(x) − x, by dopri5\n"
        'print(f"the flow: {course.x[-1]:.4f}", course.status.name, course.nfe, "evaluations")\n'
        f'print("iteration:", iterate(g, {choice.x0!r}, 20)[-4:])\n'
    )


def step_code(choice: Choice, h: float) -> str:
    """The second section in six lines of `deq`; runs as it stands."""
    solver = f"deq.Picard(damping={h:g})" if h <= 2 else f'deq.ODE(method="euler", step={h:g})'
    return (
        "import torch, deq\n"
        "from deq.formula import parse\n"
        f"{_map(choice)}"
        f"start = torch.tensor([{choice.x0!r}], dtype=torch.float64)\n"
        f"sol = deq.solve(g, start, solver={solver}, tol=1e-6, max_evals=5000)\n"
        'print(f"{sol.z.item():.6f}", deq.Status(sol.status.item()).name, sol.nfe.item())\n'
    )


def walk_code(w: float, method: str, tol: float) -> str:
    """The third section in six lines of `deq`; runs as it stands."""
    return (
        "import torch, deq\n"
        f"f = lambda z: torch.tanh({w:g} * z + {BIAS})\n"
        f"start = torch.tensor([{START}], dtype=torch.float64)\n"
        f'for solver in (deq.Picard(), deq.ODE(method="{method}")):\n'
        f"    sol = deq.solve(f, start, solver=solver, tol={tol:g}, max_evals=1000)\n"
        '    print(f"{sol.z.item():.4f}", deq.Status(sol.status.item()).name, sol.nfe.item())\n'
    )


def deep_code(gain: float, seed: int) -> str:
    """The fourth section in six lines of `deq`; runs as it stands."""
    return (
        "from deq.scalar import random_network\n"
        f"net = random_network(2, gain={gain:g}, seed={seed})  # z ← tanh(W z + U x + b)\n"
        "z = net.equilibrium().z\n"
        'print("equilibrium", z)\n'
        'print("distance after 1, 10, 50 layers", net.distances(50, z)[[1, 10, 50]])\n'
        'print("spectral radius", net.spectral_radius(z))\n'
    )


def _map(choice: Choice) -> str:
    values = f", values={dict(choice.values)}" if choice.values else ""
    return f"g = parse({choice.text!r}{values})\n"
