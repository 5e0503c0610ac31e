"""What continuation promises beside folds: values, states, counts, failures, sentences."""

import math

import pytest
import torch
from torch import Tensor

import deq

F64 = torch.float64


def linear(z: Tensor, p: Tensor) -> Tensor:
    """Equilibrium 2 p."""
    return z / 2 + p


def neuron(z: Tensor, b: Tensor) -> Tensor:
    return torch.tanh(2 * z + b)


def test_values_are_visited_in_their_order() -> None:
    values = [0.0, 0.1, 0.7, 0.3, -2.0]
    branch = deq.continuation(linear, torch.zeros(1, dtype=F64), values)
    assert branch.parameter.tolist() == values
    torch.testing.assert_close(branch.z[:, 0], 2 * branch.parameter)
    assert branch.status is deq.BranchStatus.COMPLETE
    assert len(branch) == 5
    assert not len(branch.folds)


def test_values_may_be_a_tensor_or_one() -> None:
    start = torch.zeros(3)
    rows = deq.continuation(linear, start, torch.linspace(0, 1, 4))
    assert torch.equal(rows.parameter, torch.linspace(0, 1, 4))
    assert rows.parameter.dtype == torch.float32
    one = deq.continuation(linear, start, [1.0])
    torch.testing.assert_close(one.z, torch.full((1, 3), 2.0))


def test_natural_continuation_ends_at_a_fold_and_does_not_jump() -> None:
    """At 0.533 the lower branch ends; at 1 there is an equilibrium on the upper one."""
    values = torch.linspace(-1, 1, 21, dtype=F64)
    branch = deq.continuation(neuron, -torch.ones(1, dtype=F64), values)
    assert branch.status is deq.BranchStatus.LOST
    assert branch.parameter.tolist() == values[:16].tolist()
    assert (branch.z < -0.7).all()
    assert "give step and (start, stop)" in str(branch)


def test_gaps_may_differ_by_far() -> None:
    values = [0.0, 1e-6, 1.0, 1.0 + 1e-9, -1e3]
    branch = deq.continuation(linear, torch.zeros(1, dtype=F64), values, tol=1e-12)
    assert branch.parameter.tolist() == values
    torch.testing.assert_close(branch.z[:, 0], 2 * branch.parameter)


def test_gaps_below_the_rounding_of_p_end_well() -> None:
    values = torch.tensor([1e6, 1e6 + 1, 1e6 + 100])
    branch = deq.continuation(linear, torch.full((1,), 2e6), values)
    assert torch.equal(branch.parameter, values)


def test_natural_continuation_shortens_steps_where_the_branch_bends() -> None:
    branch = deq.continuation(neuron, -torch.ones(1, dtype=F64), [-1.0, 0.53], tol=1e-10)
    assert branch.parameter.tolist() == [-1.0, 0.53]
    z = branch.z[-1].item()
    assert math.atanh(z) - 2 * z == pytest.approx(0.53, abs=1e-8)
    assert z < -0.7


@pytest.mark.parametrize("solver", [deq.Newton(), deq.Broyden(), deq.Anderson(), deq.Picard()])
def test_warm_starts_need_fewer_evaluations_than_cold_ones(solver: deq.Newton) -> None:
    gen = torch.Generator().manual_seed(0)
    w = torch.linalg.qr(torch.randn(10, 10, generator=gen, dtype=F64))[0] * 0.8
    x = torch.randn(10, generator=gen, dtype=F64)

    def f(z: Tensor, p: Tensor) -> Tensor:
        return torch.tanh(w @ z + p * x)

    start, values = torch.zeros(10, dtype=F64), torch.linspace(1, 2, 21).tolist()
    warm = deq.continuation(f, start, values, solver=solver)
    cold = [deq.continuation(f, start, [p], solver=solver) for p in values]
    assert warm.status is deq.BranchStatus.COMPLETE
    assert warm.nfe.sum() < 0.75 * sum(branch.nfe.item() for branch in cold)
    for z, branch in zip(warm.z, cold, strict=True):
        torch.testing.assert_close(z, branch.z[0], atol=1e-5, rtol=0)


