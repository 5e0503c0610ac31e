"""Whatever device is the default, all is made where the state is.

The default device of these tests is "meta", whose tensors hold no numbers: whatever the core makes
without saying where lands there, and the next look at it raises. On a machine whose default is a
GPU the same mistake would mix devices.
"""

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

import deq
from deq.solvers import tableau
from tests.solve.test_solve import every_solver

KEPT = (tableau.tableau,)
X = torch.linspace(-1, 1, 18).reshape(3, 6)
W = 0.5 * torch.linalg.qr(torch.randn(6, 6, generator=torch.Generator().manual_seed(0))).Q


def cell(z: Tensor, x: Tensor) -> Tensor:
    return torch.tanh(z @ W + x)


@pytest.fixture(autouse=True)
def elsewhere() -> Iterator[None]:
    for kept in KEPT:  # from before: it would hide the mistake
        kept.cache_clear()
    with torch.device("meta"):
        yield
    for kept in KEPT:
        kept.cache_clear()


@every_solver
@pytest.mark.parametrize("batch", [1, 3])
def test_solvers_work_where_the_state_is(solver: object, batch: int) -> None:
    x = X[:batch]
    sol = deq.solve(lambda z: cell(z, x), x, solver=solver, max_evals=500, record=True, strict=True)
    assert sol.z.is_cpu
    assert sol.nfe.is_cpu
    assert sol.trajectory is not None
    assert sol.trajectory.t.is_cpu
    assert str(sol).startswith(f"{batch} of {batch}")


@every_solver
def test_layers_and_their_gradients_work_where_the_input_is(solver: object) -> None:
    slopes = []
    for gradient in (
        deq.Implicit(solver=solver, max_evals=500),
        deq.Unrolled(),
        deq.Phantom(steps=60),
    ):
        x = X.clone().requires_grad_()
        layer = deq.DEQ(cell, solver=solver, tol=1e-6, max_evals=500, gradient=gradient)
        layer.corrections(x, count=2)[-1].sum().backward()
        slopes.append(x.grad)
    assert torch.allclose(slopes[0], slopes[1], atol=1e-3)
    assert torch.allclose(slopes[0], slopes[2], atol=1e-3)


@pytest.mark.parametrize("solver", [deq.GMRES(), deq.Dense()])
def test_solvers_of_the_adjoint_alone_work_where_it_is(solver: object) -> None:
    x = X.clone().requires_grad_()
    deq.DEQ(cell, gradient=deq.Implicit(solver=solver))(x).sum().backward()
    assert x.grad is not None
    assert x.grad.isfinite().all()


def test_measurements_work_where_the_state_is() -> None:
    z = deq.solve(lambda z: cell(z, X), X).z
    generator = torch.Generator(device="cpu").manual_seed(0)
    assert 0 < deq.jacobian_penalty(cell, z, X, generator=generator).item() < 1
    assert deq.jacobian_penalty(cell, z, X).item() > 0
    radius = deq.diagnostics.spectral_radius(cell, z, X)
    largest = deq.diagnostics.eigenvalues(cell, z, X)[:, 0].abs()
    assert torch.allclose(radius, largest, atol=1e-2)
    assert deq.diagnostics.stability(cell, z, X).ode_stable.all()
