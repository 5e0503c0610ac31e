"""``python -m deq train digits``: it writes weights, stops at Ctrl-C, and resumes."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

import deq.__main__ as cli
import deq.training.digits.train
from deq.digits import corpus, mnist
from deq.digits.corpus import Corpus
from deq.models import weights
from deq.models.digits import Digits, DigitsConfig
from deq.models.evaluation import Evaluation
from deq.training import Progress, TrainConfig
from deq.training.digits.train import checkpoint_path
from deq.training.digits.trainer import Trainer


def tiny_corpus(*_: object, seed: int, **__: object) -> Corpus:
    images, labels = (torch.from_numpy(part[::10]) for part in mnist.load_subset())
    digits = images[::5], labels[::5]  # 100, ten of each class
    return Corpus(
        mnist=digits,
        pen=(images, labels),
        others=corpus.scribble_pictures(12, seed),
        mnist_validation=digits,
        pen_validation=digits,
    )


@pytest.fixture
def tiny_run(monkeypatch: pytest.MonkeyPatch) -> TrainConfig:
    """`train digits` on a hundred digits with a tiny network; its accuracy is made up."""
    config = TrainConfig(
        epochs=2,
        batch=121,
        model=DigitsConfig(channels=4, stem=(4, 4), contraction=0.5, other=True),
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
            painted=0.25,
            painted_called_digit=1.0,
            painted_called_right=0.25,
            solvers={},
            agree=1.0,
            refused={"all": 0.9, "never trained on": 0.8},
            others={"cat": 0.1},
        )

    monkeypatch.setattr(deq.training, "TrainConfig", configured)
    monkeypatch.setattr(deq.training.digits.train, "build_corpus", tiny_corpus)
    monkeypatch.setattr(deq.training.digits.train, "evaluate", measured)
    return config


@pytest.mark.usefixtures("tiny_run")
def test_train_writes_weights_that_can_be_loaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
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


@pytest.mark.usefixtures("tiny_run")
def test_a_resumed_run_equals_an_uninterrupted_one(
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

    # A run with another seed does not resume from this checkpoint; with --fresh it starts anew.
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


def test_fresh_without_data_keeps_the_checkpoint(tmp_path: Path) -> None:
    out = tmp_path / "x.safetensors"
    kept = checkpoint_path(out)
    kept.touch()
    options = ["--fresh", "--out", str(out), "--data", str(tmp_path / "gone")]
    assert cli.main(["train", "digits", *options]) == 2
    assert kept.exists()


@pytest.mark.usefixtures("tiny_run")
def test_an_unwritable_place_is_reported_before_any_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def drawn(*_: object, **__: object) -> Corpus:
        pytest.fail("the work began first")

    monkeypatch.setattr(deq.training.digits.train, "build_corpus", drawn)
    (tmp_path / "file").touch()
    assert cli.main(["train", "digits", "--out", str(tmp_path)]) == 2
    assert "is a folder" in capsys.readouterr().err
    assert cli.main(["train", "digits", "--out", str(tmp_path / "file" / "x.safetensors")]) == 2
    assert "x.safetensors cannot be written" in capsys.readouterr().err
    if Path("/proc").is_dir():  # a folder in which no file can be created
        assert cli.main(["train", "digits", "--out", "/proc/x.safetensors"]) == 2
        assert "x.safetensors cannot be written" in capsys.readouterr().err


@pytest.mark.usefixtures("tiny_run")
@pytest.mark.parametrize("phase", ["build_corpus", "evaluate"])
def test_ctrl_c_outside_of_the_steps_stops_too(
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
