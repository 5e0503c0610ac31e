"""Broyden against dense algebra, SciPy and the secant method; how many evaluations it takes."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from torch import Tensor

import deq
from deq.solve import find
from tests.problems import F64, PROBLEMS, Problem, row, scalar, symmetric, tanh_net

Map = Callable[[Tensor], Tensor]


def evaluations(f: Map, z0: Tensor, **options: int) -> int:
    """Evaluations until ‖f(z) − z‖ ≤ 1e-8 for the worst sample; 400 is a failure."""
    solver = deq.Broyden(**options)
    sol = find(f, z0, solver, atol=1e-8, rtol=1e-300, max_evals=400)
    assert sol.converged.all(), sol
    return int(sol.nfe.max())


def test_evaluations_to_1e_8_stay_within_the_best_known() -> None:
    assert evaluations(torch.cos, scalar(-1.0)) <= 7
    a = symmetric(200, 0.5)
    for b in (torch.ones(200, dtype=F64), torch.linspace(-1, 1, 200, dtype=F64)):
        assert evaluations(lambda z, b=b: z @ a.T + b, torch.zeros(1, 200, dtype=F64)) <= 18
    f, _, x = tanh_net(gain=0.9)
    assert evaluations(f, torch.zeros_like(x)) <= 30


def test_slow_problems_take_a_fraction_of_picards_evaluations() -> None:
    # The textbook update without projection takes 142 with any memory, Picard some 2000.
    a, z0 = symmetric(200, 0.99), torch.zeros(1, 200, dtype=F64)
    assert evaluations(lambda z: z @ a.T + 1, z0, memory=400) <= 115
    assert evaluations(lambda z: z @ a.T + 1, z0) <= 180  # with four restarts
    assert evaluations(lambda z: z @ a.T + 1, z0, memory=12) <= 220


@pytest.mark.parametrize("memory", [1, 2, 5, 30])
@pytest.mark.parametrize(
    ("f", "start"), [(math.cos, -1.0), (lambda z: 2 / z, 1.0), (lambda z: math.exp(-z), 0.0)]
)
def test_on_a_scalar_it_is_the_secant_method(
    f: Callable[[float], float], start: float, memory: int
) -> None:
    zs = [start, f(start)]
    while abs(f(zs[-1]) - zs[-1]) > 1e-10:
        a, b = zs[-2:]
        ga, gb = f(a) - a, f(b) - b
        zs.append(b - gb * (b - a) / (gb - ga))

    def tensor_f(z: Tensor) -> Tensor:
        return torch.tensor([f(v) for v in z.tolist()], dtype=F64)

    sol = deq.solve(tensor_f, scalar(start), solver=deq.Broyden(memory=memory), tol=1e-10,
                    record=True)  # fmt: skip
    assert sol.trajectory is not None
    path = sol.trajectory.z[:, 0].tolist()
    assert path == pytest.approx(zs[: len(path)], abs=1e-8)
    assert len(path) >= 7


def dense(f: Map, z: Tensor, steps: int, h: float, memory: int) -> list[Tensor]:
    """Broyden with H in full and y = g₊ − g, for one sample (n,)."""
    eye = torch.eye(len(z), dtype=F64)
    estimate, moves, updates, path = -h * eye, [], 0, [z]
    g = f(z) - z
    for _ in range(steps):
        d = -estimate @ g
        if updates == memory:  # the last move stays
            estimate, updates, moves = -h * eye, 0, []
        z = z + d
        g, g_last = f(z) - z, g
        p = d
        if moves:
            way = sum(moves[-2:], torch.zeros_like(z))
            p = d - 0.9 * way * (way @ d) / (way @ way)
        y = g - g_last
        estimate = estimate + torch.outer(d - estimate @ y, p @ estimate) / (p @ estimate @ y)
        updates += 1
        moves.append(d)
        path.append(z)
    return path


@pytest.mark.parametrize(("h", "memory"), [(1.0, 30), (0.7, 30), (1.0, 1), (1.0, 2), (0.7, 3)])
def test_the_steps_are_those_of_dense_algebra(h: float, memory: int) -> None:
    f, w, x = tanh_net(n=12, batch=3, gain=1.1)
    solver = deq.Broyden(damping=h, memory=memory)
    z = torch.zeros_like(x)
    state = solver.init(z)
    paths = [
        dense(lambda v, b=b: torch.tanh(w @ v + x[b]), z[b], 12, h, memory) for b in range(len(x))
    ]
    for k in range(1, 13):
        z, state = solver.step(state, z, f(z))
        assert torch.allclose(z, torch.stack([path[k] for path in paths]), rtol=0, atol=1e-9)


def test_the_first_step_is_the_damped_picard_step() -> None:
    z, fz = row(1.0, 2.0, 3.0), row(2.0, 0.0, 3.5)
    solver = deq.Broyden()
    assert torch.equal(solver.step(solver.init(z), z, fz)[0], fz)
    solver = deq.Broyden(damping=0.5)
    assert solver.dt == 0.5
    assert torch.equal(solver.step(solver.init(z), z, fz)[0], (z + fz) / 2)


def test_a_linear_map_is_solved_in_twice_the_dimension() -> None:  # Gay, 1979
    g = torch.Generator().manual_seed(0)
    a = torch.randn(4, 4, dtype=F64, generator=g)  # no contraction
    assert evaluations(lambda z: z @ a.T + 1, torch.zeros(1, 4, dtype=F64)) <= 10


SETTLED = [p for p in PROBLEMS if "anderson" in p.settles and p.z is not None]


@pytest.mark.parametrize("memory", [12, 30])
@pytest.mark.parametrize("problem", SETTLED, ids=str)
def test_it_settles_what_a_root_finder_should(problem: Problem, memory: int) -> None:
    z0 = scalar(0.7) if problem.name.startswith("logistic") else problem.z0
    sol = deq.solve(problem.f, z0, solver=deq.Broyden(memory=memory), tol=1e-9, max_evals=400)
    assert sol.converged.all(), sol
    assert problem.z is not None
    jacobian = torch.autograd.functional.jacobian(problem.f, problem.z)
    n = problem.z.numel()
    inverse = torch.linalg.inv(torch.eye(n, dtype=F64) - jacobian.reshape(n, n))
    reach = torch.linalg.matrix_norm(inverse, ord=2)
    assert (sol.z - problem.z).norm() <= 1.5 * reach * (sol.residual[0] + 1e-14 * sol.z.norm())


@pytest.mark.parametrize("method", ["hybr", "broyden1"])
@pytest.mark.parametrize("gain", [0.5, 0.9, 1.1])
def test_nets_agree_with_scipy(gain: float, method: str) -> None:
    f, _, x = tanh_net(n=20, batch=3, gain=gain)

    def g(flat: np.ndarray) -> np.ndarray:
        z = torch.from_numpy(flat).reshape(x.shape)
        return (f(z) - z).flatten().numpy()

    oracle = optimize.root(g, np.zeros(x.numel()), method=method, tol=1e-10)
    assert oracle.success
    sol = deq.solve(f, torch.zeros_like(x), solver=deq.Broyden(), tol=1e-10)
    assert sol.converged.all()
    assert np.allclose(sol.z.flatten().numpy(), oracle.x, atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    n=st.integers(1, 12),
    batch=st.integers(2, 5),
    gain=st.floats(0.1, 0.9),
    memory=st.sampled_from([1, 3, 30]),
)
def test_contractions_settle_and_alone_equals_in_company(
    seed: int, n: int, batch: int, gain: float, memory: int
) -> None:
    g = torch.Generator().manual_seed(seed)
    w = torch.randn(batch, n, n, dtype=F64, generator=g)
    w *= gain / torch.linalg.matrix_norm(w, ord=2, keepdim=True)
    x = torch.randn(batch, n, dtype=F64, generator=g) * 10.0 ** torch.arange(batch)[:, None]

    def f(z: Tensor, w: Tensor = w, x: Tensor = x) -> Tensor:
        return torch.tanh((w @ z[:, :, None])[:, :, 0] + x)

    options = {"solver": deq.Broyden(memory=memory), "tol": 1e-10, "max_evals": 500}
    both = deq.solve(f, torch.zeros_like(x), **options)
    assert both.converged.all()
    for b in range(batch):
        z0 = torch.zeros(1, n, dtype=F64)
        alone = deq.solve(lambda z, b=b: f(z, w[b : b + 1], x[b : b + 1]), z0, **options)
        assert alone.converged.all()
        assert torch.allclose(both.z[b], alone.z[0], atol=1e-7)


def test_hard_and_easy_members_share_a_batch() -> None:
    a = torch.stack([symmetric(40, 0.99), symmetric(40, 0.1)])

    def f(z: Tensor) -> Tensor:
        return (a @ z.unsqueeze(2)).squeeze(2) + 1

    both = deq.solve(f, torch.zeros(2, 40, dtype=F64), solver=deq.Broyden(), tol=1e-8)
    assert both.converged.all()
    assert both.nfe[1] < 12 < both.nfe[0]
    exact = torch.linalg.solve(torch.eye(40, dtype=F64) - a, torch.ones(2, 40, dtype=F64))
    assert torch.allclose(both.z, exact, atol=1e-3)
