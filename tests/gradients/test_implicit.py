"""Implicit gradients are the exact ones: closed forms, gradcheck, unrolled networks."""

import math

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given, settings
from torch import Tensor, nn

import deq
from deq.solvers import Solver
from tests.problems import COS_SCALE_GRAD, COS_SHIFT_GRAD, F64, rotation, tanh_net

TIGHT = 1e-11
SOLVERS = {"picard": deq.Picard(), "anderson": deq.Anderson(), "ode": deq.ODE()}


def exact(cell: object, solver: object = None, adjoint: object = None) -> deq.DEQ:
    """A layer that leaves no doubt about convergence."""
    gradient = deq.Implicit(solver=adjoint or deq.Anderson(), tol=TIGHT, max_evals=5000)
    return deq.DEQ(cell, solver=solver, tol=TIGHT, max_evals=5000, gradient=gradient)


def leaf(*values: float) -> Tensor:
    return torch.tensor(values, dtype=F64, requires_grad=True)


@pytest.mark.parametrize("name", SOLVERS)
@pytest.mark.parametrize(
    ("cell", "theta", "start", "gradient"),
    [
        (lambda z, p: torch.cos(z) + p, 0.0, 0.5, COS_SHIFT_GRAD),
        (lambda z, p: torch.cos(p * z), 1.0, 0.5, COS_SCALE_GRAD),
        (lambda z, p: p * z + 1, 0.5, 0.0, 4.0),
        (lambda z, p: 0.8 * z + p, 1.0, 0.0, 5.0),  # where one step of the adjoint gives 1
        (lambda z, p: 0.5 * (z + p / z), 2.0, 1.0, 0.5 / math.sqrt(2)),
        (lambda z, p: p * z * (1 - z), 2.5, 0.5, 1 / 2.5**2),
    ],
)
def test_scalar_gradients(
    name: str, cell: object, theta: float, start: float, gradient: float
) -> None:
    p = leaf(theta)
    z = exact(cell, SOLVERS[name], SOLVERS[name])(p, z0=torch.tensor([start], dtype=F64))
    z.sum().backward()
    assert p.grad is not None
    assert p.grad.item() == pytest.approx(gradient, rel=1e-8)


def test_an_adjoint_that_oscillates_under_picard() -> None:
    # cos z + θ at θ = π/2 has slope −1: the Picard adjoint is 0, 1, 0, 1, …; the truth is 1/2.
    for solver in (deq.Anderson(), deq.ODE(), deq.Picard(damping=0.5)):
        p = leaf(math.pi / 2)
        exact(lambda z, p: torch.cos(z) + p, solver, solver)(p).backward()
        assert p.grad is not None
        assert p.grad.item() == pytest.approx(0.5, rel=1e-6)


def test_the_doubling_model_in_closed_form() -> None:
    # z = a (z + x) + b: z* = (a x + b)/(1 − a).
    a, b = leaf(0.3), leaf(-0.4)
    x = torch.tensor([[2.0]], dtype=F64)
    z = exact(lambda z, x: a * (z + x) + b)(x)
    z.sum().backward()
    assert z.item() == pytest.approx((0.3 * 2 - 0.4) / 0.7)
    assert a.grad is not None
    assert b.grad is not None
    assert a.grad.item() == pytest.approx((2 - 0.4) / 0.7**2)
    assert b.grad.item() == pytest.approx(1 / 0.7)


@pytest.mark.parametrize("name", SOLVERS)
@pytest.mark.parametrize("batch", [1, 4])
def test_linear_gradients_in_closed_form(name: str, batch: int) -> None:
    g = torch.Generator().manual_seed(1)
    n, m = 5, 3
    a = torch.randn(n, n, dtype=F64, generator=g)
    a = (0.8 * a / torch.linalg.matrix_norm(a, ord=2)).requires_grad_()
    bm = torch.randn(n, m, dtype=F64, generator=g, requires_grad=True)
    c = torch.randn(n, dtype=F64, generator=g, requires_grad=True)
    x = torch.randn(batch, m, dtype=F64, generator=g, requires_grad=True)
    up = torch.randn(batch, n, dtype=F64, generator=g)  # gradient that arrives
    layer = exact(lambda z, x: z @ a.T + x @ bm.T + c, SOLVERS[name], SOLVERS[name])
    z = layer(x, z0=torch.zeros(batch, n, dtype=F64))
    z.backward(up)
    with torch.no_grad():
        inverse = torch.linalg.inv(torch.eye(n, dtype=F64) - a)
        w = up @ inverse  # rows (I − A)⁻ᵀ g
        assert torch.allclose(z, (x @ bm.T + c) @ inverse.T, atol=1e-8)
        assert torch.allclose(c.grad, w.sum(0), atol=1e-8)
        assert torch.allclose(a.grad, w.T @ z, atol=1e-8)
        assert torch.allclose(bm.grad, w.T @ x, atol=1e-8)
        assert torch.allclose(x.grad, w @ bm, atol=1e-8)


