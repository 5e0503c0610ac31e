"""The training lab, opened through app.py, and the model that it gives to the Draw page."""

import io
import json
import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from deq.digits.errors import DataError
from deq.models import DenseClassifier
from deq.models.weights import save
from deq.training.lab.config import LabConfig
from pages.parts.runs import registry
from pages.parts.runs.run import Run
from pages.parts.shared import own_model, settings
from pages.parts.training import controls, lesson, tasks, words
from tests.pages.a_run import ended
from tests.pages.code_box import boxes, printed

ROOT = Path(__file__).resolve().parents[3]


pytestmark = pytest.mark.usefixtures("clean_pool")


def said(app) -> str:
    shown = [*app.caption, *app.markdown, *app.warning]
    return " ".join(element.value for element in shown)


def until_over(run: Run, patience: float = 90) -> None:
    deadline = time.monotonic() + patience
    while run.live:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def start(app) -> Run:
    app.button(key="train-start").click().run()
    run = registry.pool().find(app.session_state[lesson.PANEL.key])
    assert run is not None
    return run


def test_the_first_picture_is_a_finished_run_of_the_usual_settings(open_page):
    app = open_page("training")
    assert "as an example" in said(app)
    charts = [json.loads(c.proto.spec) for c in app.get("plotly_chart")]
    assert len(charts) == 2  # the run and its confusion matrix
    assert len(charts[0]["frames"]) > 5
    assert app.button(key="use-model").disabled
    assert own_model.DIGITS_ONLY not in said(app)
    last = lesson.example()[-1]
    assert last["stage"] == "done"
    assert last["accuracy"] >= 0.92


def test_two_runs_of_a_visitor_are_compared(open_page):
    app = open_page("training", epochs="1", batch="200")
    run = start(app)
    until_over(run)
    app.run()
    assert run.state == "done", run.why
    assert "of 1,000 digits it never saw" in said(app)
    assert not app.button(key="use-model").disabled
    assert own_model.DIGITS_ONLY in said(app)
    app.number_input(key="seed").set_value(1).run()
    other = start(app)
    until_over(other)
    app.run()
    (compared,) = app.multiselect
    assert compared.value == ["example", run.id, other.id]
    assert "seed 1" in lesson.name(other, 2)
    assert app.query_params["runs"] in (f"{run.id}.{other.id}", [f"{run.id}.{other.id}"])


def test_resume_continues_from_the_step_of_the_stop(open_page):
    app = open_page("training", epochs="100")
    run = start(app)
    deadline = time.monotonic() + 60
    while len(run.records) < 20:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    app.button(key="train-stop").click().run()
    until_over(run)
    app.run()
    assert run.state == "stopped"
    assert "Resume" in said(app)
    stopped = run.records[-1]["step"]
    before = len(run.records)
    app.button(key="train-resume").click().run()
    while len(run.records) < before + 5:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert run.records[before]["step"] == stopped
    run.stop()
    until_over(run)


def test_a_killed_run_says_so_and_resumes_from_its_checkpoint(open_page):
    app = open_page("training", epochs="20")
    run = start(app)
    deadline = time.monotonic() + 60
    while not (run.folder / "run.safetensors").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    worker = registry.pool()._own[run.id].worker
    os.kill(worker.process.pid, signal.SIGKILL)
    until_over(run)
    app.run()
    assert run.state == "failed"
    assert "killed" in said(app)
    assert not app.exception
    before = len(run.records)
    app.button(key="train-resume").click().run()
    while len(run.records) < before + 3:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert run.records[before]["step"] > 0  # not from the beginning
    app.button(key="train-stop").click().run()
    until_over(run)
    assert run.state == "stopped"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"rate": "0"}, "Rate must be greater than 0"),
        ({"rate": "1e9"}, "at most 1"),
        ({"epochs": "0"}, "Epochs must be at least 1"),
        ({"batch": "100000"}, "all there are to learn from"),
        ({"penalty": "-3"}, "Penalty must be greater"),
    ],
)
def test_bad_settings_give_a_sentence_and_no_run(open_page, settings, sentence):
    app = open_page("training", **settings)
    assert sentence in said(app)
    assert app.button(key="train-start").disabled


