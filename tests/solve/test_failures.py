"""Failure is a named status with the best state seen: never an exception, never a silent lie."""

import math

import pytest
import torch
from torch import Tensor

import deq
from deq import Status
from tests.problems import F64
from tests.solve.test_solve import every_solver


@every_solver
def test_no_real_equilibrium_harms_no_batch_mate(solver: object) -> None:
    shift = torch.tensor([0.0, -1.0, 0.1], dtype=F64)  # z² + 1/4·… only the last has a root

    def f(z: Tensor) -> Tensor:
        return torch.stack([z[0] ** 2 + 1, 0.5 * torch.cos(z[1]), torch.log(z[2] - 5)])

    sol = deq.solve(f, torch.zeros(3, dtype=F64) + shift, solver=solver, tol=1e-8, max_evals=4000)
    alone = deq.solve(lambda z: 0.5 * torch.cos(z), shift[1:2], solver=solver, tol=1e-8,
                      max_evals=4000)  # fmt: skip
    assert sol.converged.tolist() == [False, True, False]
    assert sol.z[1].item() == pytest.approx(alone.z.item(), abs=1e-7)
    assert Status(int(sol.status[2])) is Status.NON_FINITE
    assert Status(int(sol.status[0])) in (Status.DIVERGED, Status.MAX_EVALS)
    assert sol.z.isfinite().all()


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@every_solver
def test_nan_from_the_map_keeps_the_last_good_state(solver: object, bad: float) -> None:
    def f(z: Tensor) -> Tensor:
        # Sample 0 breaks once it has come halfway.
        out = 0.5 * z + 1
        return torch.where((z > 1) & (torch.arange(2)[:, None] == 0), bad, out)

    sol = deq.solve(f, torch.zeros(2, 1, dtype=F64), solver=solver, tol=1e-6, max_evals=2000)
    assert Status(int(sol.status[0])) is Status.NON_FINITE
    assert sol.z.isfinite().all()
    assert 0 <= sol.z[0] <= 1
    assert sol.residual[0].item() == pytest.approx((1 - 0.5 * sol.z[0]).item())
    assert sol.converged[1]
    assert sol.z[1].item() == pytest.approx(2, abs=1e-4)


@every_solver
def test_a_start_that_is_not_finite_is_named(solver: object) -> None:
    z0 = torch.tensor([math.nan, 0.0, math.inf])
    sol = deq.solve(lambda z: 0.5 * z + 1, z0, solver=solver, tol=1e-3)
    assert sol.status.tolist() == [Status.NON_FINITE, Status.CONVERGED, Status.NON_FINITE]
    assert sol.residual[0] == sol.residual[2] == math.inf
    assert sol.nfe[0] == sol.nfe[2] == 1
    assert sol.z[1].item() == pytest.approx(2, abs=1e-2)


@every_solver
def test_a_state_that_overflows_is_never_called_converged(solver: object) -> None:
    sol = deq.solve(
        lambda z: 2 * z, torch.full((1, 2), 1e38), solver=solver, tol=1e-3, max_evals=500
    )
    # Newton's method finds the only equilibrium, 0, from there.
    assert not sol.converged.any() or sol.z.abs().max() < 1e-3
    assert sol.converged.any() == isinstance(solver, deq.Newton)
    assert sol.z.isfinite().all()


@every_solver
def test_a_state_too_long_to_measure_is_not_called_converged(solver: object) -> None:
    z0 = torch.full((2, 2), 1e20)  # ‖z‖₂ overflows in float32, and so would the bound
    drift = torch.tensor([[1e18], [0.0]])
    sol = deq.solve(lambda z: z + drift, z0, solver=solver, tol=1e-4, max_evals=20)
    assert sol.converged.tolist() == [False, True]  # the second stands still, exactly
    assert sol.z.isfinite().all()


