"""Every problem with every solver: those that should settle it do, the others say why not."""

import dataclasses

import numpy as np
import pytest
import torch
from scipy import optimize

import deq
from deq import Status
from deq.solvers import Integrator, Iteration
from tests.problems import COS, COS_SLOPE, F64, PROBLEMS, Problem, scalar, symmetric, tanh_net

SOLVERS = {"picard": deq.Picard(), "anderson": deq.Anderson(), "ode": deq.ODE()}


def expected(settles: bool) -> list[object]:
    return [
        pytest.param(problem, name, id=f"{problem} by {name}")
        for problem in PROBLEMS
        for name in sorted(problem.settles if settles else problem.fails)
    ]


@pytest.mark.parametrize(("problem", "name"), expected(settles=True))
def test_solvers_settle_what_they_should(problem: Problem, name: str) -> None:
    tol = 1e-6
    sol = deq.solve(
        problem.f, problem.z0, solver=SOLVERS[name], tol=tol, max_evals=problem.max_evals
    )
    assert sol.converged.all(), sol
    true_residual = (problem.f(sol.z) - sol.z).norm()
    assert true_residual <= tol * (1 + sol.z.norm())
    assert sol.residual.item() == pytest.approx(true_residual.item(), rel=1e-9, abs=1e-15)
    # ‖z − z*‖ ≤ ‖(I − J)⁻¹‖·residual; the exact constant at the answer, with some room.
    assert problem.z is not None
    jacobian = torch.autograd.functional.jacobian(problem.f, problem.z)
    n = problem.z.numel()
    inverse = torch.linalg.inv(torch.eye(n, dtype=F64) - jacobian.reshape(n, n))
    reach = torch.linalg.matrix_norm(inverse, ord=2)
    assert (sol.z - problem.z).norm() <= 1.5 * reach * (true_residual + 1e-15 * sol.z.norm())


@pytest.mark.parametrize(("problem", "name"), expected(settles=False))
def test_solvers_fail_with_the_right_status(problem: Problem, name: str) -> None:
    sol = deq.solve(
        problem.f, problem.z0, solver=SOLVERS[name], tol=1e-6, max_evals=problem.max_evals
    )
    assert Status(int(sol.status)) in problem.fails[name]
    assert not sol.converged.any()
    assert sol.z.isfinite().all()
    assert int(sol.nfe) <= problem.max_evals
    if sol.residual.isfinite().all():
        assert sol.residual.item() == pytest.approx((problem.f(sol.z) - sol.z).norm().item())


def test_evaluations_to_1e_8_stay_within_the_best_known() -> None:
    anderson = deq.Anderson()
    cos = deq.solve(torch.cos, scalar(-1.0), solver=anderson, tol=1e-8)
    assert cos.converged.all()
    assert int(cos.nfe) <= 9
    a = symmetric(200, 0.5)
    b = torch.linspace(-1, 1, 200, dtype=F64).unsqueeze(0)
    sym = deq.solve(lambda z: z @ a.T + b, torch.zeros_like(b), solver=anderson, tol=1e-8)
    assert sym.converged.all()
    assert int(sym.nfe) <= 27
    f, _, x = tanh_net(gain=0.9)
    net = deq.solve(f, torch.zeros_like(x), solver=anderson, tol=1e-8)
    assert net.converged.all()
    assert int(net.nfe.max()) <= 50


@pytest.mark.parametrize("gain", [0.5, 0.9, 1.1])
@pytest.mark.parametrize("name", SOLVERS)
def test_nets_agree_with_scipy(name: str, gain: float) -> None:
    f, _, x = tanh_net(n=20, batch=3, gain=gain)

    def g(flat: np.ndarray) -> np.ndarray:
        z = torch.from_numpy(flat).reshape(x.shape)
        return (f(z) - z).flatten().numpy()

    oracle = optimize.root(g, np.zeros(x.numel()), method="hybr", tol=1e-13)
    assert oracle.success
    sol = deq.solve(f, torch.zeros_like(x), solver=SOLVERS[name], tol=1e-9, max_evals=5000)
    assert sol.converged.all()
    assert np.allclose(sol.z.flatten().numpy(), oracle.x, atol=1e-6)


