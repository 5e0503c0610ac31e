"""Broyden where others break: dead ends, degenerate histories, small types, bad options."""

import dataclasses
import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

import deq
from deq import Status
from deq.solve import find
from tests.problems import COS, F64, PROBLEMS, Problem, scalar, symmetric, tanh_net

LOST = [p for p in PROBLEMS if "anderson" in p.fails]


@pytest.mark.parametrize("problem", LOST, ids=str)
def test_without_an_equilibrium_it_says_so(problem: Problem) -> None:
    sol = deq.solve(problem.f, problem.z0, solver=deq.Broyden(), tol=1e-6, max_evals=300)
    assert not sol.converged.any()
    assert Status(int(sol.status)) in {Status.DIVERGED, Status.MAX_EVALS, Status.NON_FINITE}
    assert sol.z.isfinite().all()


def test_mates_of_a_lost_sample_are_unharmed() -> None:
    def f(z: Tensor) -> Tensor:  # no equilibrium, cos, leaves its domain, cos again
        return torch.cat([z[:1] ** 2 + 1, torch.cos(z[1:2]), torch.log(z[2:3]), torch.cos(z[3:])])

    z0 = torch.tensor([0.0, -1.0, 2.0, 0.5], dtype=F64)
    sol = deq.solve(f, z0, solver=deq.Broyden(), tol=1e-10)
    assert sol.converged.tolist() == [False, True, False, True]
    assert sol.z[[1, 3]].tolist() == pytest.approx([COS, COS], abs=1e-8)
    assert int(sol.nfe[1]) <= 9


@pytest.mark.parametrize("memory", [1, 2, 30])
def test_duplicate_history_takes_picard_steps(memory: int) -> None:
    solver = deq.Broyden(memory=memory, damping=0.5)
    z = torch.zeros(2, 4, dtype=F64)
    state = solver.init(z)
    for _ in range(8):  # the same residual again and again: every update divides by zero
        z_next, state = solver.step(state, z, z + 1)
        assert torch.equal(z_next, z + 0.5)
    for _ in range(12):  # and it recovers
        z, state = solver.step(state, z, torch.cos(z))
    assert torch.allclose(z, torch.full_like(z, COS))


@pytest.mark.parametrize("memory", [3, 30])
def test_a_sample_with_a_poisoned_history_falls_back_alone(memory: int) -> None:
    f, _, x = tanh_net(n=6, batch=2, gain=0.8)
    solver = deq.Broyden(memory=memory)
    clean = z = torch.zeros_like(x)
    state, other = solver.init(z), solver.init(z)
    for _ in range(5):
        z, state = solver.step(state, z, f(z))
        clean, other = solver.step(other, clean, f(clean))
    state.u[0] = math.nan
    expected, _ = solver.step(other, clean, f(clean))
    z_next, _ = solver.step(state, z, f(z))
    assert torch.equal(z_next[0], f(z)[0])
    assert torch.equal(z_next[1], expected[1])


def test_a_runaway_step_is_a_picard_step() -> None:
    solver = deq.Broyden()
    z = scalar(0.0)[None]
    state = solver.init(z)
    z, state = solver.step(state, z, z + 1.0)
    z_next, state = solver.step(state, z, z + 1.0 + 1e-15)  # a secant of slope 1e-15
    assert float(z_next - z) == pytest.approx(1.0)
    steep = solver.init(z)
    z, steep = solver.step(steep, z, z + 1.0)
    z_next, steep = solver.step(steep, z, z + 1.0 - 1e-6)  # unlikely, but possible
    assert float(z_next - z) == pytest.approx(1e6, rel=1e-3)


def test_starts_at_the_equilibrium_stay() -> None:
    solver = deq.Broyden()
    z = torch.zeros(2, 3, dtype=F64)
    state = solver.init(z)
    for _ in range(5):
        z, state = solver.step(state, z, z.clone())
    assert torch.equal(z, torch.zeros(2, 3, dtype=F64))


def test_arguments_are_left_alone() -> None:
    f, _, x = tanh_net(n=6, batch=2, gain=0.8)
    solver = deq.Broyden(memory=3, damping=0.9)
    z = torch.zeros_like(x)
    state = solver.init(z)
    for _ in range(8):
        fz = f(z)
        before = z.clone(), fz.clone()
        z_next, state = solver.step(state, z, fz)
        assert torch.equal(z, before[0])
        assert torch.equal(fz, before[1])
        z = z_next
    assert (f(z) - z).norm() < 1e-3


@pytest.mark.parametrize(
    ("dtype", "tol"),
    [(F64, 1e-12), (torch.float32, 1e-6), (torch.bfloat16, 2e-2), (torch.float16, 2e-3)],
)
@pytest.mark.parametrize("guard", [torch.no_grad, torch.inference_mode])
def test_dtypes(dtype: torch.dtype, tol: float, guard: Callable[[], torch.no_grad]) -> None:
    f, _, x = tanh_net(n=20, batch=3, gain=0.8)
    with guard():
        sol = deq.solve(lambda z: f(z.to(F64)).to(dtype), torch.zeros(3, 20, dtype=dtype),
                        solver=deq.Broyden(), tol=tol)  # fmt: skip
        exact = deq.solve(f, torch.zeros_like(x), solver=deq.Broyden(), tol=1e-12)
    assert sol.z.dtype is dtype
    assert sol.converged.all(), sol
    assert torch.allclose(sol.z.to(F64), exact.z, atol=20 * tol)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_the_unit_of_length_does_not_matter(scale: float) -> None:
    a, b = symmetric(30, 0.9).float(), torch.linspace(1, 2, 30)
    sol = find(lambda z: z @ a.T + scale * b, torch.zeros(1, 30), deq.Broyden(), atol=1e-4 * scale,
               rtol=1e-30, max_evals=100)  # fmt: skip
    assert sol.converged.all()
    assert int(sol.nfe) <= 40


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"memory": 0}, ValueError),
        ({"memory": 2.0}, TypeError),
        ({"memory": True}, TypeError),
        ({"damping": 0.0}, ValueError),
        ({"damping": 2.5}, ValueError),
        ({"damping": "1"}, TypeError),
        ({"window": 5}, TypeError),
    ],
)
def test_bad_options_get_a_sentence(options: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error, match=next(iter(options))):
        deq.Broyden(**options)  # type: ignore[arg-type]


def test_options_are_frozen_keywords() -> None:
    with pytest.raises(TypeError):
        deq.Broyden(5)  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        deq.Broyden().memory = 1  # type: ignore[misc]
    assert deq.Broyden(memory=5) == deq.Broyden(memory=5) != deq.Broyden()
