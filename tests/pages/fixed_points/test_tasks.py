"""What the tasks, predictions and captions of the Fixed points page claim, computed."""

import json
import math
import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from deq.formula import parse
from deq.scalar import PRESETS, fixed_points, iterate, orbit
from pages.parts.fixed_points import code, words
from pages.parts.fixed_points.lesson import Choice, apart_from, lesson, solves_alike
from pages.parts.fixed_points.tasks import PREDICT, TRY
from pages.parts.steady_states.tasks import TRY as STEADY
from tests.pages.code_box import boxes, printed

F64 = torch.float64


def choice(key="cos", method="Picard", **more):
    preset = PRESETS[key]
    values = {name: more.pop(name) for name in preset.defaults if name in more}
    start = {"x0": preset.start, **more}
    return Choice(
        preset.text, tuple({**preset.defaults, **values}.items()), preset.view,
        method=method, **start,
    )  # fmt: skip


def said(*options, **more):
    return words.verdict(lesson(choice(*options, **more)))


def the_cosine_key():
    found = lesson(choice())
    assert words.limit_text(found) == "0.739085"
    assert set(found.landscape.basins.tolist()) == {0}  # the strip has one colour


def slope_one():
    found = lesson(choice("line", a=1.0, x0=-8.0))
    np.testing.assert_allclose(found.xs.diff(), 1)
    assert (
        words.verdict(found) == "It grows on and on: 52 after 60 steps. No fixed point is in view."
    )
    assert found.view == PRESETS["line"].view  # the picture shows the stairs, not where they end
    assert "settles at 2.5" in said("line", a=0.6, x0=-8.0)
    assert "jumps between two points" in said("line", a=-1.0, x0=-8.0)
    assert "swings wider" in said("line", a=-1.1, x0=-8.0)


def two_points():
    found = lesson(choice("inverse"))
    assert words.verdict(found) == "It jumps between two points, 1 and 2, for ever."
    assert found.landscape.points[0].slope == pytest.approx(-1)
    assert found.paths["damped"].steps == 4
    assert "| damped, h = 0.5 | 4 |" in words.race(found)


def period_doubling():
    for r, says in {
        2.8: "settles",
        3.2: "two points",
        3.5: "four points",
        3.55: "8 points",
        4.0: "neither settles nor repeats",
    }.items():
        assert says in said("logistic", r=r, steps=200), r


def chaos():
    found = lesson(choice("logistic", r=4.0, steps=30, second=True))
    one, two = (iterate(PRESETS["logistic"].at(r=4.0), x0, 30) for x0 in (0.2, 0.201))
    apart = (one - two).abs()
    assert apart_from(found) == 8
    assert bool((apart[:8] <= 0.1).all())
    assert apart[8] > 0.1
    assert "agree to 0.1 up to step 7" in words.shows(found)
    assert "agree to 0.1 up to step 7" in words.stage_alt(found)


def several():
    for b, kinds in {0.0: "sus", 0.3: "sus", 0.6: "s"}.items():
        points = fixed_points(PRESETS["tanh"].at(w=2.0, b=b), -1.5, 1.5)
        assert "".join(p.kind[0] for p in points) == kinds, b


def no_fixed_point():
    found = lesson(choice("square"))
    assert not len(found.landscape.points)
    assert not any(path.converged for path in found.paths.values())
    assert words.race(found).count("never settled") == 4


def newtons_jump():
    found = lesson(choice(method="Newton"))
    assert float(found.xs[1]) == pytest.approx(8.72, abs=0.005)
    assert "after 7 steps" in words.verdict(found)


def the_secant():
    assert lesson(choice(method="Anderson")).evals == 7
    assert lesson(choice()).evals == 34
    xs = lesson(choice(method="Anderson")).xs  # the secant method for g(x) − x, step by step
    gap = xs.cos() - xs
    x = xs[1:-1] - gap[1:-1] * (xs[1:-1] - xs[:-2]) / (gap[1:-1] - gap[:-2])
    np.testing.assert_allclose(xs[2:], x, rtol=1e-9)


def every_point():
    for x0 in (-3.0, 1.0):
        found = lesson(Choice("x", (), (-4.0, 4.0), x0))
        assert found.landscape.points.everywhere
        assert (float(found.xs[-1]), found.evals) == (x0, 1)


CLAIMS = {
    "The cosine key": the_cosine_key,
    "Slope 1": slope_one,
    "Two points for ever": two_points,
    "Period doubling": period_doubling,
    "Chaos": chaos,
    "Several fixed points": several,
    "No fixed point": no_fixed_point,
    "Newton's jump": newtons_jump,
    "The secant": the_secant,
    "Every point fixed": every_point,
}


@pytest.mark.parametrize("task", TRY, ids=lambda task: task.label)
def test_a_task_leads_to_what_it_says(task):
    CLAIMS[task.label]()


def predict_cos():
    slope = -math.sin(0.7390851332151607)
    assert slope == pytest.approx(-0.67, abs=0.005)
    assert round(math.log(0.1) / math.log(-slope)) == 6
    error = lesson(choice()).xs[4:20] - 0.7390851332151607
    assert bool((error[1:] * error[:-1] < 0).all())  # from both sides in turn
    # Banach: one step leads into [−1, 1], which cos maps into itself, and contracts.
    x = torch.linspace(-50, 50, 4001, dtype=F64)
    assert x.cos().abs().max() <= 1
    inside = torch.linspace(-1, 1, 2001, dtype=F64)
    assert inside.cos().min() >= -1
    assert float(inside.sin().abs().max()) == pytest.approx(0.84, abs=0.005)


