"""Branches through folds against closed forms, SciPy, and the continuous Bratu problem."""

import math
from collections.abc import Callable

import pytest
import scipy.optimize
import torch
from torch import Tensor

import deq
from deq.diagnostics import jacobian

F64 = torch.float64
QUICK = deq.Newton(exact=False)  # forward mode takes far longer than a small f itself
TURN = 3.513830719125162  # λ* of Bratu's problem in one dimension


def one(value: float, dtype: torch.dtype = F64) -> Tensor:
    return torch.tensor([value], dtype=dtype)


def neuron(w: float) -> Callable[[Tensor, Tensor], Tensor]:
    return lambda z, b: torch.tanh(w * z + b)


def fold_of(w: float) -> tuple[float, float]:
    """The lower fold (z, b) of z = tanh(w z + b): w (1 − z²) = 1."""
    z = -math.sqrt(1 - 1 / w)
    return z, math.atanh(z) - w * z


@pytest.mark.parametrize("w", [1.1, 2.0, 5.0])
def test_both_folds_of_a_neuron_are_where_the_formula_says(w: float) -> None:
    z, b = fold_of(w)
    stop = 2 * b + 0.2
    branch = deq.continuation(neuron(w), one(-1.0), (-stop, stop), step=0.2 * stop, tol=1e-10)
    assert branch.status is deq.BranchStatus.COMPLETE
    assert branch.parameter[[0, -1]].tolist() == [-stop, stop]
    assert branch.parameter[branch.folds].tolist() == pytest.approx([b, -b], abs=1e-8)
    # p is flat there: an error ε of z changes it by ε² only, so z is known to √tol.
    assert branch.z[branch.folds, 0].tolist() == pytest.approx([z, -z], abs=1e-4)


def test_every_point_lies_on_the_curve_and_the_middle_is_unstable() -> None:
    w = 2.0
    branch = deq.continuation(neuron(w), one(-1.0), (-1.0, 1.0), step=0.1, tol=1e-12)
    z = branch.z[:, 0]
    torch.testing.assert_close(branch.parameter, torch.atanh(z) - w * z, atol=1e-9, rtol=0)
    again = (torch.tanh(w * z + branch.parameter) - z).abs()
    torch.testing.assert_close(branch.residual, again, atol=1e-15, rtol=0)
    assert (branch.residual <= 1e-12 * (1 + z.abs())).all()
    slope = w * (1 - z * z)
    torch.testing.assert_close(branch.stability.abscissa, slope)
    torch.testing.assert_close(branch.stability.spectral_radius, slope)
    first, second = branch.folds.tolist()
    stable = branch.stability.ode_stable
    assert stable[:first].all()
    assert stable[second + 1 :].all()
    assert not stable[first + 1 : second].any()
    assert (z.diff() > 0).all()  # in order, folds in their places
    p = branch.parameter
    assert (p[: first + 1].diff() > 0).all()
    assert (p[first : second + 1].diff() < 0).all()
    assert (p[second:].diff() > 0).all()


def test_a_range_may_fall() -> None:
    up = deq.continuation(neuron(2.0), one(-1.0), (-1.0, 1.0), step=0.2)
    down = deq.continuation(neuron(2.0), one(1.0), (1.0, -1.0), step=0.2)
    torch.testing.assert_close(down.parameter, -up.parameter)
    torch.testing.assert_close(down.z, -up.z)
    assert down.folds.tolist() == up.folds.tolist()


def test_a_parabola_returns() -> None:
    """z² = 1 − p: one fold, at p = 1 and z = 0."""
    branch = deq.continuation(
        lambda z, p: z + 1 - p - z * z, one(1.0), (0.0, 5.0), step=0.2, tol=1e-12
    )
    assert branch.status is deq.BranchStatus.RETURNED
    assert branch.parameter[-1] == 0
    assert branch.z[-1].item() == pytest.approx(-1, abs=1e-12)
    assert branch.parameter[branch.folds].tolist() == pytest.approx([1.0], abs=1e-11)
    assert "came back" in str(branch)


@pytest.mark.parametrize(("unit", "scale"), [(1e-3, 1e5), (1e4, 1e-2), (1e4, 1e5)])
def test_units_do_not_matter(unit: float, scale: float) -> None:
    """The S of the neuron, with p in another unit and z on another scale."""

    def f(z: Tensor, p: Tensor) -> Tensor:
        return scale * torch.tanh(2 * z / scale + p / unit)

    branch = deq.continuation(f, one(-scale), (-unit, unit), step=0.2 * unit, tol=1e-9)
    b = unit * fold_of(2.0)[1]
    assert branch.parameter[branch.folds].tolist() == pytest.approx([b, -b], rel=1e-6)
    assert len(branch) < 100


@pytest.mark.parametrize("seed", [1, 2, 9, 10])
def test_branches_of_random_networks_end_and_their_folds_are_singular(seed: int) -> None:
    gen = torch.Generator().manual_seed(seed)
    n = 3
    w = 2.5 * torch.randn(n, n, generator=gen, dtype=F64) / n**0.5
    x, b = torch.randn(2, n, generator=gen, dtype=F64)

    def f(z: Tensor, p: Tensor) -> Tensor:
        return torch.tanh(z @ w.T + p * x + 0.3 * b)

    branch = deq.continuation(f, torch.tanh(-6 * x), (-3.0, 3.0), step=0.4, solver=QUICK, tol=1e-10)
    assert branch.status is deq.BranchStatus.COMPLETE
    assert len(branch.folds) == 2
    residual = f(branch.z, branch.parameter[:, None]) - branch.z
    assert (residual.norm(dim=1) <= 1e-10 * (1 + branch.z.norm(dim=1))).all()
    for i in branch.folds.tolist():
        j = jacobian(lambda z, i=i: f(z, branch.parameter[i]), branch.z[i : i + 1])[0]
        assert torch.linalg.svdvals(torch.eye(n, dtype=F64) - j)[-1] < 1e-3
    # p turns at the folds and nowhere else.
    turns = torch.nonzero(branch.parameter.diff().sign().diff())[:, 0] + 1
    assert turns.tolist() == branch.folds.tolist()


