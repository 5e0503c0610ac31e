"""The Steady states page: every section, bad links, and code boxes that run as shown."""

import csv
import io
import json
import math

import pytest

from pages.parts.fixed_points.lesson import Choice
from pages.parts.look.downloads import columns
from pages.parts.shared.settings import defaults
from pages.parts.steady_states import code, lesson, solver_lesson, words
from pages.parts.steady_states.controls import SECTIONS, Settings, rounded
from pages.parts.steady_states.tasks import TRY
from tests.pages.code_box import printed

COS = Choice("cos(x)", (), (-1.6, 1.6), -1.0)
# Steps of cos from −1 to |cos x − x| < 1e-6; the page of fixed points has the same numbers.
REFERENCE = {0.1: 86, 0.25: 30, 0.5: 10, 0.5975: 5, 0.75: 11, 1.0: 33, 1.1: 66, 1.19: 1404}


def charts(app):
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def metric(app, label):
    (found,) = [m.value for m in app.metric if m.label == label]
    return found


def said(app):
    return " ".join(text.value for text in app.markdown).replace("\\", "")


@pytest.mark.parametrize(
    ("part", "figures", "metrics"),
    [("Flow", 1, 4), ("Euler step", 3, 3), ("Why an ODE", 3, 4), ("Depth", 2, 4)],
)
def test_each_section_opens_by_its_own_link(open_page, part, figures, metrics):
    app = open_page("steady_states", part=part)
    assert not app.exception
    assert not app.error
    assert len(charts(app)) == figures
    assert len(app.metric) == metrics
    assert sum("Look for" in caption.value for caption in app.caption) == figures
    assert all(len(chart.proto.alt) > 20 for chart in app.get("plotly_chart"))
    assert "import" in app.code[0].value


def test_the_first_picture_shows_the_flow_of_the_cosine(open_page):
    app = open_page("steady_states")
    assert metric(app, "Equilibrium x*") == "0.739085"
    assert metric(app, "λ = g′(x*)") == "−0.6736"
    assert "iteration settles, too, swinging" in said(app)
    (spec,) = charts(app)
    iterates = next(trace for trace in spec["data"] if trace["name"] == "iterates")
    assert iterates["y"][:3] == [-1, 0.5403, 0.8576]
    assert len(spec["frames"]) == 50


@pytest.mark.parametrize(("h", "steps"), REFERENCE.items())
def test_step_counts_over_h_are_the_reference_numbers(open_page, h, steps):
    app = open_page("steady_states", part="Euler step", h=str(h))
    assert metric(app, "Steps") == f"{steps:,}"


def test_beyond_the_limit_it_never_settles_and_the_page_says_why(open_page):
    app = open_page("steady_states", part="Euler step", h="1.2")
    assert metric(app, "Steps") == "never"
    assert "beyond the limit 1.195" in said(app)


def test_best_and_limit_set_the_step(open_page):
    app = open_page("steady_states", part="Euler step")
    app.button("best").click().run()
    assert app.number_input("h").value == 0.5975
    assert metric(app, "Steps") == "5"
    app.button("limit-step").click().run()
    assert app.number_input("h").value == 1.195
    assert metric(app, "Steps") == "never"
    app.button("one").click().run()
    assert metric(app, "Steps") == "33"
    assert "h = 1 is the fixed-point iteration itself" in said(app)
    app.slider("h-slide").set_value(0.25).run()
    assert metric(app, "Steps") == "30"


def test_the_buttons_say_when_there_is_no_best_step(open_page):
    app = open_page("steady_states", part="Euler step", map="square")
    assert app.button("best").disabled
    assert app.button("limit-step").disabled
    assert "no step length settles" in said(app)


@pytest.mark.parametrize("w", [-1.5, -2.0, -5.0])
def test_iteration_cycles_where_the_ode_settles(open_page, w):
    app = open_page("steady_states", part="Why an ODE")
    app.button(f"w{w:g}").click().run()
    assert app.slider("w").value == w
    assert metric(app, "Evaluations, iteration") == "never"
    found = solver_lesson.walk(w, "dopri5", 1e-4)
    assert abs(math.tanh(w * found.limit + 0.3) - found.limit) < 1e-9
    assert found.slope == pytest.approx(w * (1 - found.limit**2), rel=1e-6)
    assert found.jumps.kind == "cycles"
    assert found.jumps.period == 2
    assert bool((found.run.t.diff()[-1] > 3 * found.run.t.diff()[0]).item())  # steps grow


def test_on_a_contractive_layer_the_ode_costs_ten_times_more():
    _, picard = solver_lesson.price("calm", "Picard")
    _, ode = solver_lesson.price("calm", "dopri5")
    ratios = [b / a for a, b in zip(picard, ode, strict=True)]
    assert min(ratios) > 5
    assert max(ratios) > 10
    assert picard == tuple(sorted(picard))


