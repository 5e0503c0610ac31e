"""The command line: what it prints, what it keeps, and one sentence for each mistake."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import deq.__main__ as cli
import deq.training.digits.train
from deq.digits import corpus, mnist, render
from deq.digits.corpus import Corpus
from deq.models import weights
from deq.models.digits import Digits, DigitsConfig
from deq.models.evaluation import Evaluation
from deq.training import Progress, TrainConfig
from deq.training.digits.train import checkpoint_path
from deq.training.digits.trainer import Trainer

ROOT = Path(__file__).resolve().parents[2]
SEVEN = [np.array([[80.0, 60], [200, 60], [120, 230]])]


@pytest.fixture(scope="module")
def tiny_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained network: it settles like a trained one, and loads ten times as fast."""
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    torch.manual_seed(0)
    weights.save(Digits(DigitsConfig(channels=4, stem=(4, 4), contraction=0.5)), path, {})
    return path


@pytest.fixture
def drawing(tmp_path: Path) -> Path:
    path = tmp_path / "drawing.png"
    Image.fromarray(255 - render(SEVEN)[..., :3]).save(path)
    return path


def tiny_corpus(*_: object, seed: int, **__: object) -> Corpus:
    images, labels = (torch.from_numpy(part[::10]) for part in mnist.load_subset())
    digits = images[::5], labels[::5]  # 100, ten of each
    return Corpus(
        mnist=digits,
        pen=(images, labels),
        scribbles=corpus.scribble_pictures(12, seed),
        mnist_validation=digits,
        pen_validation=digits,
    )


@pytest.fixture
def small_run(monkeypatch: pytest.MonkeyPatch) -> TrainConfig:
    """`train digits` on a hundred digits with a small network, measured on nothing."""
    config = TrainConfig(
        epochs=2, batch=121, model=DigitsConfig(channels=4, stem=(4, 4), contraction=0.5)
    )

    def configured(epochs: int = config.epochs, seed: int = 0) -> TrainConfig:
        return TrainConfig(epochs=epochs, seed=seed, batch=config.batch, model=config.model)

    def measured(model: Digits, *_: object) -> Evaluation:
        assert not model.training
        return Evaluation(
            parameters=7,
            mnist=0.5,
            pen=0.25,
            writers={"5": 0.25},
            called_digit=1.0,
            called_right=1.0,
            mnist_called_digit=1.0,
            solvers={},
            agree=1.0,
            refused={"all": 0.9, "never trained on": 0.8},
        )

    monkeypatch.setattr(deq.training, "TrainConfig", configured)
    monkeypatch.setattr(deq.training.digits.train, "build_corpus", tiny_corpus)
    monkeypatch.setattr(deq.training.digits.train, "evaluate", measured)
    return config


