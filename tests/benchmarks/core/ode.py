"""deq.ODE against torchdiffeq's odeint and odeint_event, and PseudoTransient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

import deq
from deq.solvers import Solver
from tests.benchmarks.core.cells import Counter, Map, residuals
from tests.benchmarks.core.table import against, interleaved, micro, ratio, show
from tests.problems import symmetric, tanh_net

TOL, HORIZON, CAP, MAX_EVALS = 1e-4, 50.0, 2000.0, 20000
NOTES = f"""\
deq.ODE() with tol {TOL:g} stops when ‖f(z) − z‖ ≤ {TOL:g}·(1 + ‖z‖) and integrates with rtol =
atol = {TOL / 10:g}. Time of it / time of torchdiffeq's dopri5 at the same rtol and atol, float64,
one thread. "oracle": to exactly the time at which ours stopped. "t = {HORIZON:g}": a safe horizon.
"event": odeint_event with the same residual test, or t = {CAP:g} as the safe cap. Evaluations of f
in brackets. * marks a horizon at whose end the residual test does not hold: either it ends too
early, and then there is no bar, or the integrator bounces at its own tolerance."""
TRANSIENT_NOTES = """\
deq.PseudoTransient() / deq.ODE(), both by deq.solve at the same tol: evaluations of f, and time."""


@dataclass(frozen=True)
class Road:
    """A map and a start (B, …)."""

    name: str
    f: Map
    z0: Tensor
    contractive: bool = True


def roads() -> list[Road]:
    """The problems, after FIELD.md's table."""
    many = [Road("cos", torch.cos, torch.tensor([-1.0], dtype=torch.float64))]
    for n, batch in ((50, 8), (128, 128)):
        for gain in (0.5, 0.9):
            f, _, x = tanh_net(n, batch, gain)
            many.append(Road(f"tanh n={n} B={batch} gain {gain:g}", f, torch.zeros_like(x)))
    one = torch.zeros(1, dtype=torch.float64)
    many.append(Road("0.99 z + 1", lambda z: 0.99 * z + 1, one))
    a = symmetric(200, 0.5)
    wide = torch.zeros(1, 200, dtype=torch.float64)
    many.append(Road("symmetric n=200 ρ=.5", lambda z: z @ a + 1, wide))
    many.append(Road("-3 z + 4", lambda z: -3 * z + 4, one, contractive=False))
    return many


def _excess(f: Map, z: Tensor) -> Tensor:
    """How far the worst sample of z is from passing the stop test, ()."""
    flat = z.reshape(len(z), -1)  # (B, D)
    excess: Tensor = residuals(z, f(z)) - TOL * (1 + torch.linalg.vector_norm(flat, dim=1))
    return excess.amax()


def _odeint(f: Map, z0: Tensor, until: float) -> Tensor:
    """The state at a given time."""
    from torchdiffeq import odeint

    times = torch.tensor([0.0, until], dtype=torch.float64)
    with torch.no_grad():
        states: Tensor = odeint(
            lambda _, z: f(z) - z, z0, times, rtol=TOL / 10, atol=TOL / 10, method="dopri5"
        )
    return states[-1]


def _event(f: Map, z0: Tensor) -> Tensor:
    """The state at which the stop test is first met, or at the cap."""
    from torchdiffeq import odeint_event

    with torch.no_grad():
        _, states = odeint_event(
            lambda _, z: f(z) - z,
            z0,
            torch.tensor(0.0, dtype=torch.float64),
            event_fn=lambda t, z: torch.minimum(_excess(f, z), CAP - t),
            rtol=TOL / 10,
            atol=TOL / 10,
            method="dopri5",
        )
    last: Tensor = states[-1]
    return last


def _ours(f: Map, z0: Tensor, solver: Solver) -> deq.Solution:
    return deq.solve(f, z0, solver=solver, tol=TOL, max_evals=MAX_EVALS)


def _count(call: Callable[[Map], object], f: Map) -> int:
    counter = Counter(f)
    call(counter)
    return counter.calls


def _row(road: Road, times: int) -> list[str]:
    f, z0 = road.f, road.z0
    seen = deq.solve(f, z0, solver=deq.ODE(), tol=TOL, max_evals=MAX_EVALS, record=True)
    assert seen.trajectory is not None
    until = float(seen.trajectory.t[-1])
    roads: dict[str, Callable[[Map], object]] = {
        "deq": lambda f: _ours(f, z0, deq.ODE()),
        "oracle": lambda f: _odeint(f, z0, until),
        "horizon": lambda f: _odeint(f, z0, HORIZON),
        "event": lambda f: _event(f, z0),
    }
    evals = {name: _count(call, f) for name, call in roads.items()}
    marks = {"horizon": "*" if _excess(f, _odeint(f, z0, HORIZON)) > 0 else ""}
    samples = interleaved({name: partial(call, f) for name, call in roads.items()}, times)
    bars = {"oracle": 0.5, "horizon": None if until > HORIZON else 0.5, "event": 1.0}
    cells = [
        f"{against(ratio(samples, 'deq', name), bar)} ({evals[name]}){marks.get(name, '')}"
        for name, bar in bars.items()
    ]
    done = "all" if seen.converged.all() else f"{int(seen.converged.sum())}"
    return [road.name, done, f"{until:.1f}", f"{evals['deq']}", micro(samples, "deq"), *cells]


def _transient_row(road: Road, times: int) -> list[str]:
    f, z0 = road.f, road.z0
    solvers: dict[str, Solver] = {"transient": deq.PseudoTransient(), "ode": deq.ODE()}
    evals = {name: _count(partial(_ours, z0=z0, solver=s), f) for name, s in solvers.items()}
    samples = interleaved({name: partial(_ours, f, z0, s) for name, s in solvers.items()}, times)
    bar = 0.5 if road.contractive else None
    return [
        road.name,
        "all" if _ours(f, z0, solvers["transient"]).converged.all() else "no",
        f"{evals['transient']} / {evals['ode']}",
        against(evals["transient"] / evals["ode"], bar),
        f"{micro(samples, 'transient')} / {micro(samples, 'ode')}",
        against(ratio(samples, "transient", "ode"), bar),
    ]


def run(quick: bool) -> None:
    """Measure and print."""
    torch.set_num_threads(1)
    times = 3 if quick else 21
    many = roads()
    header = ["problem", "settled", "stop time", "evals", "deq.ODE", "oracle (evals)"]
    rows = [_row(road, times) for road in many]
    show("ode", NOTES, [*header, f"t = {HORIZON:g} (evals)", "event (evals)"], rows)
    header = ["problem", "settled", "evals", "ratio", "times", "ratio"]
    rows = [_transient_row(road, times) for road in many]
    show("pseudo-transient continuation", TRANSIENT_NOTES, header, rows)
