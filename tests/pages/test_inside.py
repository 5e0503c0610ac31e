"""The page "One equilibrium", opened through app.py."""

import json
import re

import numpy as np
import pytest

from deq.digits import example, prepare
from deq.digits.mnist import load_subset
from deq.inside import SMUDGES, Scene, depth, kick, sensitivity, smudge, spectrum
from deq.models import load
from pages.parts.inside import controls, tasks, words
from pages.parts.inside.lesson import SECTIONS
from pages.parts.pad import link, subject
from pages.parts.pad.subject import DRAWING, MNIST
from pages.parts.shared.settings import defaults
from tests.pages.code_box import boxes, printed


def specs(app):
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def said(app):
    return " ".join(m.value for m in app.markdown)


@pytest.mark.parametrize("gain", ["1", "7", "0"])
@pytest.mark.parametrize("see", SECTIONS)
def test_every_view_has_its_figures_and_a_sentence(open_page, see, gain):
    app = open_page("inside", see=see, gamma=gain)
    assert not app.exception
    assert not app.error
    assert not app.warning
    assert all(spec["data"] for spec in specs(app))
    assert specs(app)
    assert words.LOOK_FOR[see].split("**")[1] in " ".join(c.value for c in app.caption)


def test_the_sentence_says_whether_the_equilibrium_holds(open_page):
    app = open_page("inside")
    assert "Iteration and flow both return to z" in said(app)
    app.slider(key="gamma").set_value(8.0).run()
    assert "No equilibrium was found" in said(app)
    app = open_page("inside", see="kick")
    assert "It returns" in said(app)
    app.slider(key="gamma").set_value(8.0).run()
    assert "It does not return" in said(app)
    app.slider(key="when").set_value(0.0).run()
    assert not app.error


@pytest.mark.parametrize("kind", SMUDGES)
def test_every_smudge_has_a_sentence(open_page, kind):
    app = open_page("inside", see="smudge", kind=kind)
    assert not app.error
    assert "answer" in said(app) or "However much" in said(app)


def test_a_digit_of_mnist_and_an_empty_pad(open_page):
    app = open_page("inside", see="depth", of="MNIST digit", digit="3000")
    assert "6" in said(app)
    first = specs(app)
    app.number_input(key="digit").set_value(0).run()
    assert specs(app) != first
    assert "load_subset()[0][0] / 255\n" in app.code[0].value
    app = open_page("inside")
    app.session_state["drawing"].show([])
    app.run()
    assert "Or pick a digit of MNIST" in app.warning[0].value


@pytest.mark.parametrize("k", range(len(tasks.TRY)))
def test_what_to_try_sets_the_page(open_page, k):
    app = open_page("inside", see="channels", gamma="3")
    app.button(key=f"try-{k}").click().run()
    wanted = {**defaults(controls.Settings), **tasks.TRY[k].settings}
    for name, value in wanted.items():
        if name in app.session_state:
            assert app.session_state[name] == value
    assert not app.exception
    assert not app.error


@pytest.mark.parametrize(
    ("see", "gain"), [*((see, "1.5") for see in SECTIONS), ("eigenvalues", "7"), ("depth", "7")]
)
def test_the_code_carries_every_setting(open_page, see, gain):
    settings = {
        "kick": {"when": "2.5", "size": "0.7", "seed": "5"},
        "starts": {"seed": "9"},
        "smudge": {"kind": "noise", "seed": "11"},
        "sensitivity": {"logit": "8", "unrolled": "2"},
    }
    app = open_page("inside", see=see, gamma=gain, example="8", **settings.get(see, {}))
    ((code, says),) = boxes(app)
    assert "example('8')" in code
    assert f"gain={gain}" in code
    assert printed(code) == f"{says}\n"


@pytest.mark.parametrize("see", SECTIONS)
def test_the_code_prints_numbers_of_the_verdict(open_page, see):
    app = open_page("inside", see=see)
    ((_, says),) = boxes(app)
    numbers = re.findall(r"\d+(?:\.\d+)?", says)
    verdict = next(m.value for m in app.markdown if re.fullmatch(r"\*\*.*\*\*", m.value))
    assert numbers
    assert set(numbers) <= set(re.findall(r"\d+(?:\.\d+)?", verdict)) | {"1"}


def test_the_code_reads_a_drawing_from_the_file_that_the_page_offers(open_page, tmp_path):
    app = open_page("inside", ink=link.encode([np.array([[140.0, 40], [140, 240]])], [22]))
    (tmp_path / "drawing.png").write_bytes(subject.png(app.session_state["drawing"].rgba()))
    ((code, says),) = boxes(app)
    assert printed(code, tmp_path) == f"{says}\n"
    labels = [button.proto.label for button in app.get("download_button")]
    assert "Drawing (PNG)" in labels
    assert "Drawing (PNG)" in code


