"""The gradients page, opened through app.py, and its figure."""

import json

import plotly.graph_objects as go
import pytest

from deq.diagnostics.gradients import Measurement
from deq.figures.gradients.comparison import gradients_over_depth
from pages.parts.gradients import controls, tasks
from pages.parts.shared import settings
from tests.pages.code_box import boxes, printed


def test_the_first_picture_is_complete(open_page):
    app = open_page("gradients")
    (chart,) = [json.loads(c.proto.spec) for c in app.get("plotly_chart")]
    assert len(chart["data"]) == 12
    assert any("times the memory" in m.value for m in app.markdown)
    assert not app.exception


def test_a_gain_without_equilibria_gives_a_sentence(open_page):
    app = open_page("gradients", gain="1.2")
    assert "no exact gradient" in app.warning[0].value
    app.slider(key="gain").set_value(0.4).run()
    assert not app.warning


@pytest.mark.parametrize("k", range(len(tasks.TRY)))
def test_what_to_try_sets_the_page(open_page, k):
    app = open_page("gradients", gain="0.3")
    app.button(key=f"try-{k}").click().run()
    for name, value in tasks.TRY[k].settings.items():
        assert app.session_state[name] == value
    assert not app.exception


UNUSUAL = {"gain": "0.37", "width": "24", "batch": "5", "seed": "11"}


def test_the_code_carries_every_control(open_page):
    assert set(UNUSUAL) == set(settings.controls(controls.Settings))
    ((code, says),) = boxes(open_page("gradients", **UNUSUAL))
    assert printed(code) == f"{says}\n"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("stacked", [False, True])
def test_the_figure_accepts_an_incomplete_measurement(theme, stacked):
    some = [Measurement("implicit", 5, 0.0, 0, 3.0), Measurement("JFB", 5, 0.3, 2048, 2.0)]
    figure = gradients_over_depth(some, stacked=stacked, theme=theme)
    go.Figure(figure.to_dict())  # validates
    assert figure.data[9].y == (None,)  # a log axis cannot show zero
    assert figure.data[1].y == (2.0,)
    go.Figure(gradients_over_depth([], theme=theme).to_dict())