@pytest.mark.parametrize("method", ["broyden1", "krylov"])
def test_cos_agrees_with_scipys_solvers(method: str) -> None:
    oracle = optimize.root(lambda z: np.cos(z) - z, np.array([-1.0]), method=method, tol=1e-10)
    assert float(oracle.x[0]) == pytest.approx(COS, abs=1e-8)
    sol = deq.solve(torch.cos, scalar(-1.0), tol=1e-10)
    assert sol.z.item() == pytest.approx(float(oracle.x[0]), abs=1e-8)


# Euler step h against evaluations until |cos x − x| < 1e-6 from −1: textbook numbers.
@pytest.mark.parametrize(
    ("h", "steps"),
    [(0.1, 86), (0.25, 30), (0.5, 10), (0.5975, 5), (0.75, 11), (1.0, 33), (1.1, 66), (1.19, 1404)],
)
def test_damped_picard_takes_the_textbook_number_of_steps(h: float, steps: int) -> None:
    sol = deq.solve(
        torch.cos, scalar(-1.0), solver=deq.Picard(damping=h), tol=1e-12, max_evals=3000,
        record=True,
    )  # fmt: skip
    assert sol.trajectory is not None
    below = sol.trajectory.residual[:, 0] < 1e-6
    assert int(below.int().argmax()) == steps


def test_picard_converges_at_the_rate_of_the_slope() -> None:
    sol = deq.solve(torch.cos, scalar(0.5), solver=deq.Picard(), tol=1e-13, record=True)
    assert sol.trajectory is not None
    residual = sol.trajectory.residual[:, 0]
    rates = residual[20:40] / residual[19:39]
    assert torch.allclose(rates, torch.full_like(rates, -COS_SLOPE), atol=1e-3)


def test_picard_is_exact_after_n_steps_on_a_nilpotent_map() -> None:
    a = 0.5 * torch.triu(torch.ones(20, 20, dtype=F64), diagonal=1)
    sol = deq.solve(lambda z: z @ a.T + 1, torch.zeros(1, 20, dtype=F64), solver=deq.Picard(),
                    tol=1e-15)  # fmt: skip
    assert sol.converged.all()
    assert int(sol.nfe) <= 21


def test_best_damping_solves_a_scalar_linear_map_in_one_step() -> None:
    slope = -4.0
    sol = deq.solve(
        lambda z: slope * z + 5, scalar(0.0), solver=deq.Picard(damping=1 / (1 - slope)), tol=1e-12
    )
    assert int(sol.nfe) == 2
    assert sol.z.item() == pytest.approx(1.0)


@pytest.mark.parametrize("solver", list(SOLVERS.values()), ids=list(SOLVERS))
def test_solvers_are_small_frozen_keyword_dataclasses(solver: object) -> None:
    assert isinstance(solver, Iteration | Integrator)
    assert not hasattr(solver, "__dict__")
    name = dataclasses.fields(solver)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(solver, name, 1)
    with pytest.raises(TypeError):
        type(solver)(getattr(solver, name))  # positional
    with pytest.raises(TypeError, match="dampling"):
        type(solver)(dampling=1.0)
    assert solver == type(solver)()
    assert hash(solver) == hash(type(solver)())


@pytest.mark.parametrize("name", ["picard", "anderson"])
def test_a_solver_can_be_played_step_by_step(name: str) -> None:
    f, _, x = tanh_net(n=6, batch=2, gain=0.8)
    solver = SOLVERS[name]
    assert isinstance(solver, Iteration)
    sol = deq.solve(f, torch.zeros_like(x), solver=solver, tol=1e-9, record=True)
    z = torch.zeros_like(x)
    state = solver.init(z)
    assert sol.trajectory is not None
    active = int(sol.nfe.min())  # until the first sample is frozen
    for k in range(active):
        assert torch.allclose(z, sol.trajectory.z[k], rtol=0, atol=1e-12)
        fz = f(z)
        before = z.clone(), fz.clone()
        z_next, state = solver.step(state, z, fz)
        assert torch.equal(z, before[0])
        assert torch.equal(fz, before[1])
        z = z_next


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", SOLVERS)
def test_dtypes_are_kept(name: str, dtype: torch.dtype) -> None:
    sol = deq.solve(torch.cos, torch.tensor([-1.0], dtype=dtype), solver=SOLVERS[name], tol=1e-5)
    assert sol.z.dtype == sol.residual.dtype == dtype
    assert sol.status.dtype == sol.nfe.dtype == torch.int64
    assert sol.converged.dtype == torch.bool
    assert sol.z.item() == pytest.approx(COS, abs=1e-4)
