"""Euler's step, damping, faster solvers and the flow, against known numbers and closed forms."""

import math

import pytest
import torch
from scipy import integrate, optimize

import deq
from deq import Status
from deq.scalar import (
    PRESETS,
    accelerated,
    best_step,
    cobweb,
    euler_factor,
    euler_steps,
    flow,
    iterate,
    limit_step,
    slope_field,
    steps_against_h,
)  # fmt: skip
from tests.problems import COS, COS_SLOPE, F64

# Steps of cos from −1 to |cos x − x| < 1e-6.
REFERENCE = {0.1: 86, 0.25: 30, 0.5: 10, 0.5975: 5, 0.75: 11, 1.0: 33, 1.1: 66, 1.19: 1404}


def test_step_counts_over_h_on_cos() -> None:
    hs = torch.tensor([*REFERENCE], dtype=F64)
    assert steps_against_h(torch.cos, -1.0, hs).tolist() == [*REFERENCE.values()]
    for h, steps in REFERENCE.items():
        assert euler_steps(torch.cos, -1.0, h) == steps


def test_at_and_beyond_the_limit_it_never_converges() -> None:
    assert limit_step(COS_SLOPE) == pytest.approx(1.1950201, abs=1e-6)
    assert best_step(COS_SLOPE) == pytest.approx(0.5975100, abs=1e-6)
    hs = limit_step(COS_SLOPE) * torch.tensor([1.0, 1.001, 1.1, 1.6], dtype=F64)
    assert steps_against_h(torch.cos, -1.0, hs).tolist() == [-1, -1, -1, -1]
    assert euler_steps(torch.cos, -1.0, 1.195) is None
    assert euler_steps(torch.cos, -1.0, limit_step(COS_SLOPE) * 0.99) is not None


@pytest.mark.parametrize("slope", [-5.0, -1.0, -0.3, 0.0, 0.5, 0.99])
def test_best_and_limit_are_exact_on_a_line(slope: float) -> None:
    f = lambda x: slope * x + 1  # noqa: E731
    assert euler_factor(slope, best_step(slope)) == pytest.approx(0.0, abs=1e-15)
    assert euler_factor(slope, limit_step(slope)) == pytest.approx(-1.0)
    assert euler_steps(f, 3.0, best_step(slope)) in (1, 2)
    assert euler_steps(f, 3.0, 0.9 * limit_step(slope)) is not None
    assert euler_steps(f, 3.0, 1.1 * limit_step(slope)) is None
    # The closed form: residuals shrink by the factor.
    h = 0.25 * limit_step(slope)
    first = abs(f(3.0) - 3.0)
    expected = math.floor(math.log(1e-6 / first) / math.log(abs(euler_factor(slope, h)))) + 1
    assert euler_steps(f, 3.0, h) == expected
    assert best_step(1.0) == math.inf


def test_the_count_of_one_h_does_not_depend_on_the_others() -> None:
    hs = torch.linspace(0.05, 1.3, 40, dtype=F64)
    together = steps_against_h(torch.cos, -1.0, hs, max_steps=500).tolist()
    single = [euler_steps(torch.cos, -1.0, float(h), max_steps=500) for h in hs]
    assert together == [-1 if steps is None else steps for steps in single]


def test_step_counts_in_edge_cases() -> None:
    assert euler_steps(torch.cos, COS, 0.3) == 0
    assert euler_steps(torch.cos, -1.0, 1.0, max_steps=33) == 33
    assert euler_steps(torch.cos, -1.0, 1.0, max_steps=32) is None
    assert euler_steps(torch.log, 2.0, 1.0) is None
    assert steps_against_h(lambda x: x**2 + 1, 0.0, torch.tensor([0.1, 1.0])).tolist() == [-1, -1]
    with pytest.raises(ValueError, match="tol"):
        euler_steps(torch.cos, 0.0, 1.0, tol=0.0)


# Damping and faster solvers -----------------------------------------------------------------------


def test_picard_is_plain_iteration_and_damping_is_eulers_step() -> None:
    path = accelerated(torch.cos, -1.0, deq.Picard())
    assert path.steps == 33
    assert torch.equal(path.xs, iterate(torch.cos, -1.0, 33))
    assert torch.equal(path.corners, cobweb(path.xs))
    assert path.evals.tolist() == [*range(1, 35)]
    for h, steps in REFERENCE.items():
        if h < 1.19:
            damped = accelerated(torch.cos, -1.0, deq.Picard(damping=h))
            assert (damped.steps, damped.converged) == (steps, True)
            lines = damped.corners.diff(dim=0)[1::2]  # from the curve to the diagonal
            assert torch.allclose(lines[:, 1], lines[:, 0] * (1 - 1 / h), atol=1e-12)


