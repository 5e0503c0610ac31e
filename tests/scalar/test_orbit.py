"""Iterates, cobwebs, cycles and sentences, against closed forms and known numbers."""

import math

import pytest
import torch

from deq.formula import FormulaError
from deq.scalar import PRESETS, cobweb, custom_map, iterate, limit_cycle, orbit, period, rate
from tests.problems import COS, COS_SLOPE, F64


def test_iterates_of_a_line_match_the_closed_form() -> None:
    a, b, x0 = -0.7, 2.0, 5.0
    xs = iterate(lambda x: a * x + b, x0, 30)
    end = b / (1 - a)
    n = torch.arange(31, dtype=F64)
    assert xs.dtype == F64
    assert torch.allclose(xs, end + a**n * (x0 - end), rtol=1e-13)


def test_iteration_stops_at_a_value_that_is_not_a_number() -> None:
    assert iterate(lambda x: 2 * x, 1.0, 100, escape=10).tolist() == [1, 2, 4, 8, 16]
    assert iterate(lambda x: 1 / x, 0.0, 5).tolist() == [0]
    assert iterate(torch.log, 2.0, 50)[-1] < 0  # its logarithm is NaN
    assert len(iterate(torch.cos, 0.0, 1)) == 2
    for bad in (0, 1.5, True):
        with pytest.raises((TypeError, ValueError), match="n must"):
            iterate(torch.cos, 0.0, bad)  # type: ignore[arg-type]


def test_a_cobweb_goes_up_to_the_curve_and_across_to_the_diagonal() -> None:
    xs = iterate(torch.cos, -1.0, 10)
    corners = cobweb(xs)
    assert corners.shape == (21, 2)
    assert torch.equal(corners[::2, 0], corners[::2, 1])  # on the diagonal
    assert torch.equal(corners[1::2, 1], corners[1::2, 0].cos())  # on the curve
    assert torch.equal(corners[1::2, 0], corners[:-1:2, 0])  # straight up
    assert torch.equal(corners[1::2, 1], corners[2::2, 1])  # straight across
    assert cobweb(xs[:1]).tolist() == [[-1.0, -1.0]]


def test_the_observed_rate_is_the_slope() -> None:
    assert rate(iterate(torch.cos, -1.0, 40)) == pytest.approx(-COS_SLOPE, rel=1e-3)
    assert rate(iterate(lambda x: -0.3 * x + 1, 5.0, 12)) == pytest.approx(0.3, rel=1e-9)
    assert rate(iterate(lambda x: 2 / x, 1.0, 12)) == pytest.approx(1.0)
    assert rate(iterate(lambda x: 3 * x, 1.0, 9)) == pytest.approx(3.0)
    assert rate(iterate(PRESETS["heron"], 4.0, 20)) < 0.1  # the slope is zero
    assert math.isnan(rate(iterate(torch.cos, 0.0, 1)))
    # Steps at the level of rounding do not count, however many they are.
    assert rate(iterate(torch.cos, -1.0, 500)) == pytest.approx(-COS_SLOPE, rel=1e-3)


@pytest.mark.parametrize(("r", "p"), [(2.8, 1), (3.2, 2), (3.5, 4), (3.55, 8), (3.83, 3), (3.7, 0)])
def test_period_doubling_of_the_logistic_map(r: float, p: int) -> None:
    f = PRESETS["logistic"].at(r=r)
    points = limit_cycle(f, 0.2)
    assert len(points) == p
    if p:
        assert torch.allclose(f(points), points.roll(-1), atol=1e-6)
        assert len(points.unique()) == p  # type: ignore[no-untyped-call]
    assert period(iterate(f, 0.2, 1500)) == p


def test_the_two_cycle_in_closed_form() -> None:
    r = 3.2
    root = math.sqrt((r - 3) * (r + 1))
    expected = [(r + 1 - root) / (2 * r), (r + 1 + root) / (2 * r)]
    found = limit_cycle(PRESETS["logistic"].at(r=r), 0.2)
    assert sorted(found.tolist()) == pytest.approx(expected, abs=1e-9)


def test_diverging_or_too_short_orbits_have_no_cycle() -> None:
    assert len(limit_cycle(lambda x: x**2 + 1, 0.0)) == 0
    assert period(torch.ones(3)) == 0
    assert period(torch.ones(9)) == 1


@pytest.mark.parametrize(
    ("key", "start", "kind", "says"),
    [
        ("cos", -1.0, "settles", "It settles at 0.7391 after 33 steps."),
        ("cos", COS, "settles", "It stands still: the start 0.7391 is a fixed point."),
        ("inverse", 1.0, "cycles", "It jumps between two points, 1 and 2, for ever."),
        ("square", 0.0, "escapes", "It runs away: beyond 1,000,000 after 7 steps."),
        ("exponential", 2.2, "escapes", "runs away"),
        ("inverse", 0.0, "breaks", "It breaks off after 0 steps: at 0 the value is infinite."),
    ],
)
def test_the_sentence_of_each_kind_of_orbit(key: str, start: float, kind: str, says: str) -> None:
    result = orbit(PRESETS[key], start)
    assert result.kind == kind, result
    assert says in result.sentence


