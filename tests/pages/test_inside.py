"""The page "One equilibrium", opened through app.py."""

import json

import pytest

from deq.inside import SMUDGES
from pages.parts.inside import controls, tasks, words
from pages.parts.inside.lesson import SECTIONS
from pages.parts.shared.settings import defaults
from tests.pages.code_box import printed


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
    assert "Iteration and flow both hold it" in said(app)
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


@pytest.mark.parametrize("see", SECTIONS)
def test_the_code_on_the_page_runs(see):
    options = {
        "kick": {"when": 4.0, "size": 1.0, "seed": 0},
        "smudge": {"kind": "noise", "seed": 0},
    }
    text = words.code(see, 7, 1.5, options.get(see, {}))
    assert printed(text).startswith("[")