def test_newton_on_cos_takes_seven_steps_by_way_of_8_72() -> None:
    path = accelerated(torch.cos, -1.0, deq.Newton())
    assert path.steps == 7
    assert path.xs[1].item() == pytest.approx(8.7162, abs=1e-4)
    assert path.evals.tolist() == [1, 3, 5, 7, 9, 11, 13, 15]
    x = -1.0
    for visited in path.xs.tolist():
        assert visited == pytest.approx(x, rel=1e-9)
        x -= (x - math.cos(x)) / (1 + math.sin(x))
    lines = path.corners.diff(dim=0)[1::2]  # tangents
    assert torch.allclose(lines[:, 1], -path.xs[:-1].sin() * lines[:, 0], atol=1e-9)


def test_the_secant_method_on_cos_takes_seven_evaluations() -> None:
    path = accelerated(torch.cos, -1.0, deq.Anderson(window=1))
    assert (path.converged, path.evals[-1].item()) == (True, 7)
    xs = path.xs.tolist()
    for a, b, c in zip(xs, xs[1:], xs[2:], strict=False):
        ra, rb = math.cos(a) - a, math.cos(b) - b
        assert c == pytest.approx(b - rb * (b - a) / (rb - ra), abs=1e-6)
    oracle = optimize.root_scalar(lambda x: math.cos(x) - x, x0=-1.0, x1=math.cos(-1.0))
    assert xs[-1] == pytest.approx(oracle.root, abs=1e-6)


def test_damping_and_faster_solvers_converge_where_iteration_does_not() -> None:
    for key, end in (("inverse", math.sqrt(2)), ("logistic", 1 - 1 / 3.2)):
        f = PRESETS[key].at()
        assert not accelerated(f, 0.7, deq.Picard()).converged
        for solver in (deq.Picard(damping=0.5), deq.Anderson(window=1), deq.Newton()):
            path = accelerated(f, 0.7, solver, tol=1e-9)
            assert path.converged, solver
            assert path.xs[-1].item() == pytest.approx(end, abs=1e-8)


def test_paths_end_at_the_last_finite_state_or_at_the_cap() -> None:
    path = accelerated(torch.log, 2.0, deq.Picard())
    assert not path.converged
    assert path.xs.isfinite().all()
    assert accelerated(PRESETS["square"], 0.0, deq.Picard()).converged is False
    capped = accelerated(torch.cos, -1.0, deq.Picard(), max_evals=5)
    assert (capped.converged, capped.steps) == (False, 4)
    assert accelerated(torch.cos, COS, deq.Newton()).steps == 0
    with pytest.raises(TypeError, match="ODE"):
        accelerated(torch.cos, 0.0, deq.ODE())


# The flow ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("w", [-1.5, -2.0, -5.0])
def test_the_flow_settles_where_iteration_cycles_for_ever(w: float) -> None:
    from deq.scalar import limit_cycle

    f = PRESETS["tanh"].at(w=w, b=0.3)
    assert len(limit_cycle(f, 0.1)) == 2
    end = optimize.brentq(lambda x: math.tanh(w * x + 0.3) - x, -1, 1)
    for course in flow(f, [-1.0, 0.1, 1.5], tol=1e-6):
        assert course.status is Status.CONVERGED
        assert course.x[-1].item() == pytest.approx(end, abs=1e-5)


def test_the_flow_of_a_line_in_closed_form() -> None:
    starts = [-2.0, 0.0, 7.0]
    for start, course in zip(starts, flow(lambda x: 0.5 * x + 1, starts, tol=1e-7), strict=True):
        assert course.t[0] == 0
        assert (course.t.diff() > 0).all()
        expected = 2 + (start - 2) * torch.exp(-0.5 * course.t)
        assert torch.allclose(course.x, expected, atol=1e-5)
        # It stops as soon as the residual is within tol·(1 + |x|).
        assert (course.x[-1] - 2).abs() / 2 <= 1e-7 * (1 + 2.1)


def test_the_flow_of_cos_against_scipy() -> None:
    [course] = flow(torch.cos, [-1.0], tol=1e-7)
    oracle = integrate.solve_ivp(
        lambda _, x: math.cos(x[0]) - x,
        (0, float(course.t[-1])),
        [-1.0],
        t_eval=course.t.numpy(),
        rtol=1e-10,
        atol=1e-12,
    )
    assert torch.allclose(course.x, torch.from_numpy(oracle.y[0]), atol=1e-6)


def test_a_diverging_flow_has_a_status() -> None:
    [away] = flow(PRESETS["square"], [0.0])
    assert away.status in (Status.DIVERGED, Status.NON_FINITE, Status.MAX_EVALS)
    [euler] = flow(torch.cos, [-1.0], method="euler")
    assert euler.status is Status.CONVERGED
    assert flow(torch.cos, []) == []


def test_the_slope_field_is_the_residual() -> None:
    ts, xs = torch.linspace(0, 5, 6), torch.linspace(-1, 1, 9)
    field = slope_field(torch.cos, ts, xs)
    assert field.shape == (9, 6)
    assert torch.allclose(field[:, 2], xs.double().cos() - xs.double())
    assert torch.equal(field[:, 0], field[:, 5])
