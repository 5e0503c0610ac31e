"""The race page from its entry point."""

import json

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
def test_every_problem_has_its_picture_or_a_sentence(open_page, name, way):
    app = open_page("solvers", problem=name, way=way)
    assert not app.exception
    assert not app.error
    if (name, way) == ("no equilibrium", "backward"):
        assert "No solver finds an equilibrium" in app.warning[0].value
    else:
        assert not app.warning
        assert spec(app)["data"]


def test_the_pad_is_there_for_a_drawing_only(open_page):
    app = open_page("solvers")
    assert "Draw here" in said(app)
    app.selectbox(key="problem").set_value(controls.MNIST).run()
    assert "Draw here" not in said(app)
    app.selectbox(key="problem").set_value(controls.DRAWING).run()
    before = spec(app)["data"]
    number = app.session_state["drawing"].pills
    app.button_group(key=f"example-{number}").set_value("0").run()
    assert spec(app)["data"] != before
    assert not app.exception


def test_a_cap_of_one_and_seconds(open_page):
    app = open_page("solvers", problem="three speeds", cap="1", over="seconds")
    assert "Nobody settles: all reached the cap" in said(app)
    app.number_input(key="cap").set_value(400).run()
    assert " in " in said(app)
    assert "seconds" in spec(app)["layout"]["xaxis"]["title"]["text"]


def test_an_empty_pad_is_a_sentence_and_another_problem_still_runs(open_page):
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


def test_words_name_the_winner_and_who_is_frozen():
    todo = problem("one hard member")
    laps = race(todo, SolverSettings(), tol=1e-4)
    text = words.verdict(todo, laps, seconds=False)
    best = min((lap for lap in laps if lap.converged), key=lambda lap: lap.nfe)
    assert text.startswith(best.name)
    assert "7 members finish after" in text
    rows = words.table(todo, laps).splitlines()
    assert rows[2].startswith(f"| {best.name} | {best.nfe}")
    assert len(words.numbers(laps).splitlines()) == 1 + sum(len(lap.evals) for lap in laps)


def test_words_when_nobody_settles():
    torch.manual_seed(0)
    todo = problem("no equilibrium")
    laps = race(todo, tol=1e-4, max_evals=50)
    assert words.verdict(todo, laps, seconds=True).startswith("Nobody settles")
