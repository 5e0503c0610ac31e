"""Links to runs: runs that are gone, and runs of another visitor. Opened through app.py."""

import time

import pytest

from pages.parts.runs import registry, words
from pages.parts.training import lesson

pytestmark = pytest.mark.usefixtures("clean_pool")
LOST = words.lost()


def keys(app):
    return {button.key for button in app.button}


def texts(elements):
    return [element.value for element in elements]


def started(app, name):
    """Press Start; the run."""
    app.button(key="train-start").click().run()
    return registry.pool().find(app.session_state[f"{name}-run"])


def until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize(("page", "kind"), [("training", "lab"), ("doubling", "doubling")])
def test_a_link_to_a_lost_run_says_so_until_another_is_started(open_page, page, kind):
    assert LOST not in texts(open_page(page).info)
    app = open_page(page, run="0123456789ab")
    assert texts(app.info) == [LOST]
    assert "as an example" in " ".join(texts(app.caption))
    app.run()
    assert texts(app.info) == [LOST]
    started(app, kind).stop()
    app.run()
    assert texts(app.info) == []


@pytest.mark.parametrize(("page", "kind"), [("training", "lab"), ("doubling", "doubling")])
def test_a_run_that_an_earlier_version_left_is_lost(open_page, page, kind):
    pool = registry.pool()
    for config in ({"an option of old": 1}, {"seed": "three"}, {"epochs": 0}):
        run = pool.start(kind, config, "ann")
        app = open_page(page, run=run.id)
        assert not app.exception
        assert not app.error
        assert texts(app.info) == [LOST]


def test_lost_runs_among_several_are_counted(open_page):
    first = open_page("training", epochs="1")
    run = started(first, "lab")
    run.stop()
    until(lambda: not run.live)
    app = open_page("training", run=run.id, runs=f"gone.{run.id}.lost")
    assert LOST not in texts(app.info)
    assert words.lost(2) in texts(app.caption)
    app.run()
    assert words.lost(2) in texts(app.caption)
    started(app, "lab").stop()
    app.run()
    assert words.lost(2) not in texts(app.caption)


def test_only_the_visitor_who_started_a_run_can_stop_and_resume_it(open_page):
    mine = open_page("training", epochs="50")
    run = started(mine, "lab")
    until(lambda: run.records)
    other = open_page("training", run=run.id)
    assert words.OTHERS in texts(other.caption)
    assert not keys(other) & {"train-stop", "train-resume"}
    assert not other.button(key="train-start").disabled  # a run of their own
    mine.run()
    assert words.OTHERS not in texts(mine.caption)
    mine.button(key="train-stop").click().run()
    until(lambda: not run.live)
    other.run()
    assert run.state == "stopped"
    assert not keys(other) & {"train-stop", "train-resume"}
    assert "Resume" not in " ".join(texts(other.caption))
    mine.run()
    assert "train-resume" in keys(mine)


def test_the_buttons_of_another_visitor_do_nothing_even_if_pressed(monkeypatch):
    """As by a page that was drawn before, or by a message that no page has sent."""
    run = registry.pool().start("lab", {"epochs": 50}, "ann")
    state = {lesson.PANEL.key: run.id}
    monkeypatch.setattr("pages.parts.runs.panel.st.session_state", state)
    monkeypatch.setattr("pages.parts.runs.panel.st.query_params", {})
    monkeypatch.setattr("pages.parts.runs.panel.visitor", lambda: "bob")
    lesson.PANEL.stop()
    assert run.live
    assert not run.stopping
    run.stop()
    until(lambda: not run.live)
    lesson.PANEL.resume()
    assert run.state == "stopped"
    monkeypatch.setattr("pages.parts.runs.panel.visitor", lambda: "ann")
    lesson.PANEL.resume()
    assert run.live
    lesson.PANEL.stop()
    until(lambda: not run.live)
