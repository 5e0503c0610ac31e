"""All fixed points, their kinds, contraction and basins, against closed forms and SciPy."""

import math

import hypothesis.strategies as st
import numpy as np
import pytest
import torch
from hypothesis import given
from scipy import optimize

from deq.formula import parse
from deq.scalar import (
    PRESETS,
    basins,
    contraction_intervals,
    custom_map,
    derivative,
    fixed_points,
    invariant_interval,
    iterate,
)  # fmt: skip
from tests.problems import COS, COS_SLOPE, F64, TANH2

ROOT2 = math.sqrt(2)


@pytest.mark.parametrize(
    ("text", "view", "expected"),
    [
        ("cos(x)", (-4, 4), [(COS, COS_SLOPE, "stable")]),
        ("1/2 (x + 2/x)", (-3, 3), [(-ROOT2, 0, "stable"), (ROOT2, 0, "stable")]),
        ("2/x", (-3, 3), [(-ROOT2, -1, "neutral"), (ROOT2, -1, "neutral")]),
        ("2/x", (0.3, 4), [(ROOT2, -1, "neutral")]),
        ("3.2x(1 - x)", (0, 1), [(0, 3.2, "unstable"), (1 - 1 / 3.2, -1.2, "unstable")]),
        ("2.5x(1 - x)", (0, 1), [(0, 2.5, "unstable"), (0.6, -0.5, "stable")]),
        (
            "tanh(2x)",
            (-1.7, 2),
            [
                (-TANH2, 2 * (1 - TANH2**2), "stable"),
                (0, 2, "unstable"),
                (TANH2, 2 * (1 - TANH2**2), "stable"),
            ],
        ),
        ("x^2 + 1", (-3, 3), []),
        ("e^x/4", (-1, 3), [(0.35740295618, 0.35740295618, "stable"),
                            (2.15329236411, 2.15329236411, "unstable")]),
        ("cos(x) + pi/2", (-3, 3), [(math.pi / 2, -1, "neutral")]),
        ("-3x + 4", (-3, 3), [(1, -3, "unstable")]),
        ("0.7", (-3, 3), [(0.7, 0, "stable")]),
        ("x + 1", (-3, 3), []),
        # At the ends of the view, where two are close, and where the domain ends.
        ("x^2", (0, 1), [(0, 0, "stable"), (1, 2, "unstable")]),
        ("1.0001x(1-x)", (-0.1, 1), [(0, 1.0001, "unstable"), (1 - 1/1.0001, 0.9999, "stable")]),
        ("sqrt(x - 1) + 1", (-3, 3.7), [(1, math.nan, "unstable"), (2, 0.5, "stable")]),
        # The curve touches the diagonal, at one point or closely, and does not cross it.
        ("x^2 + 1/4", (-3, 3.1), [(0.5, 1, "neutral")]),
        ("(x - 1/3)^2 + x", (-3, 3), [(1 / 3, 1, "neutral")]),
        ("e^(x - 1)", (-3, 3), [(1, 1, "neutral")]),
        ("x^2 + 0.2500001", (-3, 3), []),
        ("tanh(x)", (-3, 3.1), [(0, 1, "neutral")]),
        ("x + x^3", (-3, 3.7), [(0, 1, "neutral")]),
        # Through infinity or with a jump: no crossing.
        ("1/x + x", (-3, 3), []),
        ("1/x + x", (-3, 3.1), []),
        ("x + 1/(x - 0.1234567)", (-3, 3.3), []),
        ("1/x^2", (-3, 3), [(1, -2, "unstable")]),
        ("max(sign(x - 0.3), 0) - 0.5 + x", (-3, 3), []),
        ("sign(x - 0.3)", (-3, 3), [(-1, 0, "stable"), (1, 0, "stable")]),
        ("x + 1/0", (-3, 3), []),
        ("log(-1 - x^2)", (-3, 3), []),
        # Kinks: the slopes on both sides decide.
        ("3 abs(x)", (-3, 3), [(0, math.nan, "unstable")]),
        ("abs(x)/2", (-3, 3), [(0, math.nan, "stable")]),
        ("max(x/2, 3x)", (-3, 3), [(0, math.nan, "neutral")]),
        ("sign(x) abs(x)^(1/3)", (-3, 3.3), [(-1, 1/3, "stable"), (0, math.nan, "unstable"),
                                             (1, 1/3, "stable")]),
    ],
)  # fmt: skip
def test_every_fixed_point_is_found(
    text: str, view: tuple[float, float], expected: list[tuple[float, float, str]]
) -> None:
    found = fixed_points(parse(text), *view)
    assert [p.kind for p in found] == [kind for _, _, kind in expected], found
    for point, (x, slope, kind) in zip(found, expected, strict=True):
        touches = kind == "neutral"  # a double root: known only to half the digits
        assert point.x == pytest.approx(x, abs=1e-7 if touches else 1e-10)
        assert point.slope == pytest.approx(slope, abs=1e-6, nan_ok=True)
    assert not found.stretches
    assert not found.everywhere