def test_sentences_of_further_orbits() -> None:
    logistic, line = PRESETS["logistic"], PRESETS["line"]
    assert orbit(logistic.at(r=4.0), 0.2).kind == "wanders"
    assert orbit(logistic.at(r=4.0), 0.2).sentence == (
        "It neither settles nor repeats within 100 steps."
    )
    assert "jumps between four points, 0.38" in orbit(logistic.at(r=3.5), 0.2, 200).sentence
    result = orbit(logistic.at(r=3.55), 0.2, 400)
    assert (result.period, result.sentence) == (8, "It jumps between 8 points, for ever.")
    slow = orbit(line.at(a=0.99, b=0), 8.0, 100)
    assert slow.kind == "creeps"
    assert slow.sentence == "It is still on its way after 100 steps, each 0.99 of the last."
    assert slow.rate == pytest.approx(0.99)
    assert orbit(line.at(a=-1, b=0), 2.0).sentence == (
        "It jumps between two points, −2 and 2, for ever."
    )
    lost = orbit(custom_map("log(x)"), 2.0)
    assert lost.kind == "breaks"
    assert "there is no value" in lost.sentence
    assert orbit(custom_map("x"), 3.0).steps == 0


@pytest.mark.parametrize(
    ("a", "b", "says"),
    [
        (1.0, 1.0, "It grows on and on: 68 after 60 steps."),  # each step adds 1
        (1.0, -0.1, "It falls on and on: 2 after 60 steps."),
        (1.05, 1.0, "It grows on and on: 503 after 60 steps."),
        (-1.05, 0.0, "It swings wider and wider: 149.4 after 60 steps."),
    ],
)
def test_an_orbit_that_moves_away_is_not_said_to_wander(a: float, b: float, says: str) -> None:
    result = orbit(PRESETS["line"].at(a=a, b=b), 8.0, 60)
    assert result.kind == "grows"
    assert result.sentence == says


@pytest.mark.parametrize("n", [1, 2, 3, 5, 20])
@pytest.mark.parametrize("text", ["cos(x)", "2/x", "0.9 x", "x - x^3/9"])
def test_an_orbit_of_steps_that_get_shorter_or_stay_does_not_grow(text: str, n: int) -> None:
    assert orbit(custom_map(text), 1.0, n).kind != "grows"


def test_passing_near_a_fixed_point_is_not_convergence() -> None:
    f = PRESETS["logistic"].at(r=3.95)
    result = orbit(f, 0.5, 3000, tol=1e-3)
    near = ((f(result.xs) - result.xs).abs() < 1e-3).any()
    assert near  # stopping at the first small step would be wrong
    assert result.kind == "wanders"


def test_steps_are_counted_to_the_tolerance() -> None:
    for tol in (1e-2, 1e-4, 1e-8):
        result = orbit(torch.cos, -1.0, 200, tol=tol)
        missed = (result.xs.cos() - result.xs).abs()
        assert missed[result.steps] < tol <= missed[result.steps - 1]


# Maps ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda m: m.key)
def test_presets_have_usable_starts_and_views(preset: object) -> None:
    from deq.scalar import ScalarMap

    assert isinstance(preset, ScalarMap)
    low, high = preset.view
    assert low <= preset.start <= high
    assert preset.shows.endswith(".")
    assert preset.latex
    for p in preset.parameters:
        assert p.low <= p.default <= p.high
        for value in (p.low, p.high):
            y = preset.at(**{p.name: value})(torch.linspace(low, high, 50, dtype=F64))
            assert y.isfinite().all()


def test_presets_compute_their_formulas() -> None:
    x = torch.linspace(0.25, 0.9, 9, dtype=F64)
    expected = {
        "cos": x.cos(), "line": 0.6 * x + 1, "heron": (x + 2 / x) / 2, "inverse": 2 / x,
        "logistic": 3.2 * x * (1 - x), "tanh": torch.tanh(2 * x), "square": x * x + 1,
        "exponential": x.exp() / 4,
    }  # fmt: skip
    assert expected.keys() == PRESETS.keys()
    for key, y in expected.items():
        assert torch.allclose(PRESETS[key](x), y, rtol=1e-14), key
    assert torch.allclose(PRESETS["tanh"].at(w=-2, b=0.3)(x), torch.tanh(-2 * x + 0.3))


def test_bad_parameters_and_formulas_are_refused() -> None:
    with pytest.raises(ValueError, match="no parameter 'q'; it has r"):
        PRESETS["logistic"].at(q=1.0)
    with pytest.raises(ValueError, match="none"):
        PRESETS["cos"].at(r=1.0)
    with pytest.raises(ValueError, match="finite"):
        PRESETS["logistic"].at(r=math.inf)
    with pytest.raises(FormulaError):
        custom_map("cos(")
    with pytest.raises(ValueError, match="view"):
        custom_map("x", view=(1.0, 1.0))


@pytest.mark.parametrize("x0", [0.1, 0.3, 0.61])
@pytest.mark.parametrize("n", [40, 60, 100, 300])
def test_chaos_is_not_called_slow_convergence(x0: float, n: int) -> None:
    assert orbit(lambda x: 4 * x * (1 - x), x0, n).kind == "wanders"
