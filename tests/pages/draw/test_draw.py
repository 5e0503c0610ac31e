"""The Draw page's script: what a visitor sees after each choice and each drawing."""

import base64
import io
import json
import re

import numpy as np
import pytest
from PIL import Image

from deq.digits import render
from pages.parts.pad import link
from pages.parts.pad.examples import FIRST
from pages.parts.shared.numbers import number
from tests.browser.driver import drawings
from tests.digits.hand_made import in_a_row


def answer(app):
    """The digit on the page."""
    return app.metric[0].value


def chart(app, key):
    """One chart's specification."""
    (found,) = [c for c in app.get("plotly_chart") if key in c.proto.id]
    return json.loads(found.proto.spec)


def drawn(strokes, brush=22):
    """The canvas's value after these strokes were drawn."""
    picture = io.BytesIO()
    Image.fromarray(render([np.asarray(s) for s in strokes], 280, brush)).save(picture, "PNG")
    objects = [
        {"path": [["M", *s[0]], *(["L", *p] for p in s[1:])], "strokeWidth": brush} for s in strokes
    ]
    data = "data:image/png;base64," + base64.b64encode(picture.getvalue()).decode()
    return {"drawing": {"raw": {"objects": objects}, "data": data}}


def words(app):
    """All text on the page."""
    return "\n".join([*(m.value for m in app.markdown), *(c.value for c in app.caption)])


def test_the_first_visit_shows_a_digit_its_answer_and_its_path(open_page):
    app = open_page("draw")
    assert answer(app) == FIRST
    assert chart(app, "path-2d-chart")["frames"]
    assert f"Looks like a {FIRST}" in words(app)


@pytest.mark.parametrize("digit", range(10))
def test_each_example_is_read_as_its_own_digit(open_page, digit):
    assert answer(open_page("draw", example=str(digit))) == str(digit)


def test_hard_examples_are_called_ambiguous_or_no_digit(open_page):
    between = words(open_page("draw", example="4 or 9"))
    assert "could be a" in between
    app = open_page("draw", example="scribble")
    assert answer(app) == "–"
    assert "it looks like something else" in words(app)
    assert "**converged**" in words(app)  # convergence is not confidence


@pytest.mark.parametrize("name", ["0 by writer 15", "7 by writer 30"])
def test_a_drawing_is_read_as_its_digit(open_page, name):
    app = open_page("draw")
    app.session_state["pad"] = drawn(drawings()[name])
    app.run()
    assert answer(app) == name[0]


def test_all_pictures_come_from_one_solve(open_page):
    app = open_page("draw", solver="Picard")
    path, residual = chart(app, "path-2d-chart"), chart(app, "residuals-chart")
    opinions, bars = chart(app, "opinions-chart"), chart(app, "bars-chart")
    states = len(path["data"][-2]["x"])
    (line,) = [trace for trace in residual["data"] if trace["name"] == "residual"]
    assert len(line["x"]) == states == len(opinions["data"][0]["x"])
    for digit, share in zip(bars["data"][0]["y"], bars["data"][0]["x"], strict=True):
        (course,) = [trace for trace in opinions["data"] if trace["name"] == digit]
        assert course["y"][-1] == pytest.approx(share, abs=0.02)


@pytest.mark.parametrize("solver", ["ODE dopri5", "ODE dopri8", "ODE bosh3", "Picard", "Anderson"])
def test_every_solver_reads_the_same_digit(open_page, solver):
    app = open_page("draw", solver=solver, example="3")
    assert app.selectbox(key="solver").value == solver
    assert answer(app) == "3"
    assert f"**{solver}**" in words(app)
    assert "**converged**" in words(app)


def test_the_url_sets_the_controls(open_page):
    app = open_page("draw", tol="1e-2", start="random", seed="7", view="3-D", example="6")
    assert app.number_input(key="seed").value == 7
    assert answer(app) == "6"
    assert chart(app, "path-3d-chart")["data"][-1]["type"] == "scatter3d"


@pytest.mark.parametrize(
    "query",
    [{"solver": "nonsense"}, {"tol": "-3"}, {"seed": "ten"}, {"example": "<b>"}, {"view": "9"}],
)
def test_nonsense_in_the_url_falls_back_to_the_defaults(open_page, query):
    app = open_page("draw", **query)
    assert not app.exception
    assert not app.error
    assert answer(app) == FIRST


def test_from_a_random_start_the_solve_ends_at_the_same_equilibrium(open_page):
    def ends(**query):
        path = chart(open_page("draw", tol="1e-4", **query), "path-2d-chart")["data"][-2]
        return np.array([path["x"][0], path["y"][0]]), np.array([path["x"][-1], path["y"][-1]])

    zero, settled = ends()
    one, settled_one = ends(start="random", seed="1")
    again, _ = ends(start="random", seed="1")
    two, settled_two = ends(start="random", seed="2")
    np.testing.assert_array_equal(one, again)
    assert np.linalg.norm(one - zero) > 0
    assert np.linalg.norm(one - two) > 0
    for other in (settled_one, settled_two):
        np.testing.assert_allclose(other, settled, atol=0.02)


def test_a_tighter_tolerance_costs_evaluations_and_lowers_the_residual(open_page):
    def last(tol):
        lines = chart(open_page("draw", solver="Picard", tol=tol), "residuals-chart")["data"]
        (line,) = [trace for trace in lines if trace["name"] == "residual"]
        return len(line["x"]), line["y"][-1]

    loose, tight = last("1e-1"), last("1e-5")
    assert tight[0] > loose[0]
    assert tight[1] < loose[1]