def test_tan_has_one_fixed_point_in_each_branch() -> None:
    found = fixed_points(torch.tan, -10, 10)
    f = lambda x: math.sin(x) - x * math.cos(x)  # noqa: E731  (no poles)
    right = [optimize.brentq(f, a, a + 1.5, xtol=1e-14) for a in (math.pi, 2 * math.pi)]
    expected = [-right[1], -right[0], 0.0, *right]
    assert [p.x for p in found] == pytest.approx(expected, abs=1e-9)


def test_the_identity_is_fixed_everywhere() -> None:
    for text in ("x", "2x/2", "x + 0", "x^1", "(x + 1) - 1"):
        found = fixed_points(parse(text), -3, 3)
        assert found.everywhere, text
        assert len(found) == 0
        assert found.stretches == ((-3.0, 3.0),)


@pytest.mark.parametrize(
    ("text", "stretch", "points"),
    [
        ("abs(x)", (0, 4), []),
        ("max(x, 1)", (1, 4), []),
        ("min(x, 1)", (-3, 1), []),
        ("max(min(x, 1), 0.25)", (0.25, 1), []),
        ("max(x, 1) + max(0, -1 - x)^2", (1, 4), []),
        ("max(x, -1) + 3 min(0, x + 2)", (-1, 4), [-2.5]),
    ],
)
def test_intervals_of_fixed_points(
    text: str, stretch: tuple[float, float], points: list[float]
) -> None:
    found = fixed_points(parse(text), -3, 4)
    assert found.stretches == (pytest.approx(stretch, abs=1e-9),)
    assert not found.everywhere
    assert [p.x for p in found] == pytest.approx(points, abs=1e-9)


@given(
    st.lists(st.integers(-40, 40), min_size=1, max_size=5, unique=True),
    st.floats(0.05, 2) | st.floats(-2, -0.05),
)
def test_polynomials_with_known_roots(tenths: list[int], scale: float) -> None:
    roots = sorted(n / 10 for n in tenths)
    f = lambda x: x + scale * torch.stack([x - r for r in roots]).prod(dim=0)  # noqa: E731
    found = fixed_points(f, -4.2, 4.3)
    assert [p.x for p in found] == pytest.approx(roots, abs=1e-9)
    for i, p in enumerate(found):
        slope = 1 + scale * math.prod(roots[i] - r for r in roots if r != roots[i])
        assert p.slope == pytest.approx(slope, rel=1e-6, abs=1e-7)
        if abs(abs(slope) - 1) > 1e-5:
            assert p.kind == ("stable" if abs(slope) < 1 else "unstable")


@given(st.floats(-5, 5), st.floats(-1, 1))
def test_stable_points_attract_and_unstable_points_do_not(w: float, b: float) -> None:
    f = PRESETS["tanh"].at(w=w, b=b)
    found = fixed_points(f, -1.5, 1.5)
    assert 1 <= len(found) <= 3
    for p in found:
        if abs(abs(p.slope) - 1) > 0.05:
            near = iterate(f, p.x + 1e-6, 60)
            assert ((near[-1] - p.x).abs() < 1e-6) == (p.kind == "stable")


def test_fixed_points_of_highly_oscillating_maps_are_true() -> None:
    for text in ("3 sin(1000 x)", "x + sin(1/x)", "tan(100 x)", "x sin(1/x)"):
        for p in fixed_points(parse(text), -3, 3):
            assert abs(parse(text)(p.x).item() - p.x) < 1e-6


def test_bad_views_are_refused() -> None:
    with pytest.raises(ValueError, match="high"):
        fixed_points(torch.cos, 1.0, 1.0)
    with pytest.raises(ValueError, match="high"):
        contraction_intervals(torch.cos, 1.0, math.inf)


# Slopes ------------------------------------------------------------------------------------------