def pressed(open_page, label):
    """The page after this task, and the digit and gain that it shows."""
    app = open_page("inside")
    (k,) = [k for k, task in enumerate(tasks.TRY) if task.label == label]
    app.button(key=f"try-{k}").click().run()
    assert not app.exception
    now = tasks.TRY[k].settings
    kind, place = now.get("of", DRAWING), now.get("digit", subject.USUAL)
    image = load_subset()[0][place] / 255 if kind == MNIST else prepare(example("3"))
    return app, Scene.of(load("digits"), image, now.get("gamma", 1.0))


def hundredfold(found):
    """Steps of iteration until a hundredth of the distance is left."""
    return int((found.distances < 0.01 * found.distances[0]).nonzero()[0, 0])


def test_held_firmly_and_close_to_the_edge_steps_follow_from_the_outermost_eigenvalue(open_page):
    _, scene = pressed(open_page, "Held firmly")
    firm = spectrum(scene)
    app, scene = pressed(open_page, "Close to the edge")
    edge = spectrum(scene)
    assert firm.radius < 0.4
    assert hundredfold(firm) <= 5
    assert 0.9 < edge.radius < 1
    assert hundredfold(edge) >= 8 * hundredfold(firm)
    assert "both return to z" in said(app)


def test_a_hard_kick_returns_along_the_dashed_line(open_page):
    app, scene = pressed(open_page, "A hard kick")
    found = kick(scene, size=3.0)
    t, decay = found.decay
    distances = found.distances[found.index :]
    soon = t - t[0] < 3
    slope = (distances[soon].log()[-1] - distances[soon].log()[0]) / (t[soon][-1] - t[0])
    assert float(slope) == pytest.approx(-1, abs=0.05)
    assert float((decay / distances)[soon].log().abs().max()) < 0.2
    names = [trace.get("name") for spec in specs(app) for trace in spec["data"]]
    assert "e⁻ᵗ" in names


def test_no_way_back_the_distance_grows(open_page):
    app, scene = pressed(open_page, "No way back")
    found = kick(scene)
    assert not scene.converged
    assert found.separation[-1] > found.separation[found.index]
    assert "the kick has grown" in said(app)


def test_as_few_layers_as_possible_the_answer_needs_fewer_than_the_state(open_page):
    _, scene = pressed(open_page, "As few layers as possible")
    found = depth(scene)
    assert found.decided < hundredfold(found)


def test_twenty_starts_end_at_one_equilibrium(open_page):
    app, _ = pressed(open_page, "Twenty starts")
    assert "All 20 end at the same z" in said(app)


def test_a_corner_erased_the_answer_jumps_where_the_state_does_not_move_most(open_page):
    _, scene = pressed(open_page, "A corner erased")
    found = smudge(scene, "bottom left erased")
    assert found.flip is not None
    assert 0 < found.steps[found.flip] < found.steps.max()


def test_why_it_is_no_9_ink_where_orange_is_strongest_makes_it_one(open_page):
    app, scene = pressed(open_page, "Why it is no 9")
    assert "logit of 9" in said(app)
    found = sensitivity(scene, digit=9)
    best = found.implicit.masked_fill(scene.image > 0.3, 0).flatten().topk(8).indices
    assert (best // 28).max() <= 10  # the gap at the top, between the arms of the 4
    assert (best % 28).float().std() < 3
    inked = scene.image.flatten().clone()
    inked[best] = 1.0
    assert load("digits").predict(scene.image).digit == 4
    assert load("digits").predict(inked.reshape(28, 28)).digit == 9


_EDGE = test_held_firmly_and_close_to_the_edge_steps_follow_from_the_outermost_eigenvalue
CLAIMS = {
    "Held firmly": _EDGE,
    "Close to the edge": _EDGE,
    "A hard kick": test_a_hard_kick_returns_along_the_dashed_line,
    "No way back": test_no_way_back_the_distance_grows,
    "As few layers as possible": (
        test_as_few_layers_as_possible_the_answer_needs_fewer_than_the_state
    ),
    "Twenty starts": test_twenty_starts_end_at_one_equilibrium,
    "A corner erased": test_a_corner_erased_the_answer_jumps_where_the_state_does_not_move_most,
    "Why it is no 9": test_why_it_is_no_9_ink_where_orange_is_strongest_makes_it_one,
}


def test_the_answer_to_each_task_is_tested():
    assert list(CLAIMS) == [task.label for task in tasks.TRY]
