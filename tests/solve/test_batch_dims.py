"""batch_dims: how many leading dimensions count samples."""

from collections.abc import Callable
from typing import NamedTuple

import pytest
import torch
from scipy.optimize import root
from torch import Tensor

import deq
from tests.problems import F64, tanh_net
from tests.solve.test_solve import Counting, every_solver


def bratu(n: int, lam: float = 3.0) -> Callable[[Tensor], Tensor]:
    """u'' + λ eᵘ = 0 on n inner points of (0, 1), as u = A⁻¹ h² λ eᵘ, A = tridiag(−1, 2, −1)."""
    h = 1 / (n + 1)
    a = 2 * torch.eye(n, dtype=F64) - torch.eye(n, dtype=F64).roll(1, 0).tril(-1)
    a = a - torch.eye(n, dtype=F64).roll(-1, 0).triu(1)
    return lambda u: torch.linalg.solve(a, h**2 * lam * torch.exp(u))


def bratu_exact(n: int, lam: float = 3.0) -> Tensor:
    """The lower branch of the same equations, by SciPy."""
    f = bratu(n, lam)
    found = root(lambda u: (f(torch.from_numpy(u)) - torch.from_numpy(u)).numpy(), [0.0] * n)
    assert found.success
    return torch.from_numpy(found.x)


@pytest.mark.parametrize(
    ("solver", "most"),
    [(deq.Anderson(), 9), (deq.Broyden(), 8), (deq.Newton(), 13), (deq.Picard(), 31)],
    ids=lambda s: type(s).__name__,
)
def test_a_discretised_equation_is_one_sample(solver: object, most: int) -> None:
    f, u0 = bratu(63), torch.zeros(63, dtype=F64)
    sol = deq.solve(f, u0, solver=solver, atol=1e-8, rtol=0, batch_dims=0, record=True)
    for each in (sol.residual, sol.nfe, sol.status, sol.converged):
        assert each.shape == ()
    assert sol.converged
    assert sol.nfe <= most
    assert sol.residual == (f(sol.z) - sol.z).norm()
    assert torch.allclose(sol.z, bratu_exact(63), atol=1e-7)
    assert sol.trajectory.z.shape == (len(sol.trajectory.t), 63)
    assert sol.trajectory.residual.shape == sol.trajectory.t.shape
    assert str(sol) == "1 of 1 samples: Converged: the residual is within the tolerance."


@every_solver
@pytest.mark.parametrize("batch_dims", [0, 1, 2, 3])
def test_the_same_problem_in_any_shape(solver: object, batch_dims: int) -> None:
    # A sample in a row of its own, (B, D), is what it is with other batch dimensions.
    f, _, x = tanh_net(n=12, batch=1 if batch_dims == 0 else 6, gain=0.7)
    z0 = torch.zeros_like(x)
    shape = {0: (3, 4), 1: (6, 3, 4), 2: (2, 3, 12), 3: (2, 3, 1, 2, 6)}[batch_dims]
    flat = deq.solve(f, z0, solver=solver, tol=1e-7, max_evals=999, record=True)
    sol = deq.solve(
        lambda z: f(z.reshape(z0.shape)).reshape(shape),
        z0.reshape(shape),
        solver=solver,
        tol=1e-7,
        max_evals=999,
        batch_dims=batch_dims,
        record=True,
    )
    assert flat.converged.all()
    assert torch.equal(sol.z, flat.z.reshape(shape))
    batch = shape[:batch_dims]
    for name in ("residual", "nfe", "status", "converged"):
        assert torch.equal(getattr(sol, name), getattr(flat, name).reshape(batch))
    assert torch.equal(sol.trajectory.z, flat.trajectory.z.reshape(-1, *shape))
    assert torch.equal(sol.trajectory.residual, flat.trajectory.residual.reshape(-1, *batch))


class Nodes(NamedTuple):
    """A state of two tensors, of different lengths when all of it is one sample."""

    left: Tensor
    right: Tensor


@every_solver
def test_tuples_of_different_lengths_are_one_sample(solver: object) -> None:
    f, _, x = tanh_net(n=12, batch=1, gain=0.7)
    z0 = torch.zeros_like(x)

    def pair(z: Nodes) -> Nodes:
        out = f(torch.cat([z.left, z.right.flatten()])[None])[0]
        return Nodes(out[:4], out[4:].reshape(2, 4))

    start = Nodes(torch.zeros(4, dtype=F64), torch.zeros(2, 4, dtype=F64))
    one = deq.solve(f, z0, solver=solver, tol=1e-6, max_evals=999)
    two = deq.solve(pair, start, solver=solver, tol=1e-6, max_evals=999, batch_dims=0)
    assert isinstance(two.z, Nodes)
    assert torch.equal(two.nfe, one.nfe[0])
    assert torch.allclose(torch.cat([two.z.left, two.z.right.flatten()]), one.z[0], atol=1e-12)


@pytest.mark.parametrize("batch_dims", [0, 1, 2])
def test_memory_order_is_kept_where_batch_dims_allow(batch_dims: int) -> None:
    z0 = torch.zeros(2, 3, 4, 5).to(memory_format=torch.channels_last)
    target = torch.randn(2, 3, 4, 5, generator=torch.Generator().manual_seed(0))
    sol = deq.solve(lambda z: 0.5 * z + target, z0, batch_dims=batch_dims, tol=1e-5)
    assert torch.allclose(sol.z, 2 * target, atol=1e-3)
    assert sol.residual.shape == (2, 3, 4, 5)[:batch_dims]
    moved = (0.5 * sol.z + target - sol.z).flatten(batch_dims)
    assert torch.allclose(sol.residual, moved.norm(dim=-1), atol=1e-6)