@pytest.mark.parametrize("tol", [None, "1e-1"])
@pytest.mark.parametrize("solver", ["ODE dopri5", "Picard", "Anderson"])
def test_beside_converged_stands_the_number_that_was_tested_and_its_limit(open_page, solver, tol):
    app = open_page("draw", solver=solver, **({"tol": tol} if tol else {}))
    found = re.search(
        r"‖f\(z\) − z‖ / \(1 \+ ‖z‖\) \*\*(.+?)\*\*, tolerance \*\*(.+?)\*\* · \*\*converged\*\*",
        words(app),
    )
    assert found
    shown, limit = found.groups()
    assert limit == number(float(tol or 1e-3))
    assert as_float(shown) <= as_float(limit)
    lines = {trace["name"]: trace for trace in chart(app, "residuals-chart")["data"]}
    assert lines["residual"]["y"][-1] <= float(tol or 1e-3) == lines["tolerance"]["y"][-1]
    assert number(lines["residual"]["y"][-1]) == shown


def as_float(text):
    """A number as `number` writes it: 3.1·10⁻⁴."""
    mantissa, _, exponent = text.partition("·10")
    raised = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    return float(f"{mantissa}e{exponent.translate(raised) or 0}")


def test_clear_and_undo(open_page):
    app = open_page("draw", example="5")  # written in two strokes
    app.button(key="undo").click().run()
    assert len(app.session_state["drawing"].objects) == 1
    app.button(key="clear").click().run()
    assert answer(app) == "–"
    assert "Draw a digit" in words(app)
    assert app.button(key="clear").disabled
    assert app.button(key="undo").disabled


def test_undo_removes_a_stroke_that_arrives_together_with_the_click(open_page):
    """A busy server gets both messages at once."""
    app = open_page("draw")
    two = drawings()["8 by writer 30"]
    app.session_state["pad"] = drawn(two)
    app.button(key="undo").click().run()
    (left,) = app.session_state["drawing"].objects
    assert left["path"] == drawn(two)["drawing"]["raw"]["objects"][0]["path"]
    assert answer(app) == "0"


@pytest.mark.parametrize("name", ["0 by writer 15", "4 by writer 30", "8 by writer 30"])
def test_a_drawing_in_the_address_is_read_like_the_drawing(open_page, name):
    app = open_page("draw")
    app.session_state["pad"] = drawn(drawings()[name], 20)
    app.run()
    link = app.session_state["drawing"].address()
    again = open_page("draw", ink=link, solver="Picard")
    assert answer(again) == answer(app) == name[0]
    assert again.session_state["drawing"].address() == link
    brushes = [stroke["strokeWidth"] for stroke in again.session_state["drawing"].objects]
    assert brushes == [20] * len(drawings()[name])
    again.button(key="clear").click().run()
    assert again.session_state["drawing"].address() == ""


def test_an_example_needs_no_drawing_in_the_address_and_wins_over_one(open_page):
    drawing = link.encode([np.array([[140.0, 40], [140, 240]])], [22])
    app = open_page("draw", ink=drawing, example="5")
    assert answer(app) == "5"
    assert app.session_state["drawing"].address() == ""
    app = open_page("draw", ink=drawing)
    assert answer(app) == "1"
    app.pills(key="example-0").set_value("6").run()
    assert answer(app) == "6"
    assert app.session_state["drawing"].address() == ""


@pytest.mark.parametrize("ink", ["", "nonsense", "2WQAQAQkQB", "1W" + "QAQA" * 9999, "1<b>"])
def test_a_drawing_that_cannot_be_read_gives_the_first_example_and_a_note(open_page, ink):
    app = open_page("draw", ink=ink)
    assert not app.error
    assert answer(app) == FIRST
    assert link.UNREAD in words(app)
    app.button(key="clear").click().run()
    assert link.UNREAD not in words(app)


@pytest.mark.parametrize(
    ("strokes", "brush", "said"),
    [
        ([[[140, 140], [141, 141]]], 12, "only a dot"),
        ([[[x, 0], [x, 280]] for x in range(0, 281, 20)], 40, "covered"),
    ],
)
def test_a_drawing_without_a_digit_is_refused_with_a_reason(open_page, strokes, brush, said):
    app = open_page("draw")
    app.session_state["pad"] = drawn(strokes, brush)
    app.run()
    assert answer(app) == "–"
    assert said in words(app)
    assert not app.error


@pytest.mark.parametrize("solver", ["ODE dopri5", "Anderson"])
def test_a_number_of_two_digits_is_told_so(open_page, solver):
    app = open_page("draw", solver=solver)
    app.session_state["pad"] = drawn([s.tolist() for s in in_a_row("42")], 10)
    app.run()
    assert answer(app) == "–"
    assert "**That is more than one digit: it looks like a 4 and a 2.**" in words(app)
    assert "the state converged" in words(app)
    assert chart(app, "path-2d-chart")["frames"]


def test_a_solve_that_does_not_converge_says_so(open_page, monkeypatch):
    monkeypatch.setattr("pages.parts.shared.engine.MAX_EVALS", 3)
    app = open_page("draw", solver="Picard", tol="1e-5")
    assert "not converged" in words(app)
    assert "Still moving after 3 evaluations" in words(app)


def test_two_visitors_never_share_a_drawing(open_page):
    one, two = open_page("draw", example="1"), open_page("draw", example="8")
    one.session_state["pad"] = drawn(drawings()["7 by writer 15"])
    one.run()
    two.run()
    assert (answer(one), answer(two)) == ("7", "8")


def test_the_drawing_is_still_there_after_a_visit_to_another_page(open_page):
    app = open_page("draw")
    app.session_state["pad"] = drawn(drawings()["2 by writer 25"])
    app.run()
    app.switch_page("pages/home.py").run()
    app.switch_page("pages/draw.py").run()
    assert answer(app) == "2"