def test_an_unstable_spiral_is_seen() -> None:
    """z ← p R z with a rotation R by 90°: eigenvalues ±p i, so Picard loses at 1, the ODE never."""

    def f(z: Tensor, p: Tensor) -> Tensor:
        return p * torch.stack([-z[1], z[0]]) + 0.1

    branch = deq.continuation(f, torch.zeros(2, dtype=F64), (0.5, 1.5), step=0.1)
    torch.testing.assert_close(branch.stability.spectral_radius, branch.parameter)
    assert branch.stability.ode_stable.all()
    assert branch.stability.picard_stable.tolist() == (branch.parameter < 1).tolist()


def test_a_branch_goes_straight_on_where_another_crosses() -> None:
    """z = 0 of the pitchfork z ← z + p z − z³ loses its stability at 0."""
    branch = deq.continuation(lambda z, p: z + p * z - z**3, one(0.0), (-1.03, 1.0), step=0.1)
    assert branch.status is deq.BranchStatus.COMPLETE
    assert not branch.z.any()
    assert not len(branch.folds)
    assert branch.stability.ode_stable.tolist() == (branch.parameter < 0).tolist()


def bratu(m: int) -> Callable[[Tensor, Tensor], Tensor]:
    """−u″ = λ eᵘ, u(0) = u(1) = 0 as u ← λ G M eᵘ: the left half of 2m − 1 points.

    G is the inverse of the second difference, M Numerov's mean: the error is of order h⁴.
    """
    n = 2 * m - 1
    h = 1 / (n + 1)
    x = torch.arange(1, n + 1, dtype=F64) * h
    g = h * torch.minimum(x[:, None], x) * (1 - torch.maximum(x[:, None], x))

    def f(z: Tensor, lam: Tensor) -> Tensor:
        e = torch.exp(torch.cat([z.new_zeros(1), z, z[:-1].flip(0), z.new_zeros(1)]))
        return lam * (g[:m] @ (e[:-2] + 10 * e[1:-1] + e[2:]) / 12)

    return f


def exact_bratu(low: float, high: float) -> float:
    """u(½) at λ = 1, from the root θ of θ = √2 cosh(θ/4) between two numbers."""
    theta = scipy.optimize.brentq(lambda t: t - math.sqrt(2) * math.cosh(t / 4), low, high)
    return 2 * math.log(math.cosh(theta / 4))


def test_bratus_turning_point() -> None:
    """The folds of two grids differ from λ* by C h⁴; together they cancel it up to O(h⁶)."""
    errors = {}
    for m in (8, 16):
        branch = deq.continuation(
            bratu(m),
            torch.zeros(m, dtype=F64),
            (3.0, 4.0),
            step=0.5,
            solver=QUICK,
            tol=1e-10,
            stability=False,
        )
        errors[m] = branch.parameter[branch.folds].item() - TURN
    assert errors[8] / errors[16] == pytest.approx(16, rel=0.01)
    assert (16 * errors[16] - errors[8]) / 15 == pytest.approx(0, abs=2e-8)


def test_bratus_branch_through_its_turning_point() -> None:
    """At λ = 1 both solutions have a closed form; on the upper one the grid's error is 20 h⁴."""
    m = 8
    branch = deq.continuation(
        bratu(m), torch.zeros(m, dtype=F64), (1.0, 4.0), step=0.6, solver=QUICK, tol=1e-10
    )
    assert branch.status is deq.BranchStatus.RETURNED
    fold = branch.folds.item()
    assert branch.stability.ode_stable[:fold].all()
    assert not branch.stability.ode_stable[fold + 1 :].any()
    lower, upper = branch.z[[0, -1], -1].tolist()
    assert lower == pytest.approx(exact_bratu(1.0, 3.0), abs=1e-6)
    assert upper == pytest.approx(exact_bratu(9.0, 12.0), abs=20 / 16**4)


def test_bratus_discrete_fold_against_scipy() -> None:
    """SciPy goes along the branch by the height of its middle, and looks for the largest λ."""
    m = 4
    f = bratu(m)

    def parameter(height: float) -> float:
        def system(y: list[float]) -> list[float]:
            z = torch.tensor([*y[:-1], height], dtype=F64)
            return (f(z, torch.tensor(y[-1], dtype=F64)) - z).tolist()

        return scipy.optimize.fsolve(system, [0.3, 0.6, 0.9, 3.0], xtol=1e-13)[-1]

    best = scipy.optimize.minimize_scalar(
        lambda height: -parameter(height), bounds=(0.8, 1.6), options={"xatol": 1e-7}
    )
    branch = deq.continuation(f, torch.zeros(m, dtype=F64), (2.0, 4.0), step=0.4, tol=1e-10)
    assert branch.parameter[branch.folds].item() == pytest.approx(-best.fun, abs=1e-9)
