"""Adjoints that would be wrong are reported; NaN goes in and out; tolerances follow the layer's."""

import pytest
import torch
from torch import Tensor

import deq
from deq.solvers import Solver
from tests.problems import F64

SOLVERS = [
    deq.Picard(),
    deq.Anderson(),
    deq.Broyden(),
    deq.ODE(),
    deq.Newton(),
    deq.Newton(dense_limit=1),
    deq.PseudoTransient(),
    deq.GMRES(),
    deq.Dense(),
]
each_solver = pytest.mark.parametrize("solver", SOLVERS, ids=repr)


def stochastic() -> Tensor:
    p = torch.rand(4, 4, dtype=F64, generator=torch.Generator().manual_seed(0))
    return p / p.sum(1, keepdim=True)


def stationary(p: Tensor) -> Tensor:
    """π with π P = π and Σ π = 1."""
    values, vectors = torch.linalg.eig(p.T)
    pi = vectors[:, values.real.argmax()].real
    return pi / pi.sum()


@pytest.mark.parametrize("solver", [deq.Anderson(), deq.Broyden(), deq.GMRES()], ids=repr)
def test_an_adjoint_that_does_not_exist_is_reported(solver: Solver) -> None:
    # z ← z P + x has equilibria for x with Σ x = 0, which depend on the start: I − J is singular.
    p = stochastic()
    x = torch.tensor([[1.0, -2.0, 0.5, 0.5]], dtype=F64, requires_grad=True)
    gradient = deq.Implicit(solver=solver)
    layer = deq.DEQ(lambda z, x: z @ p + x, gradient=gradient, max_evals=500)
    z = layer(x)
    assert layer.last.converged.all()
    with pytest.warns(deq.ConvergenceWarning, match=r"not small beside.*deq.Unrolled\(\)"):
        z.backward(torch.tensor([[1.0, 0.0, 0.0, 0.0]], dtype=F64))
    # With π P = π, (w Pᵀ + g − w) · π = g · π for each w: no residual is below |g · π| / ‖π‖. That
    # of a w as long as 1e16 may come out smaller by its rounding errors.
    pi = stationary(p)
    rounding = torch.finfo(F64).eps * x.grad.norm()
    assert layer.last.backward.residual.item() >= pi[0] / pi.norm() - rounding


def test_an_adjoint_so_large_that_rounding_hides_its_residual_is_reported() -> None:
    p = torch.tensor([[0.5, 0.5], [0.2, 0.8]], dtype=F64)
    x = torch.zeros(1, 2, dtype=F64, requires_grad=True)
    layer = deq.DEQ(lambda z, x: z @ p + x)
    z = layer(x, z0=torch.ones(1, 2, dtype=F64))
    with pytest.warns(deq.ConvergenceWarning, match="not small beside"):
        z[0, 0].backward()


def test_unrolled_differentiates_equilibria_that_depend_on_their_start() -> None:
    # With right and left eigenvectors 1 and π of P, dz*/dx = Σ_k (P − 1 π)ᵏ for Σ x = 0 changes.
    p = stochastic()
    pi = stationary(p)
    one = torch.ones(4, dtype=F64)
    fundamental = torch.linalg.inv(torch.eye(4, dtype=F64) - p + torch.outer(one, pi))
    x = torch.tensor([[1.0, -2.0, 0.5, 0.5]], dtype=F64, requires_grad=True)
    gradient = deq.Unrolled()
    layer = deq.DEQ(lambda z, x: z @ p + x, gradient=gradient, tol=1e-12, max_evals=500)
    g = torch.tensor([[1.0, 0.0, 0.0, 0.0]], dtype=F64)
    layer(x, z0=torch.ones(1, 4, dtype=F64)).backward(g)
    along = torch.tensor([[1.0, -1.0, 0.0, 0.0]], dtype=F64)  # keeps Σ x = 0
    assert (x.grad * along).sum().item() == pytest.approx((along @ fundamental @ g.T).item())


def test_slow_but_sure_adjoints_are_not_reported() -> None:
    x = torch.ones(2, 1, dtype=F64, requires_grad=True)
    deq.DEQ(lambda z, x: 0.999 * z + x)(x).sum().backward()  # a warning would be an error here
    assert x.grad.flatten().tolist() == pytest.approx([1000.0] * 2, rel=1e-2)


@each_solver
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_what_is_not_finite_comes_out_as_nan(solver: Solver, bad: float) -> None:
    b = torch.zeros(2, requires_grad=True)
    x = torch.ones(2, 2, requires_grad=True)
    layer = deq.DEQ(
        lambda z, x: 0.5 * z + x + b, gradient=deq.Implicit(solver=solver, max_evals=500)
    )
    layer(x).backward(torch.tensor([[1.0, 1.0], [bad, 1.0]]))  # and no warning
    assert b.grad[0].isnan()
    assert x.grad[0].tolist() == pytest.approx([2.0, 2.0], rel=2e-3)
    report = layer.last.backward
    assert report.converged.tolist() == [True, False]
    assert report.status[1] == int(deq.Status.NON_FINITE)


def test_a_sample_that_is_not_finite_leaves_tiny_ones_their_digits() -> None:
    x = torch.ones(3, 2, requires_grad=True)
    z = deq.DEQ(lambda z, x: 0.5 * z + x)(x)
    z.backward(torch.tensor([[1e-30, 1e-30], [float("inf"), 0.0], [0.0, 0.0]]))
    assert x.grad[0].tolist() == pytest.approx([2e-30, 2e-30], rel=1e-3)
    assert x.grad[2].tolist() == [0, 0]


def test_several_states_with_nan_in_the_second() -> None:
    x = torch.ones(2, 1, requires_grad=True)
    start = torch.zeros(2, 1)
    layer = deq.DEQ(lambda z, x: (0.5 * z[1] + x, 0.25 * z[0]))
    z = layer(x, z0=(start, start))
    torch.autograd.backward(z, (torch.ones(2, 1), torch.tensor([[1.0], [float("nan")]])))
    assert x.grad.isnan().tolist() == [[False], [True]]


@pytest.mark.parametrize(("tol", "error"), [(1e-12, 1e-10), (1e-7, 1e-5), (1e-2, 1e-3)])
def test_the_adjoint_follows_the_tolerance_of_its_layer(tol: float, error: float) -> None:
    w = 0.3 * torch.randn(8, 8, dtype=F64, generator=torch.Generator().manual_seed(0))
    x = torch.ones(1, 8, dtype=F64, requires_grad=True)
    layer = deq.DEQ(lambda z, x: z @ w.T + x, tol=tol)
    layer(x)[0, 0].backward()
    exact = torch.linalg.inv(torch.eye(8, dtype=F64) - w)[0]
    miss = (x.grad[0] - exact).norm() / exact.norm()
    assert miss < error
    given = deq.DEQ(lambda z, x: z @ w.T + x, tol=1e-12, gradient=deq.Implicit(tol=1e-2))
    given(x)
    assert deq.Implicit(tol=1e-2).tol == 1e-2
