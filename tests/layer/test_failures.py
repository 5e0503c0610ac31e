"""A solve that fails inside a layer: warning, error or silence, and the cause by name."""

import warnings

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import deq
from deq import Status
from tests.problems import F64

GRADIENTS = [deq.Implicit(), deq.Phantom(), deq.Unrolled()]


def slow(z: Tensor, x: Tensor) -> Tensor:
    return 0.999 * z + x


def layer(**options: object) -> deq.DEQ:
    """A layer that fails: three evaluations are too few."""
    return deq.DEQ(slow, **{"solver": deq.Picard(), "max_evals": 3} | options)


@pytest.mark.parametrize("gradient", GRADIENTS, ids=lambda g: type(g).__name__)
@pytest.mark.parametrize("mode", [True, False])
def test_a_forward_solve_that_fails_is_reported(gradient: object, mode: bool) -> None:
    failing = layer(gradient=gradient)
    with (
        torch.set_grad_enabled(mode),
        pytest.warns(deq.ConvergenceWarning, match="forward solve of a DEQ failed.*Stopped at the"),
    ):
        failing(torch.ones(2, 1))
    assert not failing.last.converged.any()


def test_the_warning_is_shown_once_in_a_training() -> None:
    w = torch.tensor(0.999, requires_grad=True)
    failing = deq.DEQ(lambda z, x: w * z + x, max_evals=2)
    torch.autograd.grad(w.square(), w, torch.ones(()))  # imports what makes Python forget
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for step in range(5):
            failing(torch.full((step + 1, 1), float(step + 1))).sum().backward()
    assert [w.category for w in caught] == [deq.ConvergenceWarning]


def test_on_request_it_is_an_error_with_the_solution() -> None:
    failing = layer(on_failure="raise")
    with pytest.raises(deq.ConvergenceError, match="forward solve") as caught:
        failing(torch.ones(2, 1))
    solution = caught.value.solution
    assert solution.z.flatten().tolist() == pytest.approx([1.999] * 2)
    assert solution.nfe.tolist() == [3, 3]
    assert torch.equal(failing.last.residual, solution.residual)
    assert not solution.z.requires_grad


def test_a_backward_failure_is_an_error_on_request() -> None:
    x = torch.ones(2, 1, requires_grad=True)
    strict = deq.DEQ(
        slow, on_failure="raise", gradient=deq.Implicit(solver=deq.Picard(), max_evals=3)
    )
    z = strict(x)
    with pytest.raises(deq.ConvergenceError, match="backward solve") as caught:
        z.sum().backward()
    assert caught.value.solution.nfe.tolist() == [3, 3]
    assert x.grad is None


def test_silence_on_request_in_both_directions() -> None:
    x = torch.ones(2, 1, requires_grad=True)
    gradient = deq.Implicit(solver=deq.Picard(), max_evals=3)
    layer(on_failure="ignore", gradient=gradient)(x).sum().backward()  # a warning is an error here


def test_of_several_failures_the_gravest_is_named() -> None:
    slope = torch.tensor([[0.999], [3.0]])
    with pytest.warns(deq.ConvergenceWarning, match="failed.*Diverged"):
        deq.DEQ(lambda z, x: slope * z + x, solver=deq.Picard(), max_evals=50)(torch.ones(2, 1))


@pytest.mark.parametrize("gradient", GRADIENTS, ids=lambda g: type(g).__name__)
def test_fresh_randomness_is_named_and_torchs_own_is_put_back(gradient: object) -> None:
    def cell(z: Tensor, x: Tensor) -> Tensor:
        return torch.tanh(F.dropout(0.5 * z, training=random) + x)

    x = torch.ones(3, 8, requires_grad=True)

    def draw(on_failure: str) -> Tensor:
        torch.manual_seed(0)
        deq.DEQ(cell, gradient=gradient, on_failure=on_failure)(x)
        return torch.rand(3)

    random = True
    with pytest.warns(deq.ConvergenceWarning, match="fresh random numbers") as caught:
        named = draw("warn")
    assert all("max_evals" not in str(w.message) for w in caught)
    assert torch.equal(named, draw("ignore"))
    random = False
    deq.DEQ(cell, gradient=gradient)(x)  # converges: no warning


def test_the_cause_is_sought_once_for_each_mode_of_the_layer() -> None:
    calls = []

    class Cell(nn.Module):
        def forward(self, z: Tensor, x: Tensor) -> Tensor:
            calls.append(self.training)
            return F.dropout(slow(z, x), training=self.training)

    failing = deq.DEQ(Cell(), solver=deq.Picard(), max_evals=3)
    for train, words, count in [
        (True, "fresh random", 3 + 2),
        (True, "fresh random", 3),
        (False, "Stopped at the cap", 3 + 4),
    ]:
        failing.train(train)
        calls.clear()
        with torch.no_grad(), pytest.warns(deq.ConvergenceWarning, match=words):
            failing(torch.ones(2, 4))
        assert calls == [train] * count


