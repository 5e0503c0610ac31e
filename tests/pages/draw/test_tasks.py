"""The tasks of the Draw page and its code box: what is asked can be read from what is then seen."""

import csv
import io
import itertools
import re
import shutil

import numpy as np
import pytest

from deq.digits import example, prepare
from deq.figures.shared.cloud import Cloud
from deq.models import load
from deq.models.weights import SHIPPED, load_file
from pages.parts.draw import tasks
from pages.parts.pad import subject
from pages.parts.shared.own_model import Own
from tests.browser.driver import drawings
from tests.digits.hand_made import in_a_row
from tests.pages.code_box import boxes, printed
from tests.pages.draw.test_draw import answer, chart, drawn
from tests.pages.draw.test_draw import words as said


def pressed(app, label):
    (k,) = [k for k, task in enumerate(tasks.TRY) if task.label == label]
    app.button(key=f"try-{k}").click().run()
    assert not app.exception
    assert not app.error
    assert asked(app) == [label]
    return app


def asked(app):
    """The labels of the questions above the figure."""
    found = [re.match(r":material/help: \*\*(.+?)\.\*\*", m.value) for m in app.markdown]
    return [match[1] for match in found if match]


def evaluations(app):
    return int(re.search(r"\*\*(\d+)\*\* evaluations", said(app))[1])


def digits_on_the_way(app):
    """The digits that the point shows while the path is played."""
    steps = chart(app, "path-2d-chart")["layout"]["sliders"][0]["steps"]
    return [step["label"].split(": ")[1].removeprefix("reads ")[0] for step in steps]


def end(app):
    path = chart(app, "path-2d-chart")["data"][-2]
    return np.array([path["x"][-1], path["y"][-1]])


def test_a_task_keeps_a_drawing_and_sets_everything_else(open_page):
    app = open_page("draw", solver="Anderson", tol="1e-2")
    app.session_state["pad"] = drawn(drawings()["2 by writer 25"])
    app.run()
    pressed(app, "Picard in place of the ODE")
    assert answer(app) == "2"
    assert app.session_state["solver"] == "Picard"
    assert app.session_state["tol"] == "1e-3"
    app.button(key="asked-close").click().run()
    assert answer(app) == "2"
    assert asked(app) == []


@pytest.mark.parametrize("writer", ["15", "30"])
def test_stroke_by_stroke_only_the_last_one_makes_it_a_4(open_page, writer):
    app = pressed(open_page("draw"), "Stroke by stroke")
    strokes = drawings()[f"4 by writer {writer}"]
    assert len(strokes) == 2
    app.session_state["pad"] = drawn(strokes[:1])
    app.run()
    assert answer(app) != "4"
    app.session_state["pad"] = drawn(strokes)
    app.run()
    assert answer(app) == "4"


def test_between_4_and_9_the_point_shows_another_digit_first_and_ends_unsure(open_page):
    app = pressed(open_page("draw"), "Between 4 and 9")
    digits = digits_on_the_way(app)
    assert sum(a != b for a, b in itertools.pairwise(digits)) == 1
    assert digits[-1] == "4"
    assert "Perhaps a 4 — could be a 9, but I am not sure." in said(app)
    number = app.session_state["drawing"].pills
    assert app.pills(key=f"example-{number}").value == "4 or 9"


def test_a_scribble_converges_and_is_no_digit(open_page):
    app = pressed(open_page("draw"), "A scribble")
    assert answer(app) == "–"
    assert "**converged**" in said(app)


def test_a_smiley_converges_and_the_page_says_what_it_is_called_and_how_surely(open_page):
    app = pressed(open_page("draw"), "Draw a smiley")
    assert "**converged**" in said(app)
    read = load("digits").predict(prepare(example("smiley")))
    assert f"**{read.reason}**" in said(app)
    assert answer(app) == ("–" if read.verdict == "not a digit" else str(read.digit))
    (bars,) = chart(app, "bars-chart")["data"]
    assert max(bars["x"]) == pytest.approx(100 * float(read.probabilities.max()), abs=0.01)
    assert bars["text"][int(read.probabilities.argmax())].endswith(" %")
    app.button(key="clear").click().run()
    assert answer(app) == "–"


def test_a_random_start_ends_in_the_same_place(open_page):
    app = open_page("draw")
    zero = end(app)
    pressed(app, "A random start")
    ends = [end(app)]
    app.number_input(key="seed").set_value(2).run()
    ends.append(end(app))
    for other in ends:
        np.testing.assert_allclose(other, zero, atol=0.1)  # of a map that is 20 wide


def test_the_ode_spends_more_than_picard(open_page):
    app = open_page("draw")
    ode = evaluations(app)
    assert 5 * evaluations(pressed(app, "Picard in place of the ODE")) < ode


def test_a_loose_tolerance_reads_the_same_digit_for_less(open_page):
    app = pressed(open_page("draw"), "A loose tolerance")
    loose = answer(app), evaluations(app)
    app.select_slider(key="tol").set_value("1e-5").run()
    assert answer(app) == loose[0]
    assert evaluations(app) > 3 * loose[1]


@pytest.mark.parametrize(
    "query",
    [
        {"example": "7", "solver": "ODE adaptive_heun", "tol": "1e-2"},
        {"example": "4 or 9", "solver": "Anderson", "tol": "1e-1", "start": "random", "seed": "77"},
        {"example": "8", "solver": "ODE dopri8", "tol": "1e-4", "start": "random", "seed": "3"},
    ],
)
def test_the_code_carries_every_setting(open_page, query):
    app = open_page("draw", **query)
    ((code, says),) = boxes(app)
    assert printed(code) == f"{says}\n"
    assert str(evaluations(app)) in says


