"""The y = 2x page, opened through app.py."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deq.training.doubling.config import DoublingConfig
from pages.parts.doubling import lesson, words
from pages.parts.doubling.tasks import TRY
from pages.parts.runs import registry

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def clean_pool():
    yield
    registry.pool().close()
    registry.pool.clear()


def status(app) -> str:
    return " ".join(c.value for c in app.caption)


def metric(app, label: str) -> str:
    (found,) = [m.value for m in app.metric if m.label == label]
    return found


def finish(app, patience: float = 60):
    """Press Start and wait for the run, as the page itself does when it refreshes."""
    app.button(key="train-start").click().run()
    run = registry.pool().find(app.session_state[lesson.PANEL.key])
    deadline = time.monotonic() + patience
    while run.live:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    app.run()
    return run


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
    assert not app.button(key="train-start").disabled


def test_a_run_without_an_equilibrium_fails_with_a_sentence(open_page):
    app = open_page("doubling", seed="25", constrained="false", solver="Picard")
    run = finish(app)
    assert run.state == "failed"
    assert "no stable equilibrium" in " ".join(w.value for w in app.warning)
    assert metric(app, "Slope a") == "1.2189"
    assert metric(app, "Answer at −5") == "–"
    assert app.get("plotly_chart")  # it shows the states that diverge
    assert not app.error


def test_the_code_box_runs_as_shown():
    code = words.code(DoublingConfig(slope=0.5, intercept=1.0, seed=7))
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "asked -5, it answers -1.5" in done.stdout
