"""The article's first network, y = 2x, against its closed form."""

import pytest
import torch

import deq
from deq.models.doubling import MAX_SLOPE, Doubling, cell_line


def model_of(a: float, b: float, **options: object) -> Doubling:
    """The linear network with f(u) = a u + b."""
    model = Doubling(**options).double()  # type: ignore[arg-type]
    with torch.no_grad():
        model.cell.inside.weight.fill_(1.0)
        model.cell.inside.bias.fill_(0.0)
        model.cell.outside.weight.fill_(a / 5)
        model.cell.outside.bias.fill_(b)
    return model


X = torch.tensor([[-5.0], [0.0], [1.0], [10.0]], dtype=torch.float64)


@pytest.mark.parametrize("solver", [deq.Anderson(), deq.Picard(), deq.Broyden(), deq.ODE()])
@pytest.mark.parametrize(("a", "b"), [(2 / 3, 0.0), (0.5, -1.0), (-0.9, 2.0), (0.0, 3.0)])
def test_equilibria_and_gradients_in_closed_form(solver: deq.solvers.Solver, a: float, b: float):
    gradient = deq.Implicit(tol=1e-12, max_evals=5000)
    model = model_of(a, b, solver=solver, gradient=gradient, tol=1e-10, max_evals=5000)
    assert model.slope == pytest.approx(a)
    assert model.intercept == pytest.approx(b)
    z = model(X)
    torch.testing.assert_close(z, (a * X + b) / (1 - a), rtol=1e-7, atol=1e-7)
    z.sum().backward()
    # dz*/db = 1/(1 − a) for each x, and the bias of the last layer is b.
    grad = model.cell.outside.bias.grad
    assert grad is not None
    assert float(grad) == pytest.approx(len(X) / (1 - a), rel=1e-6)
    # dz*/da = (x + b)/(1 − a)², and five weights share a.
    share = model.cell.outside.weight.grad
    assert share is not None
    assert float(share[0, 0]) == pytest.approx(float((X + b).sum()) / (1 - a) ** 2, rel=1e-6)


def test_the_sixteen_parameters_can_be_read_and_set():
    torch.manual_seed(1)
    one, other = Doubling().double(), Doubling().double()
    values = one.parameter_list()
    assert len(values) == 16
    other.set_parameters(values)
    assert other.parameter_list() == values
    assert torch.equal(other(X), one(X))
    with pytest.raises(ValueError, match="16 numbers, not 3"):
        other.set_parameters([1.0, 2.0, 3.0])


@pytest.mark.parametrize("a", [0.5, 0.98, 1.0, 3.0, -4.0])
def test_the_constraint_changes_only_a_slope_above_the_limit(a: float):
    model = model_of(a, 1.5)
    model.constrain_()
    assert model.slope == pytest.approx(min(a, MAX_SLOPE))
    assert model.intercept == pytest.approx(1.5)


def test_the_slope_bounds_the_derivative_of_the_tanh_network():
    for seed in range(20):
        torch.manual_seed(seed)
        model = Doubling("tanh").double()
        u = torch.linspace(-9, 9, 2001, dtype=torch.float64)[:, None].requires_grad_()
        (slopes,) = torch.autograd.grad(model.cell(u, torch.zeros_like(u)).sum(), u)
        assert float(slopes.max()) <= model.slope + 1e-12
        model.constrain_(0.5)
        assert model.slope <= 0.5 + 1e-12


def test_lines_without_a_stable_cell_are_refused():
    assert cell_line(2.0, 3.0) == pytest.approx((2 / 3, 1.0))
    for slope in (-1.0, -3.0, float("nan")):
        with pytest.raises(ValueError, match="above −1"):
            cell_line(slope, 0.0)
    with pytest.raises(ValueError, match="variant must be one of linear, tanh"):
        Doubling("relu")  # type: ignore[arg-type]