def test_layers_converge_up_to_a_spectral_radius_of_one():
    calm, lively, wild = (solver_lesson.deep(gain, 8, (1.0, 1.0)) for gain in (0.8, 1.3, 2.0))
    far = calm.distances
    assert bool((far[1:] <= 0.8 * far[:-1] + 1e-12).all())  # a contraction
    assert lively.radius < 1 < wild.radius
    assert float(lively.distances[-1]) < 1e-3
    assert float(wild.distances[-1]) > 0.1
    assert wild.settles
    assert "a contraction" in words.deep_verdict(calm)
    assert "nothing is promised" in words.deep_verdict(lively)
    assert "the flow still does" in words.deep_verdict(wild)
    for found in (calm, lively, wild):
        for course in found.courses:
            assert float((course[-1] - found.z).norm()) < 0.02


@pytest.mark.parametrize("part", SECTIONS[:2])
@pytest.mark.parametrize(
    "formula",
    ["x", "1/x", "log(-1)", "2", "x+1", "exp(exp(exp(x)))", "x^3", "abs(x)", "-x", "tan(x)"],
)
def test_unusual_maps_do_not_break_the_page(open_page, part, formula):
    app = open_page("steady_states", part=part, formula=formula, h="1.9")
    assert not app.exception
    assert not app.error
    assert "nan" not in said(app)


@pytest.mark.parametrize(
    "query",
    [
        {"part": "nonsense"},
        {"part": "Depth", "gain": "1e9", "seed": "-1", "z1": "x"},
        {"part": "Euler step", "h": "-1"},
        {"part": "Euler step", "h": "1000"},
        {"part": "Euler step", "h": "0.001", "map": "logistic", "logistic-r": "4"},
        {"part": "Why an ODE", "w": "nan", "ode": "magic", "tol": "0"},
        {"part": "Why an ODE", "w": "3", "ode": "fehlberg2", "tol": "1e-06"},
        {"map": "cosine"},
        {"map": "exponential", "exponential-x0": "2.9"},
        {"map": "line", "line-a": "1", "part": "Euler step"},
        {"part": "Depth", "gain": "6", "seed": "9999", "z1": "-1.2", "z2": "1.2"},
    ],
)
def test_an_odd_link_opens(open_page, query):
    app = open_page("steady_states", **query)
    assert not app.exception
    assert not app.error
    assert charts(app)


def test_a_bad_formula_gives_a_sentence_beside_the_last_picture(open_page):
    app = open_page("steady_states", formula="__import__('os')")
    assert not app.exception
    (error,) = app.error
    assert "last one that worked" in error.value
    assert charts(app)


@pytest.mark.parametrize("k", range(len(TRY)))
def test_what_to_try_sets_the_page(open_page, k):
    app = open_page("steady_states", part="Depth")
    app.button(f"try-{k}").click().run()
    assert not app.exception
    assert not app.error
    settings = TRY[k].settings
    assert app.session_state["part"] == settings.get("part", "Flow")
    for name, value in settings.items():
        assert app.session_state[name] == value, name
    for name, value in {**defaults(Settings), **settings}.items():
        assert app.session_state[name] == value, name


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (code.flow_code(COS, 8), "t = 8: flow at 0.7391, iterate 8 at 0.7504"),
        (code.flow_code(Choice("tanh(w*x)", (("w", 2.0),), (-1, 1), 0.1), 8), "flow settles"),
        (code.step_code(COS, 0.5), "steps: 10"),
        (code.step_code(Choice("0.9*x+1", (), (-9, 9), 1.0), 10.0), "steps: 1\n"),
        (code.walk_code(-2.0, "dopri5", 1e-4), "iteration: never settles\nODE: settles, eval"),
        (code.deep_code(1.3, 8, (1.0, 1.0)), "spectral radius: 0.81"),
    ],
)
def test_the_code_boxes_run_as_shown(code, says):
    assert len(code.splitlines()) <= 9
    assert says in printed(code)


def test_euler_with_step_one_equals_the_iteration_exactly():
    found = lesson.stepping(COS, 1.0)
    assert found.states.tolist() == found.flowing.iterates.tolist()
    assert found.best == pytest.approx(0.59751, abs=1e-5)
    assert found.limit == pytest.approx(2 * found.best)


def test_the_csv_has_every_digit():
    found = lesson.flowing(COS)
    rows = list(csv.reader(io.StringIO(columns(["t", "x"], found.t, found.courses[0]))))
    assert rows[0] == ["t", "x"]
    assert [float(row[1]) for row in rows[1:]] == found.courses[0].tolist()


def test_a_flow_that_diverges_ends_in_the_picture():
    found = lesson.flowing(Choice("x^2 + 1", (), (-2.0, 4.0), 0.0))
    assert found.goal is None
    assert found.courses.isnan().any()
    assert "runs away" in words.flow_verdict(found)


def test_steps_are_rounded_to_four_digits():
    assert rounded(1.19502) == 1.195
    assert rounded(float("inf")) == 0.5