@pytest.mark.parametrize("step", [None, 0.1])
@pytest.mark.parametrize("stability", [False, True])
def test_nfe_counts_the_calls_of_f(step: float | None, stability: bool) -> None:
    calls = 0

    def f(z: Tensor, p: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        return torch.tanh(2 * z + p)

    branch = deq.continuation(
        f, -torch.ones(1), (-1.0, 0.5 if step is None else 1.0), step=step, stability=stability
    )
    assert branch.nfe.sum() == calls - (len(branch) if stability else 0)
    assert branch.stability.known.all() == stability


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (1, 2, 3)])
@pytest.mark.parametrize("dtype", [torch.float32, F64])
def test_states_of_any_shape_are_one_sample(shape: tuple[int, ...], dtype: torch.dtype) -> None:
    """The mean couples all numbers, so none of them is a sample of its own."""

    def f(z: Tensor, p: Tensor) -> Tensor:
        assert z.shape == shape
        assert p.shape == ()
        assert p.dtype == z.dtype == dtype
        return torch.tanh(2 * z.mean() + p).expand(shape)

    branch = deq.continuation(f, -torch.ones(shape, dtype=dtype), (-1.0, 1.0), step=0.5)
    assert branch.z.shape == (len(branch), *shape)
    assert branch.z.dtype == branch.parameter.dtype == branch.residual.dtype == dtype
    assert branch.parameter[branch.folds].tolist() == pytest.approx([0.53284, -0.53284], abs=2e-5)


def test_a_state_of_several_tensors() -> None:
    """Two neurons that excite one another; the tensors have no batch and different shapes."""

    def f(z: tuple[Tensor, Tensor], b: Tensor) -> tuple[Tensor, Tensor]:
        u, v = z
        return torch.tanh(2 * v[0] + b).expand(3), torch.tanh(2 * u.mean() + b).expand(2, 1)

    start = (-torch.ones(3, dtype=F64), -torch.ones(2, 1, dtype=F64))
    branch = deq.continuation(f, start, (-1.0, 1.0), step=0.5, tol=1e-10)
    u, v = branch.z
    assert u.shape == (len(branch), 3)
    assert v.shape == (len(branch), 2, 1)
    # The symmetric branch has the folds of one neuron.
    assert branch.parameter[branch.folds].tolist() == pytest.approx([0.5328400, -0.5328400], 1e-6)
    torch.testing.assert_close(u[:, 0], v[:, 0, 0], atol=1e-8, rtol=0)


def test_large_states_take_newton_krylov_and_arnoldi() -> None:
    def f(z: Tensor, b: Tensor) -> Tensor:
        return torch.tanh(2 * z.mean() + b + 0 * z)

    start = -torch.ones(600)  # above the limit of dense matrices
    branch = deq.continuation(f, start, (-1.0, 1.0), step=0.5, stability=False)
    assert branch.parameter[branch.folds].tolist() == pytest.approx([0.53284, -0.53284], abs=2e-5)
    branch = deq.continuation(f, start, [0.3, 0.4])
    slope = 2 * (1 - branch.z[:, 0] ** 2)
    torch.testing.assert_close(branch.stability.abscissa, slope, atol=1e-3, rtol=0)


@pytest.mark.parametrize("solver", [deq.Newton(exact=False), deq.Broyden()])
def test_other_solvers_go_through_folds(solver: deq.Newton) -> None:
    branch = deq.continuation(
        neuron, -torch.ones(1, dtype=F64), (-1.0, 1.0), step=0.2, solver=solver, tol=1e-8
    )
    assert branch.parameter[branch.folds].tolist() == pytest.approx([0.53284, -0.53284], abs=1e-6)


def test_no_gradient_is_kept() -> None:
    w = torch.tensor(2.0, requires_grad=True)
    start = torch.tensor([-1.0], requires_grad=True)
    branch = deq.continuation(lambda z, b: torch.tanh(w * z + b), start, [-1.0, 0.0])
    kept = (branch.z, branch.parameter, branch.residual, branch.stability.abscissa)
    assert not any(part.requires_grad for part in kept)


def test_inference_mode() -> None:
    with torch.inference_mode():
        branch = deq.continuation(neuron, -torch.ones(1), (-1.0, 1.0), step=0.5)
    assert branch.stability.ode_stable[[0, -1]].all()
    assert len(branch.folds) == 2


# --- failures


def test_the_cap_on_points_is_named() -> None:
    branch = deq.continuation(neuron, -torch.ones(1), (-1.0, 1.0), step=0.2, max_points=10)
    assert branch.status is deq.BranchStatus.MAX_POINTS
    assert len(branch) == 10
    assert "Raise max_points" in str(branch)