def test_a_0d_state_is_a_batch_of_one_unless_it_is_said_to_be_one_sample() -> None:
    zero = torch.zeros((), dtype=F64)
    assert deq.solve(torch.cos, zero).residual.shape == (1,)
    sol = deq.solve(torch.cos, zero, batch_dims=0, record=True)
    assert sol.residual.shape == sol.z.shape == ()
    assert sol.trajectory.residual.shape == sol.trajectory.t.shape


@pytest.mark.parametrize("shape", [(0,), (2, 0), (0, 2)])
def test_nothing_in_any_batch_dims(shape: tuple[int, ...]) -> None:
    for batch_dims in range(len(shape) + 1):
        sol = deq.solve(torch.cos, torch.zeros(shape), batch_dims=batch_dims, record=True)
        assert sol.converged.all()
        assert sol.status.shape == shape[:batch_dims]
        assert sol.trajectory.residual.shape[1:] == shape[:batch_dims]


@pytest.mark.parametrize(
    ("z0", "batch_dims", "error", "sentence"),
    [
        (torch.zeros(3), 2, ValueError, r"batch_dims = 2 dimensions or more, not the shape \(3,\)"),
        (torch.zeros(()), 2, ValueError, r"not the shape \(\)"),
        ((torch.zeros(2, 3), torch.zeros(2)), 2, ValueError, r"z0\[1\] must have batch_dims = 2"),
        ((torch.zeros(2, 3), torch.zeros(2, 4)), 2, ValueError, "2 × 3 samples, .* has 2 × 4"),
        (torch.zeros(3), -1, ValueError, "batch_dims must be at least 0"),
        (torch.zeros(3), True, TypeError, "batch_dims must be a whole number"),
        (torch.zeros(3), 1.0, TypeError, "batch_dims must be a whole number"),
    ],
)
def test_unusable_batch_dims_get_a_sentence(
    z0: object, batch_dims: int, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        deq.solve(lambda z: z, z0, batch_dims=batch_dims)
    with pytest.raises(error, match=sentence):
        deq.fixed_point(lambda z: z, z0, batch_dims=batch_dims)
    with pytest.raises(error, match=sentence):
        deq.DEQ(lambda z, x: z, batch_dims=batch_dims)(torch.ones(1), z0=z0)


# Graphs and sequences: what is one sample, and what is not.


def ring(n: int) -> Tensor:
    """Each node's mean of its two neighbours, (N, N)."""
    eye = torch.eye(n, dtype=F64)
    return (eye.roll(1, 0) + eye.roll(-1, 0)) / 2


@pytest.mark.parametrize(
    "gradient",
    [deq.Implicit(tol=1e-12), deq.Phantom(steps=100), deq.Unrolled()],
    ids=lambda g: type(g).__name__,
)
def test_a_graph_is_one_sample_forward_and_backward(gradient: object) -> None:
    n, d = 7, 2
    g = torch.Generator().manual_seed(0)
    x = torch.randn(n, d, dtype=F64, generator=g).requires_grad_()
    layer = deq.DEQ(
        lambda z, x, graph: 0.8 * graph @ z + x, tol=1e-12, batch_dims=0, gradient=gradient,
        max_evals=1000,
    )  # fmt: skip
    z = layer(x, ring(n))
    exact = torch.linalg.solve(torch.eye(n, dtype=F64) - 0.8 * ring(n), x)
    assert torch.allclose(z, exact, atol=1e-9)
    assert layer.last.residual.shape == layer.last.nfe.shape == ()
    cotangent = torch.randn(n, d, dtype=F64, generator=g)
    (mine,) = torch.autograd.grad(z, x, cotangent)
    (true,) = torch.autograd.grad(exact, x, cotangent)
    assert torch.allclose(mine, true, atol=1e-7)
    if layer.last.backward is not None:
        assert layer.last.backward.residual.shape == ()


def causal_mean(t: int) -> Tensor:
    """Each step's mean of the steps up to it, (T, T)."""
    ones = torch.ones(t, t, dtype=F64).tril()
    return ones / ones.sum(1, keepdim=True)


def test_sequences_are_samples_batch_first_and_one_sample_time_first() -> None:
    mix, x = 0.9 * causal_mean(5), torch.arange(30, dtype=F64).reshape(3, 5, 2)  # (B, T, d)
    exact = torch.linalg.solve(torch.eye(5, dtype=F64) - mix, x)
    first = deq.DEQ(lambda z, x: mix @ z + x, tol=1e-10)
    assert torch.allclose(first(x), exact, atol=1e-6)
    assert first.last.nfe.shape == (3,)
    after = deq.DEQ(lambda z, x: torch.einsum("st,tbd->sbd", mix, z) + x, tol=1e-10, batch_dims=0)
    assert torch.allclose(after(x.transpose(0, 1)).transpose(0, 1), exact, atol=1e-6)
    assert after.last.nfe.shape == ()


def test_a_sample_in_two_batch_dimensions_is_solved_alone() -> None:
    f = Counting(lambda z: 0.5 * z + torch.tensor([[[1.0], [1e6]], [[2.0], [3.0]]]))
    sol = deq.solve(f, torch.zeros(2, 2, 1), solver=deq.Picard(), batch_dims=2, tol=1e-3)
    assert sol.converged.all()
    assert sol.nfe.shape == (2, 2)
    assert f.asked[0].shape == (2, 2, 1)