@pytest.mark.parametrize(
    ("strokes", "brush", "sentence"),
    [
        (drawings()["7 by writer 30"], 22, "Looks like a 7"),
        ([s.tolist() for s in in_a_row("42")], 10, "That is more than one digit: it looks like"),
    ],
    ids=["7", "42"],
)
def test_the_code_reads_a_drawing_from_the_file_that_the_page_offers(
    open_page, tmp_path, strokes, brush, sentence
):
    app = open_page("draw", solver="Picard")
    app.session_state["pad"] = drawn(strokes, brush)
    app.run()
    (tmp_path / "drawing.png").write_bytes(subject.png(app.session_state["drawing"].rgba()))
    ((code, says),) = boxes(app)
    assert printed(code, tmp_path) == f"{says}\n"
    assert says.startswith(sentence)
    assert "Drawing (PNG)" in [b.proto.label for b in app.get("download_button")]


def test_the_code_reads_a_network_of_the_visitors_own_from_its_file(open_page, tmp_path):
    file = tmp_path / "weights.safetensors"
    shutil.copy(SHIPPED, file)
    model = load_file(file)
    app = open_page("draw", example="6")
    cloud = Cloud.of(model.cloud_points, model.cloud_labels)
    app.session_state["own-model"] = Own(model, cloud, "from a file")
    app.run()
    assert "Your own network reads" in said(app)
    ((code, says),) = boxes(app)
    assert file.name in code
    assert printed(code, tmp_path) == f"{says}\n"


def test_an_empty_pad_has_no_code(open_page):
    app = open_page("draw")
    app.button(key="clear").click().run()
    assert not app.code


def test_the_csv_has_the_residual_that_is_tested():
    from deq.figures import trajectory_csv

    read = load("digits").predict(prepare(example("3")), tol=1e-1)
    way = read.solution.trajectory
    text = trajectory_csv(
        way.t,
        way.residual[:, 0],
        way.relative_residual[:, 0],
        read.path_points,
        read.path_probabilities,
    )
    last = list(csv.DictReader(io.StringIO(text)))[-1]
    assert float(last["relative_residual"]) == float(read.solution.relative_residual[0]) <= 1e-1
    assert float(last["residual"]) > 1e-1


def test_alt_texts_say_what_the_figures_show(open_page):
    app = open_page("draw", example="4 or 9")
    alts = {c.proto.id.split("-")[-2]: c.proto.alt for c in app.get("plotly_chart")}
    assert "from 0.11 on, 4 is the most likely" in " ".join(alts.values())
    other = open_page("draw", example="5", tol="1e-2")
    assert alts != {c.proto.id.split("-")[-2]: c.proto.alt for c in other.get("plotly_chart")}


def test_while_the_3_grows_its_equilibrium_never_jumps_and_late_becomes_a_3(open_page):
    app = pressed(open_page("draw"), "When did it become a 3?")
    (told,) = [c.value for c in app.caption if "of the ink on it" in c.value]
    since = int(re.search(r"From \*\*(\d+) %\*\*", told)[1])
    assert "reads **3**" in told
    figure = chart(app, "path-2d-chart")
    read = [step["label"] for step in figure["layout"]["sliders"][0]["steps"]]
    ink = [float(label.split(":")[0].removeprefix("ink = ")) for label in read]
    assert ink[-1] == 1
    for share, label in zip(ink, read, strict=True):  # labels have three digits, the sentence two
        assert ("reads 3" in label) or 100 * share < since + 1
    assert "reads 3" not in read[0]
    evals, cold = re.search(r"\*\*(\d+)\*\* evaluations.*z₀ \*\*(\d+)\*\*", told).groups()
    assert int(evals) < int(cold)
    # No step is as long as half of the map.
    path = np.array([figure["data"][-2][axis] for axis in "xy"]).T
    span = np.ptp(np.array(load("digits").cloud_points)[:, :2], axis=0)
    assert (np.abs(np.diff(path, axis=0)) < span / 2).all()


def test_without_strokes_there_is_no_drawing_to_play(open_page):
    app = open_page("draw", play="the drawing")
    app.button(key="clear").click().run()
    assert not app.exception
    assert not app.error
    assert any("There are no strokes to draw again" in c.value for c in app.caption)


CLAIMS = {
    "Stroke by stroke": test_stroke_by_stroke_only_the_last_one_makes_it_a_4,
    "Between 4 and 9": test_between_4_and_9_the_point_shows_another_digit_first_and_ends_unsure,
    "A scribble": test_a_scribble_converges_and_is_no_digit,
    "Draw a smiley": test_a_smiley_converges_and_the_page_says_what_it_is_called_and_how_surely,
    "A random start": test_a_random_start_ends_in_the_same_place,
    "Picard in place of the ODE": test_the_ode_spends_more_than_picard,
    "A loose tolerance": test_a_loose_tolerance_reads_the_same_digit_for_less,
    "When did it become a 3?": (
        test_while_the_3_grows_its_equilibrium_never_jumps_and_late_becomes_a_3
    ),
}


def test_the_answer_to_each_task_is_tested():
    assert list(CLAIMS) == [task.label for task in tasks.TRY]