def predict_line():
    for a in (0.6, -0.6):
        error = lesson(choice("line", a=a)).xs - 1 / (1 - a)
        np.testing.assert_allclose(error[1:10] / error[:9], a)
    np.testing.assert_allclose(lesson(choice("line", a=1.0, b=0.5)).xs.diff(), 0.5)


def predict_heron():
    error = (lesson(choice("heron")).xs - math.sqrt(2)).abs()
    digits = -error.log10()
    assert 1.9 < digits[4] / digits[3] < 2.4
    assert 1.9 < digits[5] / digits[4] < 2.4


def predict_inverse():
    xs = iterate(PRESETS["inverse"], 1.0, 1000)
    assert xs[[0, 2, 1000]].tolist() == [1, 1, 1]
    assert orbit(PRESETS["inverse"], math.sqrt(2)).steps == 0


def predict_logistic():
    found = lesson(choice("logistic"))
    (point,) = [p for p in found.landscape.points if p.x > 0.1]
    assert (point.x, point.slope) == (pytest.approx(0.6875), pytest.approx(-1.2))
    low, high = found.xs[-2:].sort().values.tolist()
    assert low < 0.6875 < high
    assert found.orbit.period == 2


def predict_tanh():
    points = fixed_points(PRESETS["tanh"], -1.5, 1.5)
    assert [round(p.x, 2) for p in points] == [-0.96, 0, 0.96]
    assert points[1].slope == pytest.approx(2)
    assert "settles at 0.9575" in said("tanh", x0=0.1)


def predict_exponential():
    found = lesson(choice("exponential"))
    assert [round(p.x, 3) for p in found.landscape.points] == [0.357, 2.153]
    assert "settles at 0.3574" in said("exponential", x0=2.1)
    assert "runs away" in said("exponential", x0=2.2)


def predict_own():
    for preset in PRESETS.values():
        for p in fixed_points(preset, *preset.view):
            expected = "stable" if abs(p.slope) < 1 - 1e-6 else "unstable"
            assert p.kind == ("neutral" if abs(abs(p.slope) - 1) < 1e-6 else expected)


PREDICTIONS = {
    "cos": predict_cos,
    "line": predict_line,
    "heron": predict_heron,
    "inverse": predict_inverse,
    "logistic": predict_logistic,
    "tanh": predict_tanh,
    "square": no_fixed_point,
    "exponential": predict_exponential,
    "own": predict_own,
}


@pytest.mark.parametrize("key", PREDICT)
def test_a_prediction_is_right(key):
    PREDICTIONS[key]()


@pytest.mark.parametrize("key", PRESETS)
def test_the_caption_of_the_errors_speaks_of_a_straight_line_only_where_there_is_one(key):
    found = lesson(choice(key))
    if "straight line" in words.errors_show(found):
        error = (found.paths["Picard"].xs - found.fixed.x).abs()
        last = error[error > 1e-5][-4:].log()
        np.testing.assert_allclose(last.diff(), math.log(abs(found.fixed.slope)), rtol=0.05)


def test_a_slope_of_zero_draws_no_line_for_it(open_page):
    app = open_page("fixed_points", map="heron")
    figure = json.loads(app.get("plotly_chart")[1].proto.spec)
    assert "theory" not in [trace.get("name") for trace in figure["data"]]


def test_no_task_says_left_or_right_where_a_phone_has_below():
    for task in (*TRY, *STEADY):
        assert not re.search(r"(on|at) the (left|right)|(left|right) (chart|panel)", task.watch)


UNUSUAL = [
    {"map": "cos", "cos-x0": "40", "steps": "7"},
    {"map": "cos", "method": "damped", "h": "1.15", "cos-x0": "0.123456789"},
    {"map": "cos", "method": "damped", "h": "1.5"},
    {"map": "logistic", "logistic-r": "3.83", "steps": "200", "second": "true"},
    {"map": "tanh", "tanh-w": "2", "tanh-x0": "1e-9", "steps": "200"},  # beside an unstable point
    {"map": "tanh", "tanh-x0": "-0.0005", "second": "true"},
    {"map": "line", "line-a": "-1.2", "line-b": "-4", "method": "Newton"},
    {"map": "exponential", "exponential-x0": "2.153", "second": "true"},
    {"map": "inverse", "inverse-x0": "0"},
    {"map": "own", "formula": "7", "method": "Newton"},
    {"map": "own", "formula": "log(x) + 2", "own-x0": "0.5", "method": "Newton"},
    {"map": "own", "formula": "x^2 - 1", "method": "Anderson", "own-x0": "-3.5"},
]


def test_boxes_print_what_the_page_says_at_unusual_settings(open_page):
    codes, says = [], []
    for query in UNUSUAL:
        app = open_page("fixed_points", **query)
        assert not app.exception
        ((shown, below),) = boxes(app)
        assert len(shown.splitlines()) <= 10
        codes.append(shown)
        says.append(f"{below}\n")
    assert printed("\n".join(codes)) == "".join(says)


def test_the_page_knows_where_solve_would_end_elsewhere():
    beside = lesson(replace(choice("tanh", x0=1e-9), steps=200))
    assert beside.settled
    assert not solves_alike(beside)
    assert "orbit" in code.code(beside)
    lost = lesson(Choice("log(x) + 2", (), (-4.0, 4.0), 0.5, "Newton"))
    assert not lost.settled
    assert not solves_alike(lost)
    assert "accelerated" in code.code(lost)
    assert parse("log(x) + 2")(torch.tensor([0.5], dtype=F64)).isfinite().all()