def test_a_non_normal_adjoint_uses_the_transpose() -> None:
    a = 0.99 * rotation(1.0, 40) + torch.tensor([[0.0, 1.0], [0.0, 0.0]], dtype=F64) * 0.3
    x = torch.ones(1, 2, dtype=F64, requires_grad=True)
    up = torch.tensor([[1.0, 0.0]], dtype=F64)
    exact(lambda z, x: z @ a.T + x)(x).backward(up)
    assert torch.allclose(x.grad, up @ torch.linalg.inv(torch.eye(2, dtype=F64) - a), atol=1e-7)


class Net(nn.Module):
    """tanh(W z + U x + b) with a small W, (B, n)."""

    def __init__(self, n: int = 4, m: int = 3, seed: int = 0, gain: float = 0.8) -> None:
        super().__init__()
        g = torch.Generator().manual_seed(seed)
        w = torch.randn(n, n, dtype=F64, generator=g)
        self.w = nn.Parameter(gain * w / torch.linalg.matrix_norm(w, ord=2))
        self.u = nn.Parameter(torch.randn(n, m, dtype=F64, generator=g))
        self.b = nn.Parameter(torch.randn(n, dtype=F64, generator=g))

    def forward(self, z: Tensor, x: Tensor) -> Tensor:
        return torch.tanh(z @ self.w.T + x @ self.u.T + self.b)


@pytest.mark.parametrize("name", SOLVERS)
def test_gradcheck(name: str) -> None:
    net = Net()
    x = torch.randn(3, 3, dtype=F64, generator=torch.Generator().manual_seed(5)).requires_grad_()
    z0 = torch.zeros(3, 4, dtype=F64)
    layer = exact(net, SOLVERS[name], SOLVERS[name])
    inputs = (x, *net.parameters())
    # The ODE takes hundreds of evaluations; random projections of its Jacobian have to do.
    fast = name == "ode"
    assert torch.autograd.gradcheck(lambda x, *_: layer(x, z0=z0), inputs, fast_mode=fast)


def test_gradcheck_of_a_cell_that_mixes_samples() -> None:
    x = torch.randn(3, 2, dtype=F64, generator=torch.Generator().manual_seed(6)).requires_grad_()
    layer = exact(lambda z, x: torch.tanh(0.4 * z + 0.4 * z.mean(0) + x))
    # A sample that has finished no longer follows its mates' last digits, hence a longer reach.
    assert torch.autograd.gradcheck(layer, (x,), eps=1e-4, atol=1e-5)


@pytest.mark.parametrize("shape", [(), (3,), (2, 2, 2), (2, 3, 2, 2)])
def test_gradcheck_of_any_shape(shape: tuple[int, ...]) -> None:
    x = torch.randn(shape, dtype=F64, generator=torch.Generator().manual_seed(7)).requires_grad_()
    assert torch.autograd.gradcheck(exact(lambda z, x: torch.sin(0.7 * z + x)), (x,))