@pytest.mark.parametrize("solver", ["ode", "picard", "anderson"])
def test_predict_says_which_digit_and_how_it_settled(
    solver: str, tiny_weights: Path, drawing: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["predict", str(drawing), "--weights", str(tiny_weights), "--solver", solver]
    assert cli.main(arguments) == 0
    sentence, first, second, end = capsys.readouterr().out.splitlines()
    assert sentence.endswith(".")
    assert first.split()[0] != second.split()[0]
    assert float(first.split()[1].rstrip("%")) >= float(second.split()[1].rstrip("%"))
    assert end.startswith(f"{solver}: ")
    assert end.endswith("Converged: the residual is within the tolerance.")


def test_a_tighter_tolerance_costs_evaluations(
    tiny_weights: Path, drawing: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = []
    for tol in ("1e-1", "1e-5"):
        options = ["--weights", str(tiny_weights), "--solver", "picard", "--tol", tol]
        assert cli.main(["predict", str(drawing), *options]) == 0
        counts.append(int(capsys.readouterr().out.splitlines()[-1].split()[1]))
    assert counts[0] < counts[1]


def test_predict_refuses_what_is_no_drawing(
    tiny_weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("RGB", (60, 60), "white").save(tmp_path / "blank.png")
    with_weights = ["--weights", str(tiny_weights)]
    for name, sentence in (("blank.png", "The canvas is empty."), ("gone.png", "no picture")):
        assert cli.main(["predict", str(tmp_path / name), *with_weights]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert sentence in captured.err
        assert len(captured.err.splitlines()) == 1


@pytest.mark.parametrize("command", [["predict", "x.png"], ["evaluate"]])
def test_missing_and_damaged_weights(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "digits.safetensors"
    for content, sentence in ((None, "missing"), (b"rubbish", "damaged")):
        if content is not None:
            path.write_bytes(content)
        assert cli.main([*command, "--weights", str(path)]) == 2
        error = capsys.readouterr().err
        assert sentence in error
        assert "train digits" in error


@pytest.mark.parametrize("command", [["train", "digits"], ["evaluate"]])
def test_missing_data(
    command: list[str],
    tiny_weights: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mnist, "_cache", lambda: tmp_path / "cache")
    (tmp_path / "empty").mkdir()
    target = "--out" if command[0] == "train" else "--weights"
    named = [target, str(tiny_weights)]
    assert cli.main([*command, *named, "--data", str(tmp_path / "gone")]) == 2
    assert "There is no data folder" in capsys.readouterr().err
    assert cli.main([*command, *named, "--data", str(tmp_path / "empty")]) == 2
    assert "not found" in capsys.readouterr().err


def test_a_kept_run_is_not_forgotten_before_the_data_are_there(tmp_path: Path) -> None:
    out = tmp_path / "x.safetensors"
    kept = checkpoint_path(out)
    kept.touch()
    options = ["--fresh", "--out", str(out), "--data", str(tmp_path / "gone")]
    assert cli.main(["train", "digits", *options]) == 2
    assert kept.exists()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "required"),
        (["train"], "required"),
        (["train", "letters"], "invalid choice"),
        (["train", "digits", "--epochs", "0"], "must be a whole number from 1 on"),
        (["train", "digits", "--threads", "two"], "must be a whole number from 1 on, not two"),
        (["train", "digits", "--seed", "-2"], "must be a whole number from 0"),
        (["train", "digits", "--seed", "1" + 20 * "0"], "must be a whole number from 0"),
        (["predict"], "required"),
        (["predict", "x.png", "--solver", "magic"], "invalid choice"),
        (["predict", "x.png", "--tol", "0"], "above 0"),
        (["predict", "x.png", "--tol", "nan"], "above 0"),
        (["predict", "x.png", "--tol", "tight"], "must be a number above 0, not tight"),
    ],
)
def test_bad_options(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    assert complaint in capsys.readouterr().err


@pytest.mark.usefixtures("small_run")
def test_train_writes_weights_that_load(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "made" / "digits.safetensors"
    assert cli.main(["train", "digits", "--out", str(out), "--seed", "3"]) == 0
    printed = capsys.readouterr().out
    assert "epoch 2 of 2" in printed
    assert "50.00%" in printed
    model = weights.load_file(out)
    run = json.loads(model.metadata["run"])
    assert run["config"]["seed"] == 3
    assert len(run["data"]) == 64
    assert json.loads(model.metadata["figures"])["mnist"] == 0.5
    assert set(model.cloud_labels.tolist()) == set(range(10))
    assert torch.isfinite(model.cloud_points).all()


@pytest.mark.usefixtures("small_run")
def test_interrupted_run_goes_on_as_if_it_had_not_been(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, parts = tmp_path / "whole.safetensors", tmp_path / "parts.safetensors"
    assert cli.main(["train", "digits", "--out", str(whole)]) == 0

    run = Trainer.run

    def interrupted(self: Trainer, stop: object = None) -> Iterator[Progress]:
        for line in run(self, stop):  # type: ignore[arg-type]
            yield line
            if line.stage == "step" and line.step == 1:
                signal.raise_signal(signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "run", interrupted)
        assert cli.main(["train", "digits", "--out", str(parts)]) == 130
    assert signal.getsignal(signal.SIGINT) is before
    error = capsys.readouterr().err
    assert "Stopped after 1 of" in error
    assert not parts.exists()

    assert cli.main(["train", "digits", "--out", str(parts)]) == 0
    assert_same(whole, parts)

    # A run with another seed does not take up this one's checkpoint, unless told to forget it.
    another = ["train", "digits", "--out", str(parts), "--seed", "1"]
    assert cli.main(another) == 2
    assert "--fresh" in capsys.readouterr().err
    assert cli.main([*another, "--fresh"]) == 0


def assert_same(first: Path, second: Path) -> None:
    expected, _ = weights.read_tensors(first)
    actual, _ = weights.read_tensors(second)
    assert expected.keys() == actual.keys()
    for name, tensor in expected.items():
        torch.testing.assert_close(actual[name], tensor, rtol=0, atol=0)


@pytest.mark.usefixtures("small_run")
def test_a_place_that_cannot_be_written_shows_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def drawn(*_: object, **__: object) -> Corpus:
        pytest.fail("went to work first")

    monkeypatch.setattr(deq.training.digits.train, "build_corpus", drawn)
    (tmp_path / "file").touch()
    assert cli.main(["train", "digits", "--out", str(tmp_path)]) == 2
    assert "is a folder" in capsys.readouterr().err
    assert cli.main(["train", "digits", "--out", str(tmp_path / "file" / "x.safetensors")]) == 2
    assert "x.safetensors cannot be written" in capsys.readouterr().err
    if Path("/proc").is_dir():  # a folder that is there, and in which nobody can write
        assert cli.main(["train", "digits", "--out", "/proc/x.safetensors"]) == 2
        assert "x.safetensors cannot be written" in capsys.readouterr().err


@pytest.mark.usefixtures("small_run")
@pytest.mark.parametrize("phase", ["build_corpus", "evaluate"])
def test_ctrl_c_outside_the_steps_stops_too(
    phase: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: Any, **options: Any) -> object:
        report = options.get("report") or arguments[-1]
        report("something", 0, 2)
        signal.raise_signal(signal.SIGINT)
        report("something", 1, 2)
        pytest.fail("went on after Ctrl-C")

    train = ["train", "digits", "--out", str(tmp_path / "x.safetensors")]
    with monkeypatch.context() as patch:
        patch.setattr(deq.training.digits.train, phase, interrupted)
        assert cli.main(train) == 130
    assert capsys.readouterr().err.strip() == "Stopped."
    assert cli.main(train) == 0


def test_as_a_program(tiny_weights: Path, drawing: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "deq", *arguments],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            check=False,
        )

    good = run("predict", str(drawing), "--weights", str(tiny_weights), "--threads", "1")
    assert (good.returncode, good.stderr) == (0, "")
    bad = run("predict", str(drawing.with_name("gone.png")), "--weights", str(tiny_weights))
    assert bad.returncode == 2
    assert bad.stdout == ""
    assert len(bad.stderr.splitlines()) == 1