def test_derivatives() -> None:
    x = torch.linspace(-2, 2, 7, dtype=F64)
    assert torch.allclose(derivative(torch.cos, x), -x.sin())
    assert torch.equal(derivative(parse("3"), x), torch.zeros_like(x))
    assert derivative(torch.tanh, 0.0).item() == 1.0
    assert derivative(parse("x^2"), x.reshape(1, 7)).shape == (1, 7)
    with torch.no_grad():
        slope = derivative(torch.sin, x)
    assert torch.allclose(slope, x.cos())
    assert not slope.requires_grad


@pytest.mark.parametrize(
    ("text", "view", "expected"),
    [
        ("x^2", (-2, 2), [(-0.5, 0.5)]),
        ("cos(x)", (-1, 1), [(-1, 1)]),
        ("2sin(x)", (0, 3), [(math.pi / 3, 2 * math.pi / 3)]),
        ("e^x/4", (-1, 3), [(-1, math.log(4))]),
        ("x^3/3 - x", (-2, 2), [(-ROOT2, 0), (0, ROOT2)]),
        ("log(x)", (-1, 3), [(1, 3)]),
        ("x", (-1, 3), []),
        ("3", (-1, 3), [(-1, 3)]),
    ],
)
def test_contraction_intervals(
    text: str, view: tuple[float, float], expected: list[tuple[float, float]]
) -> None:
    found = contraction_intervals(parse(text), *view)
    flat = [end for interval in found for end in interval]
    assert flat == pytest.approx([end for interval in expected for end in interval], abs=1e-7)
    for low, high in found:
        inner = torch.linspace(low, high, 99, dtype=F64)[1:-1]
        assert (derivative(parse(text), inner).abs() < 1).all()


def test_an_invariant_interval_is_mapped_into_itself_and_lies_in_the_basin() -> None:
    for text in ("cos(x)", "e^x/4", "x^2/2 + 0.3", "2.5x(1 - x)"):
        f = parse(text)
        intervals = contraction_intervals(f, -3, 3)
        [point] = [p for p in fixed_points(f, -3, 3) if p.kind == "stable"]
        interval = invariant_interval(point.x, intervals)
        assert interval is not None
        low, high = interval
        xs = torch.linspace(low, high, 101, dtype=F64)[1:-1]
        assert ((f(xs) >= low) & (f(xs) <= high)).all()
        assert (basins(f, xs, [point.x], n=3000) == 0).all()
    assert invariant_interval(2.0, [(0.0, 1.0)]) is None


# Basins ------------------------------------------------------------------------------------------


def test_basins_of_tanh_are_the_two_half_lines() -> None:
    f = PRESETS["tanh"].at(w=2.0)
    starts = torch.linspace(-3, 3, 61, dtype=F64)
    starts[30] = 0.0
    points = [p.x for p in fixed_points(f, -1.5, 1.5)]
    assert torch.equal(basins(f, starts, points), 1 + starts.sign().long())


def test_no_basin_for_cycles_chaos_and_escapes() -> None:
    starts = torch.tensor([0.5, 1.0, 3.0])
    assert basins(lambda x: 2 / x, starts, [ROOT2]).tolist() == [-1, -1, -1]
    assert basins(lambda x: x**2 + 1, starts, []).tolist() == [-1, -1, -1]
    chaos = torch.linspace(0.01, 0.99, 400, dtype=F64)
    logistic = PRESETS["logistic"].at(r=3.95)
    assert (basins(logistic, chaos, [1 - 1 / 3.95]) == -1).all()
    edge = torch.tensor([-5.0, 2.1532, 2.1533, 9.0])
    assert basins(PRESETS["exponential"], edge, [0.35740295618]).tolist() == [0, 0, -1, -1]
    assert basins(custom_map("1/x"), torch.zeros(1), [1.0]).tolist() == [-1]


def test_basins_of_many_starts_equal_those_of_each_start() -> None:
    f = parse("1.5 x - 0.5 x^3")  # stable at ±1, unstable at 0
    starts = torch.tensor(np.random.default_rng(0).uniform(-2.5, 2.5, 40))
    points = [-1.0, 0.0, 1.0]
    together = basins(f, starts, points)
    assert {-1.0, 1.0} <= {points[i] for i in together.tolist() if i >= 0}
    for start, where in zip(starts, together.tolist(), strict=True):
        assert basins(f, start[None], points).tolist() == [where]
        end = iterate(f, float(start), 500)[-1].item()
        if where >= 0:
            assert end == pytest.approx(points[where], abs=1e-3)
