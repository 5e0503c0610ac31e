"""Evaluations of f that each solver takes to a residual of 1e-8: deq, torchdeq, SciPy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

import deq
from deq.solvers import Solver
from tests.benchmarks.core import peers
from tests.benchmarks.core.cells import Counter, Map
from tests.benchmarks.core.table import against, show
from tests.problems import F64, symmetric, tanh_net

RESIDUAL, MAX_EVALS = 1e-8, 400
SOLVERS: dict[str, Solver] = {
    "Picard": deq.Picard(),
    "Anderson": deq.Anderson(),
    "Broyden": deq.Broyden(),
    "Newton": deq.Newton(),
    "ODE dopri5": deq.ODE(),
    "PseudoTransient": deq.PseudoTransient(),
}
SCIPY = ("anderson", "broyden1", "krylov", "hybr")
NOTES = f"""\
The evaluation at which the last sample's ‖f(z) − z‖₂ was first ≤ {RESIDUAL:g}, counted by f itself,
so alike for everybody. float64; starts: cos −1, others 0; cap {MAX_EVALS} for torchdeq. SciPy
gets all samples as one vector. A Jacobian or JVP counts as the calls of f that it makes."""


@dataclass(frozen=True)
class Case:
    """A map, its start, and the bars of issue and FIELD.md."""

    name: str
    f: Map
    z0: Tensor  # (B, D)
    bars: dict[str, int]


def cases() -> list[Case]:
    """The three problems."""
    a = symmetric(200, 0.5)
    f, _, x = tanh_net(50, 8, 0.9)
    return [
        Case("cos", torch.cos, torch.full((1, 1), -1.0, dtype=F64), {"Anderson": 7, "Broyden": 7}),
        Case(
            "symmetric n=200 ρ=.5",
            lambda z: z @ a + 1,
            torch.zeros(1, 200, dtype=F64),
            {"Anderson": 20, "Broyden": 18},
        ),
        Case("tanh n=50 B=8 gain .9", f, torch.zeros_like(x), {"Anderson": 41, "Broyden": 30}),
    ]


def _scipy(method: str, f: Map, z0: Tensor) -> None:
    """Let SciPy's root finder run until it is satisfied with a little less than RESIDUAL."""
    from scipy.optimize import root

    def residual(z: object) -> object:
        state = torch.as_tensor(z, dtype=F64).view_as(z0)
        return (f(state) - state).flatten().numpy()

    options = {"maxfev": MAX_EVALS} if method == "hybr" else {"fatol": 0.1 * RESIDUAL}
    if method not in ("hybr", "krylov"):
        options["maxiter"] = MAX_EVALS
    root(residual, z0.flatten().numpy(), method=method, tol=None, options=options)


def _reached(solve: Callable[[Map], object], f: Map) -> int | None:
    counter = Counter(f, RESIDUAL)
    try:
        solve(counter)
    except Exception as error:  # SciPy raises what its line search or its algebra raises
        if counter.reached() is None:
            print(f"  ({type(error).__name__}: {error})")
    return counter.reached()


def run(quick: bool) -> None:
    """Count and print; nothing is timed, so ``quick`` changes nothing."""
    torch.set_num_threads(1)
    many = cases()
    table: dict[str, list[str]] = {}
    for case in many:
        settled = case.z0
        for _ in range(500):
            settled = case.f(settled)
        # The tolerance at which the stop test of deq.solve asks for RESIDUAL at the equilibrium.
        tol = RESIDUAL / (1 + float(torch.linalg.vector_norm(settled, dim=1).max()))
        solves: dict[str, Callable[[Map], object]] = {}
        for name, solver in SOLVERS.items():
            solves[f"deq {name}"] = partial(
                deq.solve, z0=case.z0, solver=solver, tol=tol, max_evals=20 * MAX_EVALS
            )
        for name in peers.NAMES:
            solves[f"torchdeq {name}"] = partial(
                peers.solve, name, z0=case.z0, tol=RESIDUAL, max_iter=MAX_EVALS, mode="abs"
            )
        for method in SCIPY:
            solves[f"scipy {method}"] = partial(_scipy, method, z0=case.z0)
        for name, solve in solves.items():
            evals = _reached(solve, case.f)
            bar = case.bars.get(name.removeprefix("deq ")) if name.startswith("deq ") else None
            shown = "–" if evals is None else against(evals, bar, digits=0)
            table.setdefault(name, [name]).append(shown)
    show("evaluations", NOTES, ["solver", *(case.name for case in many)], list(table.values()))
