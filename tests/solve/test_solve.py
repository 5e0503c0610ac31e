"""What deq.solve promises, whatever the solver: shapes, caps, statuses, the residual's meaning."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

import deq
from deq import Status
from deq.solvers import Iteration
from tests.problems import COS, F64, scalar, tanh_net

SOLVERS = {
    "picard": deq.Picard(),
    "anderson": deq.Anderson(),
    "broyden": deq.Broyden(),
    "newton": deq.Newton(),
    "newton-krylov": deq.Newton(dense_limit=1),
    "transient": deq.PseudoTransient(),
    "ode": deq.ODE(),
    "euler": deq.ODE(method="euler"),
}
every_solver = pytest.mark.parametrize("solver", SOLVERS.values(), ids=SOLVERS)

LARGEST_STEP = 6  # evaluations, on a scalar: six stages of dopri5


class Counting:
    """A map that remembers what it was asked."""

    def __init__(self, f: Callable[[Tensor], Tensor]) -> None:
        self.f = f
        self.asked: list[Tensor] = []

    def __call__(self, z: Tensor) -> Tensor:
        self.asked.append(z.clone())
        return self.f(z)


@every_solver
@pytest.mark.parametrize(
    "shape", [(), (1,), (5,), (2, 3), (2, 3, 4), (2, 4, 3, 3), (1, 2, 1, 2, 2)]
)
def test_any_shape_is_solved_and_returned(solver: object, shape: tuple[int, ...]) -> None:
    z0 = torch.zeros(shape, dtype=F64)
    sol = deq.solve(torch.cos, z0, solver=solver, tol=1e-6, record=True)
    batch = shape[0] if shape else 1
    assert sol.z.shape == shape
    for per_sample in (sol.residual, sol.nfe, sol.status, sol.converged):
        assert per_sample.shape == (batch,)
    assert sol.trajectory is not None
    steps = len(sol.trajectory.t)
    assert sol.trajectory.z.shape == (steps, *shape)
    assert sol.trajectory.residual.shape == (steps, batch)
    assert torch.allclose(sol.z, torch.full(shape, COS, dtype=F64), atol=1e-5)


@every_solver
@pytest.mark.parametrize("batch", [1, 3, 9])
@pytest.mark.parametrize("cap", [3, 400])
@pytest.mark.parametrize("record", [False, True])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_every_number_has_the_type_it_should(
    solver: object, batch: int, cap: int, record: bool, dtype: torch.dtype
) -> None:
    z0 = torch.linspace(0, 1, batch, dtype=dtype).unsqueeze(1)
    sol = deq.solve(torch.cos, z0, solver=solver, tol=2e-2, max_evals=cap, record=record)
    assert sol.z.dtype == sol.residual.dtype == dtype
    assert sol.nfe.dtype == sol.status.dtype == torch.int64
    if record:
        assert sol.trajectory is not None
        assert sol.trajectory.z.dtype == sol.trajectory.residual.dtype == dtype
        assert sol.trajectory.nfe.dtype == torch.int64
        assert sol.trajectory.t.dtype == F64


@every_solver
def test_an_empty_batch_is_no_work(solver: object) -> None:
    f = Counting(torch.cos)
    sol = deq.solve(f, torch.zeros(0, 3), solver=solver, record=True, strict=True)
    assert sol.z.shape == (0, 3)
    assert sol.nfe.shape == (0,)
    assert sol.trajectory is not None
    assert sol.trajectory.z.shape == (1, 0, 3)
    assert not f.asked


@every_solver
def test_a_start_at_the_equilibrium_comes_back_after_one_evaluation(solver: object) -> None:
    f = Counting(lambda z: 0.5 * z + 1)
    z0 = torch.full((3, 2), 2.0)
    sol = deq.solve(f, z0, solver=solver)
    assert torch.equal(sol.z, z0)
    assert sol.nfe.tolist() == [1, 1, 1]
    assert len(f.asked) == 1
    assert sol.residual.tolist() == [0, 0, 0]
    sol.z.add_(1)
    assert torch.equal(z0, torch.full((3, 2), 2.0))  # the answer shares no memory with the start


@every_solver
@pytest.mark.parametrize("cap", [1, 2, 3, 7, 20])
def test_the_cap_bounds_evaluations_and_the_best_state_is_returned(
    solver: object, cap: int
) -> None:
    f = Counting(lambda z: torch.cos(z) + math.pi / 2)
    sol = deq.solve(f, torch.full((2,), -1.0, dtype=F64), solver=solver, tol=1e-14, max_evals=cap)
    if sol.converged.all():
        return
    if isinstance(solver, Iteration):
        assert len(f.asked) == cap
    else:  # begins no step that it could not finish
        assert cap - LARGEST_STEP < len(f.asked) <= cap
    assert sol.nfe.tolist() == [len(f.asked)] * 2
    assert set(sol.status.tolist()) == {int(Status.MAX_EVALS)}
    seen = torch.stack([(f.f(z) - z).abs() for z in f.asked])
    assert torch.equal(sol.residual, (f.f(sol.z) - sol.z).abs())
    if isinstance(solver, Iteration):  # what others ask is not always a state they accept
        assert torch.equal(sol.residual, seen.min(dim=0).values)


@every_solver
def test_evaluations_are_counted_as_they_happen(solver: object) -> None:
    f = Counting(torch.cos)
    sol = deq.solve(f, scalar(-1.0), solver=solver, tol=1e-7, max_evals=1000)
    assert sol.converged.all()
    assert int(sol.nfe) == len(f.asked)


@every_solver
def test_the_trajectory_holds_every_accepted_state(solver: object) -> None:
    f, _, x = tanh_net(n=10, batch=4, gain=0.7)
    z0 = torch.full_like(x, 0.3)
    sol = deq.solve(f, z0, solver=solver, tol=1e-5, record=True)
    path = sol.trajectory
    assert path is not None
    assert sol.converged.all()
    assert torch.equal(path.z[0], z0)
    assert path.t[0] == 0
    assert (path.t.diff() > 0).all()
    assert path.nfe[0] == 1
    assert (path.nfe.diff() > 0).all()
    assert path.nfe[-1] == sol.nfe.max()
    if isinstance(solver, Iteration):  # others take several evaluations a step
        assert path.nfe.tolist() == list(range(1, len(path.t) + 1))
    assert torch.equal(path.z[-1], sol.z)
    assert torch.equal(path.residual[-1], sol.residual)
    for z, residual in zip(path.z, path.residual, strict=True):
        assert torch.allclose((f(z) - z).norm(dim=1), residual, rtol=1e-9, atol=1e-15)
    # Once a sample is within the tolerance it does not move.
    within = path.residual <= 1e-5 + 1e-5 * path.z.norm(dim=2)
    for b in range(4):
        first = int(within[:, b].int().argmax())
        assert within[first:, b].all()
        assert (path.z[first:, b] == sol.z[b]).all()
    assert deq.solve(f, z0, solver=solver, tol=1e-5).trajectory is None


def test_solver_time_is_steps_times_damping() -> None:
    for solver in (deq.Picard(damping=0.5), deq.Anderson(damping=0.25)):
        sol = deq.solve(torch.cos, scalar(-1.0), solver=solver, record=True)
        assert sol.trajectory is not None
        steps = torch.arange(len(sol.trajectory.t), dtype=F64)
        assert torch.allclose(sol.trajectory.t, steps * solver.damping)


def test_the_residual_of_a_damped_iteration_is_not_scaled_by_its_damping() -> None:
    sol = deq.solve(torch.cos, scalar(0.0), solver=deq.Picard(damping=0.01), tol=1e-4,
                    max_evals=5000)  # fmt: skip
    true = (torch.cos(sol.z) - sol.z).abs()
    assert torch.equal(sol.residual, true)
    assert true <= 1e-4 * (1 + sol.z.abs())


@every_solver
def test_the_stop_test_is_the_stated_inequality(solver: object) -> None:
    def f(z: Tensor) -> Tensor:
        return 0.5 * z + 100

    for tol in (1e-1, 1e-3):
        sol = deq.solve(f, torch.zeros(1, 4, dtype=F64), solver=solver, tol=tol, record=True)
        assert sol.trajectory is not None
        bound = tol + tol * sol.trajectory.z.norm(dim=2)
        within = (sol.trajectory.residual <= bound)[:, 0].tolist()
        assert within == [False] * (len(within) - 1) + [True]


def test_no_graph_is_kept() -> None:
    w = torch.tensor(0.5, requires_grad=True)
    z0 = torch.zeros(2, requires_grad=True)
    sol = deq.solve(lambda z: w * z + 1, z0, record=True)
    assert not sol.z.requires_grad
    assert sol.trajectory is not None
    assert not sol.trajectory.z.requires_grad


@every_solver
@pytest.mark.parametrize("memory", [torch.contiguous_format, torch.channels_last])
def test_memory_order_changes_nothing_and_is_kept(
    solver: object, memory: torch.memory_format
) -> None:
    torch.manual_seed(0)
    conv = torch.nn.Conv2d(6, 6, 3, padding=1)
    x = torch.randn(2, 6, 5, 4)
    plain = deq.solve(lambda z: torch.tanh(0.5 * conv(z) + x), torch.zeros_like(x), solver=solver)
    x_m, conv_m = x.contiguous(memory_format=memory), conv.to(memory_format=memory)
    seen = []

    def f(z: Tensor) -> Tensor:
        seen.append(z.is_contiguous(memory_format=memory))
        return torch.tanh(0.5 * conv_m(z) + x_m)

    sol = deq.solve(f, torch.zeros_like(x_m), solver=solver)
    assert all(seen)
    assert sol.z.is_contiguous(memory_format=memory)
    assert torch.allclose(sol.z, plain.z, atol=1e-3)
    assert torch.equal(sol.nfe, plain.nfe)


class InPlace(Counting):
    """A map that spoils its argument, (z + 2)/2."""

    def __call__(self, z: Tensor) -> Tensor:
        super().__call__(z)
        return z.mul_(0.5).add_(1)


@every_solver
def test_a_map_that_spoils_its_argument_cannot_pass_for_converged(solver: object) -> None:
    with torch.inference_mode():  # where autograd does not notice; elsewhere it is refused
        z0 = torch.zeros(2, 3)
        sol = deq.solve(InPlace(torch.clone), z0, solver=solver, tol=1e-3)
        assert sol.converged.all()
        assert torch.allclose(sol.z, torch.full((2, 3), 2.0), atol=1e-2)
        assert torch.allclose(sol.residual, (1 - 0.5 * sol.z).norm(dim=1), atol=1e-6)
        assert torch.equal(z0, torch.zeros(2, 3))


@every_solver
def test_a_map_that_builds_a_graph_does_not_make_a_chain_of_them(solver: object) -> None:
    w = torch.tensor(0.5, requires_grad=True)

    def f(z: Tensor) -> Tensor:
        assert not z.requires_grad
        with torch.enable_grad():  # as one does that is the gradient of an energy
            return w * z + 1

    sol = deq.solve(f, torch.zeros(2, 3), solver=solver, record=True)
    assert sol.converged.all()
    assert not sol.z.requires_grad


@every_solver
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_states_are_solved(solver: object, dtype: torch.dtype) -> None:
    sol = deq.solve(torch.cos, torch.zeros(2, 3, dtype=dtype), solver=solver, tol=2e-2)
    assert sol.converged.all()
    assert sol.z.dtype == dtype
    assert torch.allclose(sol.z.float(), torch.full((2, 3), COS), atol=4e-2)


@every_solver
def test_autocast_is_for_the_map_alone(solver: object) -> None:
    w = 0.5 * torch.eye(3)
    seen = []

    def f(z: Tensor) -> Tensor:
        product = z @ w
        seen.append((z.dtype, product.dtype))
        return 1 + product.to(z.dtype)

    with torch.autocast("cpu", dtype=torch.bfloat16):
        sol = deq.solve(f, torch.zeros(2, 3), solver=solver, tol=1e-2)
    assert set(seen) == {(torch.float32, torch.bfloat16)}
    assert sol.converged.all()
    assert torch.allclose(sol.z, torch.full((2, 3), 2.0), atol=0.1)


@every_solver
@pytest.mark.parametrize("batch", [1, 3, 9])
def test_an_imaginary_part_may_be_kept_with_its_sign_turned(solver: object, batch: int) -> None:
    def f(z: Tensor) -> Tensor:
        out = torch.complex(torch.zeros_like(z), -torch.cos(z)).conj().imag
        assert out.is_neg()
        return out

    z0 = f(torch.zeros(batch, 2, dtype=F64))
    sol = deq.solve(f, z0, solver=solver, tol=1e-6, max_evals=500)
    assert sol.converged.all()
    assert torch.allclose(sol.z, torch.full_like(sol.z, COS), atol=1e-5)
    sol.z.numpy()


def test_a_strided_start_is_read_in_its_own_order() -> None:
    z0 = torch.arange(12, dtype=F64).reshape(3, 4).T  # (4, 3), not contiguous
    sol = deq.solve(lambda z: z, z0)
    assert torch.equal(sol.z, z0)
    sol = deq.solve(lambda z: 0.5 * z + 0.5 * z0, torch.zeros(4, 3, dtype=F64), tol=1e-10)
    assert torch.allclose(sol.z, z0)
