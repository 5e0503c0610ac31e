"""The Fixed points page: known maps, links, typed formulas, and bad input."""

import csv
import doctest
import io
import json
import math

import numpy as np
import pytest

from deq.scalar import PRESETS
from pages.parts.fixed_points import code, controls, tasks, words
from pages.parts.fixed_points.lesson import METHODS, Choice, errors, lesson
from tests.pages.code_box import printed

COS = 0.7390851332151607


def choice(key="cos", method="Picard", x0=None, **values):
    preset = PRESETS[key]
    return Choice(
        preset.text,
        tuple({**preset.defaults, **values}.items()),
        preset.view,
        preset.start if x0 is None else x0,
        method,
    )


def own(text, x0=1.0, view=(-4.0, 4.0)):
    return Choice(text, (), view, x0)


def limit(app):
    (found,) = [metric.value for metric in app.metric if metric.label == "Limit x*"]
    return found


def numbers(app):
    return {metric.label: metric.value for metric in app.metric}


def stage(app):
    return json.loads(app.get("plotly_chart")[0].proto.spec)


def said(app):
    return app.markdown[0].value


def test_the_examples_in_the_docstrings_hold():
    result = doctest.testmod(words)
    assert result.attempted > 0
    assert result.failed == 0


def test_the_first_picture_has_the_numbers_of_the_article(open_page):
    app = open_page("fixed_points")
    assert limit(app) == "0.739085"
    assert "33 steps" in said(app)
    found = numbers(app)
    assert found["Evaluations of g"] == "34"
    assert found["Observed contraction"] == found["|g′(x*)|"] == "0.674"
    figure = stage(app)
    assert len(figure["frames"]) == 2 * 33 + 2
    assert len(json.dumps(figure)) < 300_000
    path = figure["data"][-5]
    assert path["x"][:3] == [-1, -1, 0.5403]
    assert path["y"][-1] == pytest.approx(COS, abs=1e-4)


@pytest.mark.parametrize("key", [*controls.MAPS])
@pytest.mark.parametrize("method", METHODS)
def test_every_map_opens_with_every_method_from_a_link(open_page, key, method):
    app = open_page("fixed_points", map=key, method=method, formula="exp(-x)" * (key == "own"))
    assert not app.exception
    assert not app.error
    assert app.selectbox(key="map").value == key
    assert stage(app)["frames"]


@pytest.mark.parametrize(
    ("query", "expected", "words"),
    [
        ({"map": "line", "line-a": "0.5", "line-b": "1"}, "2.000000", "settles at 2"),
        ({"map": "line", "line-a": "1", "line-b": "1"}, "–", "No fixed point"),
        ({"map": "line", "line-a": "-1"}, "–", "between two points"),
        ({"map": "heron"}, "1.414214", "after 5 steps"),
        ({"map": "inverse"}, "–", "between two points, 1 and 2"),
        ({"map": "logistic", "logistic-r": "3.5"}, "–", "between four points"),
        ({"map": "tanh", "tanh-x0": "-0.1"}, "−0.957504", "settles"),
        ({"map": "square"}, "–", "runs away"),
        ({"map": "cos", "method": "Newton"}, "0.739085", "7 steps"),
        ({"map": "cos", "method": "Anderson"}, "0.739085", "7 evaluations"),
        ({"map": "cos", "method": "damped", "h": "0.5"}, "0.739085", "10 steps"),
        ({"formula": "exp(-x)"}, "0.567143", "settles"),
    ],
)
def test_a_linked_map_shows_its_limit_and_behaviour(open_page, query, expected, words):
    app = open_page("fixed_points", **query)
    assert not app.exception
    assert limit(app) == expected
    assert words in said(app)


def test_the_view_includes_the_jump_of_newton():
    found = lesson(choice(method="Newton"))
    assert found.xs[1] == pytest.approx(8.7162, abs=1e-4)
    assert found.view[1] >= 8.7162


def test_a_typed_formula_is_drawn(open_page):
    app = open_page("fixed_points")
    app.text_input(key="formula").set_value("1/2 (x + 5/x)").run()
    assert app.selectbox(key="map").value == "own"
    assert limit(app) == f"{math.sqrt(5):.6f}"
    app.selectbox(key="map").set_value("cos").run()
    assert app.text_input(key="formula").value == ""
    assert limit(app) == "0.739085"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2 cis(x)", "At character 3"),
        ("__import__('os')", "cannot stand here"),
        ("x" * 10_000, "at most 200 characters"),
        ("(" * 60 + "x" + ")" * 60, "nested"),
        ("9^9^9^9^9", "larger than any number"),
        ("y", "not known here"),
    ],
)
def test_a_faulty_formula_gives_a_sentence_and_keeps_the_picture(open_page, text, words):
    app = open_page("fixed_points", map="tanh")
    before = stage(app)["data"][-4]["y"]
    app.text_input(key="formula").set_value(text).run()
    assert not app.exception
    (error,) = app.error
    assert words in error.value
    assert stage(app)["data"][-4]["y"] == before
    app.text_input(key="formula").set_value("cos(x)").run()
    assert not app.error
    assert limit(app) == "0.739085"