def test_without_mnist_there_is_a_button_to_fetch_it(open_page, monkeypatch):
    monkeypatch.setattr(controls, "mnist_found", lambda: False)
    monkeypatch.setattr("deq.digits.mnist.mnist_found", lambda: False)
    app = open_page("training", data="mnist")
    assert "MNIST is not on this machine" in said(app)
    assert app.button(key="train-start").disabled
    assert not app.button(key="mnist-download").disabled


def test_a_download_that_fails_says_why(tmp_path, monkeypatch):
    from deq.training.jobs import job

    def nothing(name: str) -> Path:
        raise DataError(f"{name} could not be downloaded.")

    monkeypatch.setattr("deq.digits.mnist.fetch", nothing)
    records = job("mnist")({}, tmp_path, lambda: False)
    assert next(records)["of"] == 4
    with pytest.raises(DataError, match="could not be downloaded"):
        next(records)


@pytest.mark.parametrize("task", tasks.TRY, ids=lambda task: task.label)
def test_what_to_try_sets_the_page(open_page, task):
    app = open_page("training", epochs="3")
    number = tasks.TRY.index(task)
    app.button(key=f"try-{number}").click().run()
    for name, value in task.settings.items():
        assert app.session_state[name] == value
    assert not app.button(key="train-start").disabled


def test_the_code_makes_the_example(open_page):
    ((code, says),) = boxes(open_page("training"))
    assert printed(code) == f"{says}\n"


UNUSUAL = {"model": "convolutional", "epochs": "1", "contained": "false", "contraction": "0.7",
           "width": "4", "batch": "500", "rate": "0.002", "solver": "Picard", "tol": "1e-2",
           "gradient": "unrolled", "penalty": "0.1", "vary": "false", "seed": "3"}  # fmt: skip


def test_the_code_carries_every_control(open_page):
    assert {*UNUSUAL, "data"} == set(settings.controls(controls.Settings))
    app = open_page("training", **UNUSUAL)
    assert "This is an earlier run, with Network: article" in app.info[0].value
    assert not boxes(app)  # what would be printed is not known yet
    start(app)
    ended(app, "training")
    assert not app.info
    ((code, says),) = boxes(app)
    assert printed(code) == f"{says}\n"
    assert "data='mnist'" in words.code(LabConfig(data="mnist"))


def test_status_verdict_and_progress_in_words():
    assert "example" in words.status(None)
    assert words.verdict([]) == "Nothing learnt yet."
    assert words.share_done([{"step": 3, "steps": 12}]) == 0.25


class Uploaded(io.BytesIO):
    """A file as the uploader gives it."""

    name = "from a friend.safetensors"


def test_uploaded_weights_are_checked_and_belong_to_one_visitor(tmp_path, monkeypatch):
    state: dict[str, object] = {}
    monkeypatch.setattr(own_model.st, "session_state", state)
    path = tmp_path / "m.safetensors"
    model = DenseClassifier()
    model.cloud_points, model.cloud_labels = torch.randn(20, 3), torch.arange(20) % 10
    save(model, path, {})
    state["bring"] = Uploaded(path.read_bytes())
    own_model._taken()
    assert isinstance(state["own-model"].model, DenseClassifier)
    state["bring"] = Uploaded(path.read_bytes()[:500])
    own_model._taken()
    assert "from a friend.safetensors" in str(state["own-model-refused"])
    assert "Bring a file" in str(state["own-model-refused"])
    assert isinstance(
        state["own-model"].model, DenseClassifier
    )  # the model of before is still there
    own_model.drop()
    assert "own-model" not in state


def test_unusual_settings_name_a_run():
    config = replace(LabConfig(), contained=False, tol=0.1)
    fake = type("Fake", (), {"config": {"contained": config.contained, "tol": config.tol}})()
    assert lesson.name(fake, 3) == "3: not contained, tol 0.1"
    assert lesson.name(type("Fake", (), {"config": {}})(), 1) == "1: as usual"