@pytest.mark.parametrize("step", [None, 0.1])
def test_a_region_of_nan_ends_the_branch_at_its_border(step: float | None) -> None:
    def f(z: Tensor, p: Tensor) -> Tensor:
        return z / 2 + torch.where(p < 0.5, p, torch.nan)

    branch = deq.continuation(f, torch.zeros(1, dtype=F64), (0.0, 1.0), step=step)
    assert branch.status is deq.BranchStatus.NON_FINITE
    assert branch.z.isfinite().all()
    assert (branch.parameter < 0.5).all()
    assert "no finite value" in str(branch)


@pytest.mark.parametrize("step", [None, 0.1])
def test_a_jump_of_f_ends_the_branch(step: float | None) -> None:
    def f(z: Tensor, p: Tensor) -> Tensor:
        return z / 2 + torch.where(p > 0.5, 1.0, 0.0)

    branch = deq.continuation(f, torch.zeros(1), (0.0, 1.0), step=step)
    assert branch.status is deq.BranchStatus.LOST
    assert not branch.z.any()


def test_a_start_beside_the_end_of_its_branch_does_not_jump() -> None:
    """From 0.5328 the next value, 0.6, has an equilibrium on the other branch only."""
    for step in (None, 0.01):
        branch = deq.continuation(
            neuron, torch.tensor([-0.71], dtype=F64), (0.5328, 0.6), step=step, tol=1e-10
        )
        assert branch.z[0] < -0.7
        if step is None:
            assert branch.status is deq.BranchStatus.LOST
            assert len(branch) == 1
        else:
            assert branch.status is deq.BranchStatus.RETURNED
            assert branch.parameter[branch.folds].item() == pytest.approx(0.5328400, abs=1e-6)


@pytest.mark.parametrize("bad", [lambda z, p: z + 1, lambda z, p: z * torch.nan])
def test_without_an_equilibrium_at_the_start_there_is_nothing_to_follow(bad) -> None:
    with pytest.raises(deq.ConvergenceError, match="first parameter, 3, so there is nothing") as e:
        deq.continuation(bad, torch.zeros(2, 3), [3.0, 4.0])
    assert e.value.solution.z.shape == (2, 3)
    assert not e.value.solution.converged.any()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"f": 3}, "f must be callable"),
        ({"z0": [0.0]}, "z0 must be a tensor"),
        ({"z0": torch.zeros(2, dtype=torch.int64)}, "z0 must be a tensor of floating point"),
        ({"z0": torch.zeros(2, dtype=torch.bfloat16)}, "float32 or float64, not torch.bfloat16"),
        ({"z0": torch.zeros(0)}, "at least one number"),
        ({"parameters": []}, "parameters must be a row of finite numbers"),
        ({"parameters": 1.0}, "parameters must be a row of finite numbers"),
        ({"parameters": [[0.0, 1.0]]}, "parameters must be a row of finite numbers"),
        ({"parameters": [0.0, math.nan]}, "parameters must be a row of finite numbers"),
        ({"parameters": "ab"}, "parameters must be a row of finite numbers"),
        ({"parameters": (1.0, 1.0)}, "Neighbouring parameters must differ"),
        ({"parameters": (1.0, 1.0 + 1e-7)}, "Neighbouring parameters must differ"),
        ({"parameters": (1.0, 1.0), "step": 0.1}, "Neighbouring parameters must differ"),
        ({"parameters": (0.0, 1.0, 2.0), "step": 0.1}, r"must be \(start, stop\), not 3 values"),
        ({"step": 0.0}, "step must be greater than 0"),
        ({"step": -0.1}, "step must be greater than 0"),
        ({"step": "0.1"}, "step must be a number"),
        ({"tol": 0.0}, "tol must be greater than 0"),
        ({"max_evals": 0}, "max_evals must be at least 1"),
        ({"max_points": 0}, "max_points must be at least 1"),
        ({"stability": 1}, "stability must be True or False"),
        ({"solver": "newton"}, "solver must be a solver such as"),
        ({"f": lambda z, p: z[:1]}, r"it was given \(2,\) and returned \(1,\)"),
        ({"f": lambda z, p: z.double()}, "f must keep the dtype"),
    ],
)
def test_bad_arguments_get_a_sentence(changed: dict[str, object], sentence: str) -> None:
    usual = {"f": linear, "z0": torch.zeros(2), "parameters": (0.0, 1.0)}
    with pytest.raises((TypeError, ValueError), match=sentence):
        deq.continuation(**(usual | changed))
