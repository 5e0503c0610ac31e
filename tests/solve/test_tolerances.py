"""Absolute and relative tolerance, each alone or both, for every solver, in layers and adjoints."""

import math

import pytest
import torch

import deq
from tests.problems import F64
from tests.solve.test_solve import SOLVERS, every_solver


def far(z: torch.Tensor) -> torch.Tensor:
    """Settles at (1000, 2000)."""
    return 0.5 * z + torch.tensor([500.0, 1000.0], dtype=F64)


@every_solver
@pytest.mark.parametrize(
    ("options", "limit"),
    [
        ({"atol": 1e-6, "rtol": 0}, 1e-6),
        ({"atol": 0, "rtol": 1e-5}, 1e-5 * math.hypot(1000, 2000)),
        ({"atol": 1e-6, "rtol": 0, "tol": 1.0}, 1e-6),
        ({"rtol": 0}, 1e-4),
        ({"atol": 0}, 1e-4 * math.hypot(1000, 2000)),
        ({"tol": 1e-5}, 1e-5 + 1e-5 * math.hypot(1000, 2000)),
    ],
)
def test_the_residual_meets_the_tolerances_that_are_given(
    solver: object, options: dict[str, float], limit: float
) -> None:
    z0 = torch.zeros(3, 2, dtype=F64)
    sol = deq.solve(far, z0, solver=solver, max_evals=3000, **options)
    assert sol.converged.all()
    # At the returned z: ‖z‖ differs from the equilibrium's by no more than twice the residual.
    assert (sol.residual <= limit * (1 + 1e-3)).all()
    assert torch.equal(sol.residual, (far(sol.z) - sol.z).norm(dim=1))


def test_a_tolerance_of_zero_counts() -> None:
    # Halving from 1024: the residual is 512, 256, … and ‖z‖ twice that.
    start = torch.full((1, 1), 1024.0, dtype=F64)
    halve = deq.Picard()
    assert deq.solve(lambda z: z / 2, start, solver=halve, atol=1.0, rtol=0).residual.item() == 1.0
    assert deq.solve(lambda z: z / 2, start, solver=halve, atol=0, rtol=0.5).nfe.item() == 1
    never = deq.solve(lambda z: z / 2, start, solver=halve, atol=0, rtol=0.4, max_evals=50)
    assert never.status.item() == deq.Status.MAX_EVALS


@pytest.mark.parametrize("solver", [s for s in SOLVERS.values() if not isinstance(s, deq.ODE)])
def test_divergence_is_still_seen_without_a_relative_tolerance(solver: object) -> None:
    bad = torch.tensor([[True], [False]])
    sol = deq.solve(
        lambda z: torch.where(bad, z * z + 10, 0.5 * z + 1),
        torch.zeros(2, 1, dtype=F64),
        solver=solver,
        atol=1e-8,
        rtol=0,
        max_evals=2000,
    )
    assert sol.converged.tolist() == [False, True]
    assert sol.z.isfinite().all()
    if isinstance(solver, deq.Picard):
        assert sol.status.tolist() == [deq.Status.DIVERGED, deq.Status.CONVERGED]


@pytest.mark.parametrize("at", [0.0, 1e-12])
def test_a_start_at_zero_moves_without_an_absolute_tolerance(at: float) -> None:
    sol = deq.solve(
        lambda z: 0.5 * z + 0.5e-9,
        torch.full((1, 1), at, dtype=F64),
        solver=deq.ODE(),
        atol=0,
        rtol=1e-6,
        max_evals=2000,
    )
    assert sol.converged.all()
    assert sol.z.item() == pytest.approx(1e-9, rel=1e-5)


@pytest.mark.parametrize(
    ("options", "error", "sentence"),
    [
        ({"atol": 0, "rtol": 0}, ValueError, "atol and rtol must not both be zero"),
        ({"atol": -1e-3}, ValueError, "atol must be greater than 0"),
        ({"rtol": math.nan}, ValueError, "rtol must be greater than 0"),
        ({"rtol": math.inf}, ValueError, "rtol must be greater than 0"),
        ({"atol": "1e-3"}, TypeError, "atol must be a number"),
        ({"rtol": False}, TypeError, "rtol must be a number"),
        ({"tol": 0}, ValueError, "tol must be greater than 0"),
    ],
)
def test_unusable_tolerances_get_a_sentence(
    options: dict[str, object], error: type[Exception], sentence: str
) -> None:
    z0 = torch.zeros(1)
    for use in (
        lambda: deq.solve(torch.cos, z0, **options),
        lambda: deq.fixed_point(torch.cos, z0, **options),
        lambda: deq.DEQ(lambda z, x: z, **options),
        lambda: deq.DEQ(lambda z, x: z)(z0, **options),
        lambda: deq.Implicit(**options),
    ):
        with pytest.raises(error, match=sentence):
            use()


@pytest.mark.parametrize("gradient", [deq.Implicit(tol=1e-12), deq.Phantom(), deq.Unrolled()])
def test_layers_take_them(gradient: object) -> None:
    x = torch.full((1, 1), 500.0, dtype=F64, requires_grad=True)
    for options, limit in (({"atol": 1e-6, "rtol": 0}, 1e-6), ({"atol": 0, "rtol": 1e-6}, 1e-3)):
        layer = deq.DEQ(lambda z, x: 0.5 * z + x, gradient=gradient, **options)
        layer(x)
        assert layer.last.converged.all()
        assert layer.last.residual.item() <= limit * (1 + 1e-6)
        with torch.no_grad():
            layer(x)
        assert layer.last.residual.item() <= limit * (1 + 1e-6)
        assert "rtol=" in repr(layer)


@every_solver
@pytest.mark.parametrize("options", [{"atol": 1e-8, "rtol": 0}, {"atol": 0, "rtol": 1e-8}])
def test_adjoints_take_them(solver: object, options: dict[str, float]) -> None:
    # w = g + w/2 has the solution 2 g; scaled by 1e-6, so does its tolerance.
    x = torch.ones(2, 3, dtype=F64, requires_grad=True)
    gradient = deq.Implicit(solver=solver, max_evals=3000, **options)
    layer = deq.DEQ(lambda z, x: 0.5 * z + x, tol=1e-10, gradient=gradient)
    (1e-6 * layer(x).sum()).backward()
    backward = layer.last.backward
    assert backward.converged.all()
    assert (backward.residual <= 2 * 1e-8 * 1e-6 * 3**0.5).all()
    assert torch.allclose(x.grad, torch.full_like(x, 2e-6), rtol=1e-6, atol=0)