@every_solver
@pytest.mark.parametrize("seed", range(4))
def test_a_tolerance_below_rounding_ends_at_the_floor(solver: object, seed: int) -> None:
    g = torch.Generator().manual_seed(seed)
    w = 0.5 / math.sqrt(32) * torch.randn(32, 32, generator=g)
    x = torch.randn(2, 32, generator=g)
    sol = deq.solve(
        lambda z: torch.tanh(z @ w.T + x), torch.zeros(2, 32), solver=solver, tol=1e-12,
        max_evals=3000,
    )  # fmt: skip
    for status in map(int, sol.status):
        assert status in (Status.STALLED, Status.CONVERGED)  # exactly fixed, if rounding is kind
    assert (sol.residual <= 64 * torch.finfo(torch.float32).eps * sol.z.norm(dim=1)).all()
    assert (sol.nfe < 3000).all()


def test_stalled_happens_and_says_so() -> None:
    # Two neighbouring floats map to each other: no fixed point closer than rounding.
    one = torch.ones(1)
    up = torch.nextafter(one, 2 * one)
    sol = deq.solve(lambda z: torch.where(z == one, up, one), one, solver=deq.Picard(), tol=1e-9)
    assert Status(int(sol.status)) is Status.STALLED
    assert "floating point" in str(Status.STALLED)


def test_strict_raises_with_the_solution() -> None:
    z0 = torch.tensor([0.0, 1.0])
    with pytest.raises(deq.ConvergenceError, match="1 of 2 samples: Diverged") as caught:
        deq.solve(lambda z: -3 * z + 4, z0, solver=deq.Picard(), strict=True)
    assert caught.value.solution.converged.tolist() == [False, True]
    deq.solve(torch.cos, z0, strict=True)


def test_every_status_is_a_sentence() -> None:
    assert len({str(status) for status in Status}) == len(Status)
    for status in Status:
        sentence = str(status)
        assert sentence[0].isupper()
        assert sentence.endswith(".")
    assert f"{Status.CONVERGED}".startswith("Converged")


@pytest.mark.parametrize(
    ("change", "error", "word"),
    [
        ({"f": 3}, TypeError, "f must"),
        ({"z0": [0.0]}, TypeError, "z0"),
        ({"z0": torch.zeros(2, dtype=torch.int64)}, TypeError, "z0"),
        ({"z0": torch.zeros(2, dtype=torch.complex64)}, TypeError, "z0"),
        ({"z0": torch.eye(3).to_sparse()}, TypeError, "z0 must be a tensor .* not sparse"),
        (
            {"z0": (torch.eye(3), torch.eye(3).to_sparse())},
            TypeError,
            r"z0\[1\] must be .* not sparse",
        ),
        ({"z0": torch.zeros(2).to(torch.float8_e5m2)}, TypeError, "z0 .* not torch.float8"),
        ({"solver": "anderson"}, TypeError, "solver"),
        ({"solver": deq.Anderson}, TypeError, "solver"),
        ({"tol": 0.0}, ValueError, "tol"),
        ({"tol": -1e-3}, ValueError, "tol"),
        ({"tol": math.nan}, ValueError, "tol"),
        ({"tol": math.inf}, ValueError, "tol"),
        ({"tol": "small"}, TypeError, "tol"),
        ({"max_evals": 0}, ValueError, "max_evals"),
        ({"max_evals": -3}, ValueError, "max_evals"),
        ({"max_evals": 10.0}, TypeError, "max_evals"),
        ({"max_evals": True}, TypeError, "max_evals"),
        ({"f": lambda z: z[:, :1]}, ValueError, "f must keep the shape"),
        ({"f": lambda z: z.double()}, TypeError, "f must keep the dtype"),
        ({"f": lambda z: None}, TypeError, "f must return a tensor"),
        ({"f": lambda z: z.mul_(0.5)}, ValueError, "f must not change its argument"),
        ({"tolerance": 1e-3}, TypeError, "tolerance"),
    ],
)
@every_solver
def test_bad_arguments_get_a_sentence(
    solver: object, change: dict[str, object], error: type[Exception], word: str
) -> None:
    arguments = {"f": torch.cos, "z0": torch.zeros(2, 3), "solver": solver} | change
    f, z0 = arguments.pop("f"), arguments.pop("z0")
    with pytest.raises(error, match=word):
        deq.solve(f, z0, **arguments)


@every_solver
def test_errors_inside_the_map_come_through(solver: object) -> None:
    def f(z: Tensor) -> Tensor:
        raise AssertionError("the map's own complaint")

    with pytest.raises(AssertionError, match="own complaint"):
        deq.solve(f, torch.zeros(1), solver=solver)
