"""The Solver race page, opened through app.py."""

import json
import re

import pytest
import torch

from deq.race import SolverSettings, problem, race
from pages.parts.shared.settings import defaults
from pages.parts.solvers import controls, tasks, words
from pages.parts.solvers.controls import PROBLEMS
from tests.pages.code_box import printed


def spec(app):
    (chart,) = app.get("plotly_chart")
    return json.loads(chart.proto.spec)


def said(app):
    return " ".join(m.value for m in app.markdown)


def headings(app):
    return [heading.value for heading in app.header]


def test_the_first_picture_is_complete(open_page):
    app = open_page("solvers")
    figure = spec(app)
    assert {"Picard", "Anderson", "Newton"} <= {trace.get("name") for trace in figure["data"]}
    assert len(figure["frames"]) > 20
    assert "with 6 evaluations" in said(app)
    assert "| Picard | 6 |" in said(app)
    assert "in place of your drawing" in app.code[0].value
    assert not app.exception


@pytest.mark.parametrize("name", PROBLEMS)
@pytest.mark.parametrize("way", ["forward", "backward"])
def test_every_problem_has_a_figure_or_a_sentence(open_page, name, way):
    app = open_page("solvers", problem=name, way=way)
    assert not app.exception
    assert not app.error
    if (name, way) == ("no equilibrium", "backward"):
        assert "No solver finds an equilibrium" in app.warning[0].value
    else:
        assert not app.warning
        assert spec(app)["data"]


@pytest.mark.parametrize("tolerance", ["1e-1", "1e-4", "1e-10"])
@pytest.mark.parametrize("name", ["MNIST digit", "three speeds", "one hard member"])
def test_where_the_table_says_settled_its_residual_is_at_most_the_limit(open_page, name, tolerance):
    name = controls.MNIST if name == "MNIST digit" else name
    app = open_page("solvers", problem=name, tolerance=tolerance)
    (table,) = [m.value for m in app.markdown if m.value.startswith("| Solver")]
    head, _, *rows = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in table.split("\n")
    ]
    limit = re.fullmatch(r"Residual \(limit (\S+)\)", head[3])
    assert limit
    assert as_float(limit[1]) == float(tolerance)
    settled = [as_float(row[3]) for row in rows if row[4].startswith("settled")]
    assert settled or tolerance == "1e-10"
    assert all(residual <= float(tolerance) for residual in settled)


def as_float(text):
    return float(text.replace("−", "-"))


def test_the_pad_is_shown_only_for_the_drawing(open_page):
    app = open_page("solvers")
    assert "Draw here" in headings(app)
    app.selectbox(key="problem").set_value(controls.MNIST).run()
    assert "Draw here" not in headings(app)
    app.selectbox(key="problem").set_value(controls.DRAWING).run()
    before = spec(app)["data"]
    number = app.session_state["drawing"].pills
    app.button_group(key=f"example-{number}").set_value("0").run()
    assert spec(app)["data"] != before
    assert not app.exception


def test_the_smallest_cap_and_the_axis_in_seconds(open_page):
    app = open_page("solvers", problem="three speeds", cap="1", over="seconds")
    assert "Nobody settles: all reached the cap" in said(app)
    app.number_input(key="cap").set_value(400).run()
    assert " in " in said(app)
    assert "seconds" in spec(app)["layout"]["xaxis"]["title"]["text"]


def test_an_empty_pad_gives_a_sentence_and_another_problem_still_runs(open_page):
    app = open_page("solvers")
    app.session_state["drawing"].show([])
    app.run()
    assert "Or pick a digit of MNIST" in app.warning[0].value
    app.selectbox(key="problem").set_value("spiral").run()
    assert not app.warning


@pytest.mark.parametrize("k", range(len(tasks.TRY)))
def test_what_to_try_sets_the_page(open_page, k):
    app = open_page("solvers", problem="stiff", tolerance="1e-2")
    app.button(key=f"try-{k}").click().run()
    for name, value in {**defaults(controls.Settings), **tasks.TRY[k].settings}.items():
        if name in app.session_state:
            assert app.session_state[name] == value
    assert not app.exception


@pytest.mark.parametrize(("name", "backward"), [("digit", False), ("spiral", True)])
def test_the_code_on_the_page_runs(name, backward):
    text = words.code(name, 7, backward=backward, tol=1e-3)
    lines = printed(text).splitlines()
    assert len(lines) == 8
    assert "CONVERGED" in lines[0]


def test_words_name_the_fastest_solver_and_the_samples_that_finish_after_it():
    todo = problem("one hard member")
    results = race(todo, SolverSettings(), tol=1e-4)
    text = words.verdict(todo, results, seconds=False)
    best = min((result for result in results if result.converged), key=lambda result: result.nfe)
    assert text.startswith(best.name)
    assert "7 members finish after" in text
    rows = words.table(todo, results, tol=1e-4).splitlines()
    assert rows[2].startswith(f"| {best.name} | {best.nfe}")
    assert len(words.numbers(results).splitlines()) == 1 + sum(
        len(result.evals) for result in results
    )


def test_words_when_no_solver_converges():
    torch.manual_seed(0)
    todo = problem("no equilibrium")
    results = race(todo, tol=1e-4, max_evals=50)
    assert words.verdict(todo, results, seconds=True).startswith("Nobody settles")
