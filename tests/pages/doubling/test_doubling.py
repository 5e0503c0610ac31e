"""The y = 2x page, opened through app.py."""

import json

import pytest

from pages.parts.doubling import controls
from pages.parts.doubling.tasks import TRY
from pages.parts.shared import settings
from tests.pages.a_run import ended
from tests.pages.code_box import boxes, printed

pytestmark = pytest.mark.usefixtures("clean_pool")


def status(app) -> str:
    return " ".join(c.value for c in app.caption)


def metric(app, label: str) -> str:
    (found,) = [m.value for m in app.metric if m.label == label]
    return found


def finish(app):
    """Press Start and wait for the run, as the page itself does when it refreshes."""
    app.button(key="train-start").click().run()
    return ended(app, "doubling")


def test_the_first_picture_is_a_finished_run(open_page):
    app = open_page("doubling")
    assert "as an example" in status(app)
    assert abs(float(metric(app, "Answer at −5").replace("−", "-")) + 10) < 0.05
    assert metric(app, "Backward") != "–"
    (chart,) = [json.loads(c.proto.spec) for c in app.get("plotly_chart")]
    assert len(chart["frames"]) > 40
    assert len(json.dumps(chart)) < 300_000
    assert app.button(key="train-stop").disabled


def test_start_trains_a_run_of_the_visitors_own(open_page):
    app = open_page("doubling", seed="3", epochs="120")
    run = finish(app)
    assert run.state == "done"
    assert "Finished: 120 epochs" in status(app)
    assert not app.button(key="train-start").disabled
    assert run.id in app.query_params["run"]


def test_a_link_to_a_run_shows_it_and_a_wrong_link_shows_the_example(open_page):
    first = open_page("doubling", epochs="50")
    run = finish(first)
    again = open_page("doubling", run=run.id)
    assert "Finished: 50 epochs" in status(again)
    assert "as an example" in status(open_page("doubling", run="nonsense"))


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("rate", 0.0, "Rate must be greater than 0"),
        ("rate", 1e9, "at most 1"),
        ("epochs", 0, "Epochs must be at least 1"),
        ("epochs", 10**8, "Epochs must be at most 5,000"),
    ],
)
def test_a_bad_number_is_explained_beside_the_button(open_page, name, value, says):
    app = open_page("doubling")
    app.number_input(key=name).set_value(value).run()
    assert says in " ".join(w.value for w in app.warning)
    assert app.button(key="train-start").disabled
    assert not app.error


@pytest.mark.parametrize("k", range(len(TRY)))
def test_what_to_try_sets_the_page(open_page, k):
    app = open_page("doubling")
    app.button(key=f"try-{k}").click().run()
    assert not app.error
    for name, value in TRY[k].settings.items():
        assert app.session_state[name] == value
    run = ended(app, "doubling")
    wanted = {**settings.defaults(controls.Settings), **TRY[k].settings}
    assert {name: run.config[name.removeprefix("line-")] for name in wanted} == wanted
    assert not app.info  # the run has the settings that are chosen


def test_a_run_without_an_equilibrium_fails_with_a_sentence(open_page):
    app = open_page("doubling", seed="25", constrained="false", solver="Picard")
    run = finish(app)
    assert run.state == "failed"
    assert "no stable equilibrium" in " ".join(w.value for w in app.warning)
    assert metric(app, "Slope a") == "1.2189"
    assert metric(app, "Answer at −5") == "–"
    assert app.get("plotly_chart")  # it shows the states that diverge
    assert not app.error


def test_a_run_with_other_settings_is_marked_until_start(open_page):
    app = open_page("doubling", epochs="40")
    assert "an earlier run, with Epochs: 400" in app.info[0].value
    assert not boxes(app)  # what would be printed is not known yet
    assert "Press **Start**: what this code prints" in status(app)
    finish(app)
    assert not app.info
    assert boxes(app)


UNUSUAL = {"line-slope": "0.5", "line-intercept": "-3.5", "seed": "7", "constrained": "false",
           "rate": "0.02", "epochs": "60", "solver": "Broyden", "gradient": "unrolled",
           "variant": "tanh"}  # fmt: skip


def test_the_code_carries_every_control(open_page):
    assert set(UNUSUAL) == set(settings.controls(controls.Settings))
    app = open_page("doubling", **UNUSUAL)
    finish(app)
    ((code, says),) = boxes(app)
    assert printed(code) == f"{says}\n"
    assert len(code.split(",")) >= len(UNUSUAL)
