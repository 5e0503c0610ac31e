"""Monotone cells: one equilibrium for all parameters, and which solvers find it."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.func import functional_call

import deq
from deq.stability.monotone import MonotoneCell, MonotoneLinear
from tests.problems import F64


def wild(seed: int, features: int = 6, size: float = 1.0, margin: float = 0.2) -> MonotoneCell:
    """A cell whose A and B have entries of about ``size``, float64."""
    torch.manual_seed(seed)
    cell = MonotoneCell(3, features, margin=margin).double()
    for parameter in (cell.state.a, cell.state.b):
        nn.init.normal_(parameter, std=size)
    return cell


def gap(linear: MonotoneLinear) -> Tensor:
    """I − W (D, D)."""
    w = linear.weight.detach()
    return torch.eye(len(w), dtype=w.dtype) - w


@given(
    features=st.integers(1, 10),
    size=st.floats(0, 10),
    margin=st.floats(0.01, 1),
    seed=st.integers(0, 10_000),
)
def test_the_symmetric_part_keeps_its_margin(
    features: int, size: float, margin: float, seed: int
) -> None:
    linear = wild(seed, features, size, margin).state
    m = gap(linear)
    assert torch.linalg.eigvalsh((m + m.T) / 2).min() >= margin - 1e-12 * (1 + m.norm())
    z = torch.randn(4, features, dtype=F64)
    assert torch.allclose(linear(z), z @ linear.weight.T, atol=1e-10 * (1 + size**2))


@settings(max_examples=10)
@given(seed=st.integers(0, 10_000))
def test_every_start_and_every_solver_gives_the_same_equilibrium(seed: int) -> None:
    """The ODE, forward–backward splitting and damped iteration, from distant random starts."""
    cell = wild(seed, size=0.4)
    x = torch.randn(1, 3, dtype=F64).expand(5, -1)
    starts = 10 * torch.randn(5, 6, dtype=F64)
    best = cell.max_damping() / 2
    length = torch.linalg.matrix_norm(gap(cell.state), ord=2).item()
    h = 0.2 / (length**2 + 0.2)  # half of the bound
    ways = {
        "ode": (lambda z: cell(z, x), deq.ODE()),
        "splitting": (lambda z: cell.forward_backward(z, x, best), deq.Picard()),
        "damped": (lambda z: cell(z, x), deq.Picard(damping=h)),
    }
    found = []
    for name, (f, solver) in ways.items():
        sol = deq.solve(f, starts, solver=solver, tol=1e-9, max_evals=60_000)
        assert sol.converged.all(), name
        found.append(sol.z)
    everything = torch.cat(found)  # (15, D)
    assert (everything - everything[0]).abs().max() < 1e-4


@given(seed=st.integers(0, 10_000), size=st.floats(0.1, 5), part=st.floats(0.01, 0.99))
def test_splitting_contracts_by_the_stated_factor(seed: int, size: float, part: float) -> None:
    cell = wild(seed, size=size)
    alpha = part * cell.max_damping()
    length = torch.linalg.matrix_norm(gap(cell.state), ord=2).item()
    factor = (1 - 2 * alpha * 0.2 + (alpha * length) ** 2) ** 0.5
    assert factor < 1
    one, two, x = (*torch.randn(2, 8, 6, dtype=F64).unbind(), torch.randn(8, 3, dtype=F64))
    after = cell.forward_backward(one, x, alpha) - cell.forward_backward(two, x, alpha)
    assert (after.norm(dim=1) <= factor * (one - two).norm(dim=1) + 1e-12).all()


@given(seed=st.integers(0, 10_000), size=st.floats(0.1, 5), part=st.floats(0.01, 0.99))
def test_damped_iteration_is_stable_below_its_bound(seed: int, size: float, part: float) -> None:
    """All eigenvalues of (1 − h) I + h S W, for slopes S between 0 and 1, some of them 0 or 1."""
    cell = wild(seed, size=size)
    w = cell.state.weight.detach()
    length = torch.linalg.matrix_norm(gap(cell.state), ord=2).item()
    h = part * 2 * 0.2 / (length**2 + 0.2)
    slopes = (2 * torch.rand(6, dtype=F64) - 0.5).clamp(0, 1)
    step = (1 - h) * torch.eye(6, dtype=F64) + h * slopes[:, None] * w
    assert torch.linalg.eigvals(step).abs().max() < 1


def test_picard_iteration_may_diverge() -> None:
    """On the same cell, splitting converges."""
    cell = wild(0, size=2.0)
    nn.init.ones_(cell.inject.bias)
    x = torch.randn(1, 3, dtype=F64)
    z0 = cell.start(x)
    picard = deq.solve(lambda z: cell(z, x), z0, solver=deq.Picard(), max_evals=5000)
    assert not picard.converged.any()
    best = cell.max_damping() / 2
    split = deq.solve(
        lambda z: cell.forward_backward(z, x, best), z0, solver=deq.Picard(), max_evals=50_000
    )
    assert split.converged.all()
    verdict = deq.diagnostics.stability(cell, split.z, x)
    assert verdict.ode_stable.all()
    assert not verdict.picard_stable.any()


@settings(max_examples=30)
@given(seed=st.integers(0, 10_000))
def test_the_equilibrium_is_lipschitz_in_the_input(seed: int) -> None:
    cell = wild(seed, size=0.5)
    x = torch.randn(2, 3, dtype=F64)
    sol = deq.solve(lambda z: cell(z, x), cell.start(x), solver=deq.ODE(), tol=1e-8, max_evals=5000)
    assert sol.converged.all()
    moved = (sol.z[0] - sol.z[1]).norm()
    assert moved <= (cell.inject.weight @ (x[0] - x[1])).norm() / 0.2 + 1e-5


@pytest.mark.parametrize("activation", [torch.tanh, torch.relu, nn.Softplus()])
def test_gradients_are_exact(activation: nn.Module) -> None:
    cell = wild(1, features=4, size=0.5)
    cell.activation = activation
    x = torch.randn(2, 3, dtype=F64, requires_grad=True)
    layer = deq.DEQ(
        cell, tol=1e-12, max_evals=500, gradient=deq.Implicit(tol=1e-12), start=cell.start
    )
    names = [name for name, _ in cell.named_parameters()]

    def run(x: Tensor, *values: Tensor) -> Tensor:
        parameters = {f"cell.{n}": v for n, v in zip(names, values, strict=True)}
        out: Tensor = functional_call(layer, parameters, (x,))
        return out

    assert torch.autograd.gradcheck(run, (x, *cell.parameters()))


def test_a_layer_with_a_monotone_cell_learns_xor() -> None:
    """The XOR of two signs needs a hidden layer; the margin holds after training."""
    torch.manual_seed(0)
    cell = MonotoneCell(2, 12, margin=0.5)
    model = nn.Sequential(deq.DEQ(cell, start=cell.start, tol=1e-4), nn.Linear(12, 1))
    x = torch.tensor([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
    y = torch.tensor([[0.0], [1.0], [1.0], [0.0]])
    optimiser = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(150):
        optimiser.zero_grad()
        loss = nn.functional.binary_cross_entropy_with_logits(model(x), y)
        loss.backward()
        optimiser.step()
    assert loss.item() < 0.05
    assert cell.state.a.grad.abs().max() > 0
    m = gap(cell.state)
    assert torch.linalg.eigvalsh((m + m.T) / 2).min() > 0.5 - 1e-5


def test_bad_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="features"):
        MonotoneLinear(0)
    with pytest.raises(ValueError, match="margin"):
        MonotoneLinear(2, margin=0.0)
    with pytest.raises(TypeError, match="inputs"):
        MonotoneCell(1.5, 2)
    with pytest.raises(TypeError, match="activation must be callable"):
        MonotoneCell(1, 2, activation="relu")
    cell = MonotoneCell(1, 2, activation=torch.tanh)
    with pytest.raises(TypeError, match="activation must be relu"):
        cell.forward_backward(torch.zeros(1, 2), torch.zeros(1, 1), 0.1)
    with pytest.raises(ValueError, match="damping"):
        MonotoneCell(1, 2).forward_backward(torch.zeros(1, 2), torch.zeros(1, 1), 0.0)