@given(seed=st.integers(0, 2**20), n=st.integers(1, 5), gain=st.floats(0.0, 0.8))
@settings(max_examples=15)
def test_it_is_the_limit_of_the_unrolled_network(seed: int, n: int, gain: float) -> None:
    net = Net(n=n, seed=seed, gain=gain)
    x = torch.randn(2, 3, dtype=F64, generator=torch.Generator().manual_seed(seed))
    x.requires_grad_()
    z = torch.zeros(2, n, dtype=F64)
    for _ in range(150):
        z = net(z, x)
    unrolled = torch.autograd.grad((z**2).sum(), [x, *net.parameters()])
    z = exact(net)(x, z0=torch.zeros(2, n, dtype=F64))
    implicit = torch.autograd.grad((z**2).sum(), [x, *net.parameters()])
    for one, two in zip(unrolled, implicit, strict=True):
        assert torch.allclose(one, two, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("scale", [1e-30, 1e-6, 1.0, 1e6])
def test_the_adjoint_is_exact_however_small_the_loss_is_scaled(scale: float) -> None:
    x = torch.ones(2, 1, dtype=F64, requires_grad=True)
    layer = deq.DEQ(lambda z, x: 0.8 * z + x, tol=1e-8)
    (scale * layer(x).sum()).backward()
    assert torch.allclose(x.grad, torch.full_like(x, 5 * scale), rtol=1e-4, atol=0)


def test_samples_without_gradient_get_none() -> None:
    x = torch.ones(3, 2, dtype=F64, requires_grad=True)
    layer = deq.DEQ(lambda z, x: 0.8 * z + x, tol=1e-8)
    layer(x)[1].sum().backward()
    assert x.grad[0].tolist() == x.grad[2].tolist() == [0, 0]
    assert torch.allclose(x.grad[1], torch.full((2,), 5.0, dtype=F64), rtol=1e-4)
    assert layer.last.backward.nfe.tolist()[::2] == [1, 1]
    layer(x).backward(torch.zeros_like(x))
    assert layer.last.backward.nfe.tolist() == [1, 1, 1]


def test_a_mixed_sample_without_gradient_of_its_own_is_still_exact() -> None:
    mix = torch.tensor([[0.1, 0.7], [0.2, 0.1]], dtype=F64)  # across the batch
    x = torch.ones(2, 1, dtype=F64, requires_grad=True)
    # Picard, since each sample's acceleration is blind to what its mates do to its equation.
    gradient = deq.Implicit(tol=1e-10, solver=deq.Picard())
    z = deq.DEQ(lambda z, x: mix @ z + x, tol=1e-10, gradient=gradient)(x)
    (1e-9 * z[0]).sum().backward()
    w = torch.linalg.inv(torch.eye(2, dtype=F64) - mix).T @ torch.tensor([[1.0], [0.0]], dtype=F64)
    assert torch.allclose(x.grad, 1e-9 * w, rtol=1e-6, atol=0)


@pytest.mark.parametrize("scale", [1e-30, 1e-19, 2e-7, 3e-7, 1.0, 2e5, 3e5, 1e25])
def test_a_tiny_or_huge_loss_in_float32_loses_no_digits(scale: float) -> None:
    w = 0.2 * torch.randn(20, 20, generator=torch.Generator().manual_seed(0))
    x = torch.randn(4, 20, generator=torch.Generator().manual_seed(1)).requires_grad_()
    layer = deq.DEQ(lambda z, x: torch.tanh(z @ w.T + x), tol=1e-6)
    z = layer(x)
    z.backward(torch.full_like(z, scale))
    exact = x.detach().double().requires_grad_()
    z64 = deq.DEQ(lambda z, x: torch.tanh(z @ w.double().T + x), tol=1e-12)(exact)
    z64.backward(torch.ones_like(z64))
    assert torch.allclose(x.grad.double() / scale, exact.grad, rtol=1e-3, atol=1e-4)
    assert layer.last.backward.converged.all()


@pytest.mark.parametrize(
    ("solver", "tol", "max_evals"),
    [
        (deq.Newton(), 1e-12, 200),
        (deq.Newton(dense_limit=1), 1e-12, 200),
        (deq.PseudoTransient(), 1e-11, 500),
    ],
)
def test_gradients_by_linearising_solvers_pass_gradcheck(
    solver: Solver, tol: float, max_evals: int
) -> None:
    _, w, x = tanh_net(n=4, batch=2, gain=0.8)
    gradient = deq.Implicit(solver=solver, tol=tol, max_evals=max_evals)
    layer = lambda w: deq.DEQ(  # noqa: E731
        lambda z, x: torch.tanh(z @ w.T + x), solver=solver, tol=tol, gradient=gradient
    )
    assert torch.autograd.gradcheck(
        lambda w, x: layer(w)(x), (w.requires_grad_(), x.requires_grad_())
    )