@pytest.mark.parametrize(
    ("text", "x0", "words"),
    [
        ("1/x", 0.0, "at 0 the value is infinite"),
        ("log(-1)", 1.0, "there is no value"),
        ("log(x)", 2.0, "there is no value"),
        ("exp(exp(exp(x)))", 1.0, "runs away"),
        ("x", 1.0, "every point is fixed"),
        ("7", 1.0, "settles at 7 after 1 step"),
        ("abs(x)", 1.0, "stands still"),
    ],
)
def test_a_map_without_a_usual_picture_gives_a_sentence(open_page, text, x0, words):
    app = open_page("fixed_points", map="own", formula=text, **{"own-x0": str(x0)})
    assert not app.exception
    assert not app.error
    assert words in said(app)
    assert stage(app)["data"]


def test_an_empty_view_is_refused_with_a_sentence(open_page):
    query = {"map": "own", "formula": "cos(x)", "own-low": "3", "own-high": "1"}
    app = open_page("fixed_points", **query)
    assert not app.exception
    (error,) = app.error
    assert "larger than" in error.value


@pytest.mark.parametrize("k", range(len(tasks.TRY)))
def test_what_to_try_sets_the_page(open_page, k):
    app = open_page("fixed_points", map="tanh", method="damped")
    app.button(key=f"try-{k}").click().run()
    assert not app.exception
    assert not app.error
    for key, value in {"method": "Picard", **tasks.TRY[k].settings}.items():
        assert app.session_state[key] == value


def test_the_link_contains_what_differs_from_the_defaults(open_page):
    app = open_page("fixed_points")
    app.button(key="try-3").click().run()
    component = app.get("bidi_component")
    assert any('"logistic-r":"3.5"' in str(c.proto).replace("\\", "").replace(" ", "")
               for c in component)  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("key", ["cos", "heron", "tanh"])
def test_the_box_runs_and_prints_the_limit_and_the_evaluations_of_the_page(key, method):
    found = lesson(choice(key, method))
    assert "deq.solve" in code.code(found)
    assert len(code.code(found).splitlines()) <= 8
    said = printed(code.code(found))
    assert said == f"settles at {float(found.xs[-1]):.4g}, evaluations: {found.evals}\n"


def test_a_second_start_is_drawn_beside_the_first_and_played_with_it(open_page):
    app = open_page("fixed_points", map="logistic", second="true", **{"logistic-r": "4"})
    figure = stage(app)
    (second,) = [trace for trace in figure["data"] if trace.get("name") == "second"]
    assert second["y"][:2] == [0.201, round(4 * 0.201 * 0.799, 4)]
    assert second["xaxis"] == "x2"
    at = figure["data"].index(second)
    frame = figure["frames"][6]  # three steps
    assert frame["traces"][0] == at
    assert len(frame["data"][0]["x"]) == 4
    assert "apart at step 8" in json.dumps(figure["layout"])
    assert not app.toggle(key="second").disabled
    app = open_page("fixed_points", map="logistic", second="true", method="Newton")
    assert app.toggle(key="second").disabled
    assert "second" not in [trace.get("name") for trace in stage(app)["data"]]


def test_the_csv_has_every_digit(open_page):
    found = lesson(choice())
    rows = list(csv.DictReader(io.StringIO(words.iterates_csv(found))))
    x = np.array([float(row["x"]) for row in rows])
    assert len(x) == 34
    np.testing.assert_array_equal(x[1:], np.array([float(row["g(x)"]) for row in rows])[:-1])
    np.testing.assert_allclose(x[1:], np.cos(x[:-1]), rtol=1e-15)
    np.testing.assert_allclose([float(row["error"]) for row in rows], abs(x - COS), atol=1e-15)


def test_the_methods_take_the_known_numbers_of_steps():
    paths = lesson(choice()).paths
    assert {name: path.steps for name, path in paths.items()} == {
        "Picard": 33,
        "damped": 10,
        "Anderson": 6,
        "Newton": 7,
    }
    assert int(paths["Anderson"].evals[-1]) == 7


def test_errors_are_measured_from_the_end_of_each_method():
    found = lesson(choice("exponential"))  # iteration ends at 0.357, Newton at 2.153
    for name, (_, error) in errors(found).items():
        assert float(error[-1]) < 1e-5, name


def test_basins_and_contraction_of_the_neuron():
    land = lesson(choice("tanh")).landscape
    starts = np.linspace(-1.5, 1.5, len(land.basins))
    kinds = [point.kind for point in land.points]
    assert kinds == ["stable", "unstable", "stable"]
    np.testing.assert_array_equal(land.basins.numpy(), np.where(starts < 0, 0, 2))
    (left, right) = land.contraction
    edge = math.acosh(math.sqrt(2)) / 2  # 2/cosh²(2x) = 1
    assert left[1] == pytest.approx(-edge)
    assert right[0] == pytest.approx(edge)


@pytest.mark.parametrize("text", ["1/x", "tan(x)", "x^x", "sqrt(x)", "1/(x-x)", "sign(x)", "3"])
@pytest.mark.parametrize("method", METHODS)
def test_maps_with_poles_and_jumps_work_with_every_method(text, method):
    wild = Choice(text, (), (-4.0, 4.0), 0.5, method)
    found = lesson(wild)
    assert words.verdict(found)
    assert len(found.corners) == 2 * len(found.xs) - 1
    assert words.race(found).count("\n") == 5
