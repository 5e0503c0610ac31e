"""Peaceman–Rachford splitting of linear and convolutional cells, against dense matrices."""

import copy
import pickle

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.func import functional_call

import deq
from deq.stability.monotone import (
    MonotoneCell,
    MonotoneConvCell,
    PeacemanRachford,
)
from tests.problems import F64
from tests.stability.test_monotone_conv import matrix_of

Cell = MonotoneCell | MonotoneConvCell
GRID = (4, 5)


def wild(
    kind: str,
    seed: int = 0,
    size: float = 0.5,
    margin: float = 0.2,
    activation: object = torch.relu,
) -> tuple[Cell, Tensor]:
    """A cell whose A and B have entries of about ``size``, and 3 inputs for it; float64."""
    torch.manual_seed(seed)
    if kind == "linear":
        cell: Cell = MonotoneCell(3, 6, margin=margin, activation=activation)
        x = torch.randn(3, 3, dtype=F64)
    else:
        cell = MonotoneConvCell(2, 3, margin=margin, activation=activation)
        x = torch.randn(3, 2, *GRID, dtype=F64)
    for parameter in (cell.state.a, cell.state.b):
        nn.init.normal_(parameter, std=size)
    return cell.double(), x


kinds = pytest.mark.parametrize("kind", ["linear", "conv"])


@kinds
@pytest.mark.parametrize("alpha", [0.1, 1.0, 7.0])
def test_the_cayley_transform_is_that_of_the_dense_matrix(kind: str, alpha: float) -> None:
    cell, x = wild(kind)
    v = torch.randn_like(cell.inject(x))
    w = matrix_of(cell.state, v)
    eye = torch.eye(len(w), dtype=F64)
    gap = alpha * (eye - w)
    dense = torch.linalg.solve(eye + gap, eye - gap)
    found = cell.state.multiply(cell.state.cayley(alpha, v), v)
    assert torch.allclose(found.flatten(1), v.flatten(1) @ dense.T, atol=1e-12)
    length = torch.linalg.matrix_norm(eye - w, ord=2).item()
    bound = (1 - 4 * alpha * 0.2 / (1 + alpha * length) ** 2) ** 0.5
    assert torch.linalg.matrix_norm(dense, ord=2) <= bound + 1e-12


@kinds
@settings(max_examples=5)
@given(seed=st.integers(0, 10_000), size=st.floats(0.1, 1), alpha=st.sampled_from([0.2, 1.0, 3.0]))
def test_it_finds_the_equilibrium_and_its_dense_solve(
    kind: str, seed: int, size: float, alpha: float
) -> None:
    """Where relu is active, z solves (I − W) z = c; elsewhere z is 0 and W z + c is not above."""
    cell, x = wild(kind, seed, size)
    layer = PeacemanRachford(cell, alpha=alpha, tol=1e-11, max_evals=60_000)
    z, c = layer(x).detach(), cell.inject(x).detach()
    assert layer.last is not None
    assert layer.last.converged.all()
    w = matrix_of(cell.state, z)
    eye = torch.eye(len(w), dtype=F64)
    for found, offset in zip(z.flatten(1), c.flatten(1), strict=True):
        active = found > 0
        rows = torch.where(active[:, None], eye - w, eye)
        solved = torch.linalg.solve(rows, torch.where(active, offset, 0.0))
        assert torch.allclose(found, solved, atol=1e-6)
        assert ((w @ found + offset)[~active] <= 1e-6).all()


@kinds
def test_picard_contracts_at_least_by_the_stated_factor(kind: str) -> None:
    cell, x = wild(kind, size=1.0)
    layer = PeacemanRachford(cell)
    c = cell.inject(x)
    matrix = cell.state.cayley(1.0, c)
    w = matrix_of(cell.state, c)
    eye = torch.eye(len(w), dtype=F64)
    factor = torch.linalg.matrix_norm(torch.linalg.solve(2 * eye - w, w), ord=2)
    one, two = torch.randn(2, *c.shape, dtype=F64)
    after = layer.layer.cell(one, (matrix, c)) - layer.layer.cell(two, (matrix, c))
    assert factor < 1
    assert (after.flatten(1).norm(dim=1) <= factor * (one - two).flatten(1).norm(dim=1)).all()