def test_a_cell_that_mixes_samples_is_not_called_random() -> None:
    norm = nn.BatchNorm1d(4)
    x = torch.randn(6, 4, generator=torch.Generator().manual_seed(0))
    normed = deq.DEQ(lambda z, x: norm(z.roll(1, 0) - x), max_evals=4, modules=norm)
    with pytest.warns(deq.ConvergenceWarning, match="couples") as caught:
        normed(x)
    assert "random" not in str(caught[0].message)


def test_the_rounding_floor_is_named_with_its_dtype() -> None:
    torch.manual_seed(0)
    linear = nn.Linear(32, 32)
    x = torch.randn(4, 32)
    rough = deq.DEQ(lambda z, x: torch.tanh(linear(z) + x), modules=linear, solver=deq.Picard())
    for mode in (True, False):
        with (
            torch.set_grad_enabled(mode),
            torch.autocast("cpu", dtype=torch.bfloat16),
            pytest.warns(deq.ConvergenceWarning, match="rounding floor of bfloat16") as caught,
        ):
            rough(x)
        assert "max_evals" not in str(caught[0].message)
    fine = deq.DEQ(lambda z, x: torch.tanh(linear(z) + x), modules=linear, tol=1e-12)
    with pytest.warns(deq.ConvergenceWarning, match="rounding floor of float32"):
        fine(x)


def test_inference_mode_and_several_states() -> None:
    failing = deq.DEQ(lambda z, x: (slow(z[0], x), slow(z[1], x)), max_evals=2)
    start = torch.zeros(2, 1)
    with torch.inference_mode(), pytest.warns(deq.ConvergenceWarning, match="forward"):
        failing(torch.ones(2, 1), z0=(start, start))


@pytest.mark.parametrize("gradient", GRADIENTS, ids=lambda g: type(g).__name__)
@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_gradient_scaler_sees_what_overflowed(gradient: object, bad: float) -> None:
    b = torch.zeros(2, dtype=F64, requires_grad=True)
    z = deq.DEQ(lambda z, x: 0.5 * z + x + b, gradient=gradient)(torch.ones(2, 2, dtype=F64))
    z.backward(torch.tensor([[1.0, 1.0], [bad, 1.0]], dtype=F64))
    assert not b.grad[0].isfinite()


def test_fixed_point_reports_in_the_same_way() -> None:
    z0 = torch.zeros(2, 1)
    x = torch.ones(2, 1, requires_grad=True)
    options = {"solver": deq.Picard(), "max_evals": 3}
    with pytest.warns(deq.ConvergenceWarning, match="forward solve.*Stopped at the cap"):
        deq.fixed_point(lambda z: slow(z, x), z0, **options)
    with pytest.raises(deq.ConvergenceError, match="forward solve"):
        deq.fixed_point(lambda z: slow(z, x), z0, on_failure="raise", **options)
    gradient = deq.Implicit(solver=deq.Picard(), max_evals=3)
    z, _ = deq.fixed_point(
        lambda z: slow(z, x), z0, gradient=gradient, on_failure="ignore", **options
    )
    z.sum().backward()


@pytest.mark.parametrize("batch_dims", [0, 2])
def test_samples_in_any_shape(batch_dims: int) -> None:
    x = torch.ones(2, 3, 4, requires_grad=True)
    gradient = deq.Implicit(solver=deq.Picard(), max_evals=3)
    failing = deq.DEQ(slow, max_evals=500, batch_dims=batch_dims, gradient=gradient)
    z = failing(x)
    with pytest.warns(deq.ConvergenceWarning, match="backward solve"):
        z.sum().backward()
    assert failing.last.backward.status.shape == x.shape[:batch_dims]
    with pytest.warns(deq.ConvergenceWarning, match="forward solve"):
        failing(x, max_evals=2)


def test_bad_choices_get_a_sentence() -> None:
    with pytest.raises(ValueError, match="on_failure must be 'warn', 'raise' or 'ignore'"):
        deq.DEQ(slow, on_failure="shout")


def test_statuses_are_still_in_the_statistics() -> None:
    failing = layer(on_failure="ignore")
    failing(torch.ones(2, 1))
    assert failing.last.status.tolist() == [int(Status.MAX_EVALS)] * 2
