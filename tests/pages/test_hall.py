"""The numbers of a hall: only for whoever has the key, of all servers that live."""

import json

import pytest

from pages.parts.runs import registry
from pages.parts.runs.run import write_json
from pages.parts.runs.store import Store
from pages.parts.shared import pace, presence
from pages.parts.tour import hall


@pytest.fixture(autouse=True)
def alone(monkeypatch, tmp_path):
    """A folder of runs for this test, and nobody here yet."""
    registry.pool.clear()
    monkeypatch.setenv("DEQ_RUNS", str(tmp_path))
    presence._visits.clear()
    pace._took.clear()
    yield
    registry.pool().close()
    registry.pool.clear()


def metrics(app):
    return {metric.label: metric.value for metric in app.metric}


def test_without_the_key_there_are_no_numbers(open_page):
    for query in ({}, {"hall": ""}, {"hall": "guess"}, {"hall": "ключ"}):
        app = open_page("tour", **query)
        assert not app.exception
        assert metrics(app) == {}
        said = [info.value for info in app.info]
        assert said == ([hall.WRONG_KEY] if query else [])


def test_with_the_key_it_says_how_many_are_where_and_how_long_answers_take(open_page):
    others = [open_page("draw"), open_page("draw"), open_page("gradients")]
    app = open_page("tour", hall=hall.KEY)
    shown = metrics(app)
    assert shown["Open tabs"] == "4"
    assert shown["Digit after"].endswith(" ms")
    assert (shown["Training runs"], shown["Waiting"]) == ("0", "0")
    assert "Draw a digit 2 · Gradients 1 · Tour 1" in [caption.value for caption in app.caption]
    assert len(others) == 3


def test_the_numbers_of_all_servers_that_live_are_added(open_page, tmp_path):
    other, dead = Store(tmp_path), Store(tmp_path)
    dead.close()
    (tmp_path / "numbers").mkdir()
    for store, here in ((other, 7), (dead, 100)):
        write_json(
            tmp_path / "numbers" / store.server,
            {"pages": {"Tour": here}, "answers": [0.2] * 5},
        )
    (tmp_path / "numbers" / "damaged").write_text("{")
    shown = metrics(open_page("tour", hall=hall.KEY))
    other.close()
    assert (shown["Open tabs"], shown["Digit after"], shown["Digits a minute"]) == (
        "8",
        "200 ms",
        "1.0",
    )


def test_what_is_written_for_the_others_is_only_numbers(open_page, tmp_path):
    open_page("draw", example="7")
    hall.write()
    written = json.loads((tmp_path / "numbers" / registry.pool().store.server).read_text())
    assert written["pages"] == {"Draw a digit": 1}
    assert set(written) == {"pages", "answers"}
    assert all(isinstance(seconds, float) for seconds in written["answers"])


def test_runs_that_go_on_and_wait_are_counted():
    pool = registry.pool()
    going = pool.start("lab", {"epochs": 50}, "ann")
    assert hall.runs() == (1, 0)
    pool._at_once = 1
    waiting = pool.start("lab", {"epochs": 51}, "ann")
    assert hall.runs() == (1, 1)
    waiting.stop()
    going.stop()