@kinds
@pytest.mark.parametrize("activation", [torch.relu, torch.tanh, nn.Softplus()])
def test_values_and_gradients_are_those_of_the_cell(kind: str, activation: nn.Module) -> None:
    """Newton on the map of the cell, with a dense adjoint, finds the same z and gradients."""
    cell, x = wild(kind, size=0.2, activation=activation)
    x.requires_grad_()
    newton = deq.DEQ(
        cell,
        solver=deq.Newton(),
        tol=1e-12,
        max_evals=2000,
        gradient=deq.Implicit(solver=deq.Dense(), tol=1e-12),
        start=cell.start,
    )
    split = PeacemanRachford(cell, tol=1e-12, gradient=deq.Implicit(tol=1e-12))
    one, two = newton(x), split(x)
    assert torch.allclose(one, two, atol=1e-9)
    weight = torch.randn_like(one)
    wanted = (x, *cell.parameters())
    first = torch.autograd.grad((weight * one).sum(), wanted)
    second = torch.autograd.grad((weight * two).sum(), wanted)
    for a, b in zip(first, second, strict=True):
        assert torch.allclose(a, b, atol=1e-7)


@kinds
def test_gradcheck(kind: str) -> None:
    cell, x = wild(kind, size=0.2, activation=torch.tanh)
    x = x[:1].requires_grad_()
    layer = PeacemanRachford(cell, tol=1e-13, gradient=deq.Implicit(tol=1e-13))
    names = [f"cell.{name}" for name, _ in cell.named_parameters()]

    def run(x: Tensor, *values: Tensor) -> Tensor:
        out: Tensor = functional_call(layer, dict(zip(names, values, strict=True)), (x,))
        return out

    assert torch.autograd.gradcheck(run, (x, *cell.parameters()), fast_mode=True)


@kinds
def test_a_start_at_the_equilibrium_takes_one_evaluation(kind: str) -> None:
    cell, x = wild(kind)
    layer = PeacemanRachford(cell, alpha=0.3, tol=1e-10)
    z = layer(x)
    cold = layer.last.nfe.max()
    layer.layer.tol = 1e-8
    assert torch.allclose(layer(x, z0=z), z, atol=1e-7)
    assert layer.last.nfe.max() == 1 < cold


@kinds
def test_all_is_made_where_the_input_is(kind: str) -> None:
    cell, x = wild(kind)
    layer = PeacemanRachford(cell)
    with torch.device("meta"):
        assert layer(x).is_cpu


def test_the_inverse_is_computed_once_a_forward(monkeypatch: pytest.MonkeyPatch) -> None:
    cell, x = wild("linear")
    layer = PeacemanRachford(cell, tol=1e-10)
    calls = []
    inverse = torch.linalg.inv
    monkeypatch.setattr(torch.linalg, "inv", lambda m: calls.append(1) or inverse(m))
    layer(x).sum().backward()
    assert layer.last.nfe.min() > 10
    assert len(calls) == 1


def test_a_new_weight_is_seen_and_copies_are_independent() -> None:
    cell, x = wild("linear")
    layer = PeacemanRachford(cell, tol=1e-10)
    before = layer(x)
    twin = copy.deepcopy(layer)
    again = pickle.loads(pickle.dumps(layer))  # noqa: S301
    with torch.no_grad():
        cell.state.b.mul_(2)
    after = layer(x)
    assert torch.allclose(after, cell(after, x), atol=1e-7)
    assert not torch.allclose(after, before)
    assert torch.equal(twin(x), before)
    assert torch.equal(again(x), before)
    assert {name.split(".")[0] for name in layer.state_dict()} == {"cell"}


@kinds
def test_autocast_solves_in_the_dtype_of_the_parameters(kind: str) -> None:
    cell, x = wild(kind)
    layer, x = PeacemanRachford(cell.float()), x.float()
    with torch.autocast("cpu", torch.bfloat16):
        z = layer(x)
    z.sum().backward()
    assert z.dtype == torch.float32
    assert layer.last.converged.all()
    assert torch.allclose(z, layer(x), atol=0.05)  # x goes through U in bfloat16


def test_it_takes_a_fraction_of_the_evaluations_of_forward_backward() -> None:
    torch.manual_seed(0)
    cell = MonotoneCell(10, 50)
    x = torch.randn(8, 10)
    layer = PeacemanRachford(cell)
    layer(x)
    assert layer.last.converged.all()
    best = cell.max_damping() / 2
    slow = deq.solve(
        lambda z: cell.forward_backward(z, x, best),
        cell.start(x),
        solver=deq.Picard(),
        max_evals=400,
    )
    assert 5 * layer.last.nfe.max() < slow.nfe.max()


def test_bad_arguments_are_named() -> None:
    cell = MonotoneCell(1, 2, activation=torch.tanh)
    with pytest.raises(ValueError, match="alpha must be 1"):
        PeacemanRachford(cell, alpha=0.5)
    with pytest.raises(ValueError, match="alpha must be greater than 0"):
        PeacemanRachford(cell, alpha=0.0)
    with pytest.raises(TypeError, match="cell must be a MonotoneCell"):
        PeacemanRachford(nn.Linear(1, 1))
    with pytest.raises(TypeError, match="tolerance"):
        PeacemanRachford(cell, tolerance=1e-3)
