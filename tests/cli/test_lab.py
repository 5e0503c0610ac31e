"""``python -m deq train lab``: what it prints and saves, and one sentence for each mistake."""

import json
from pathlib import Path

import pytest

import deq.__main__ as cli
from deq.models import DenseClassifier
from deq.models.weights import load_file

SHORT = ["train", "lab", "--epochs", "1", "--batch", "400"]


def test_the_lab_trains_prints_and_saves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log, out = tmp_path / "log.jsonl", tmp_path / "run"
    usual = ["--penalty", "0"]  # what is the default can also be asked for
    assert cli.main([*SHORT, *usual, "--log", str(log), "--out", str(out)]) == 0
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [lines[0]["stage"], lines[-1]["stage"]] == ["look", "done"]
    assert lines[-1]["loss"] < 0.7 * lines[1]["loss"]
    said = capsys.readouterr().out
    assert said.startswith(f"{lines[-1]['accuracy']:.2%} of 1,000 digits")
    assert isinstance(load_file(out / "weights.safetensors", ""), DenseClassifier)


def test_the_same_seed_gives_the_same_losses(tmp_path: Path) -> None:
    losses = []
    for number in (1, 2):
        log = tmp_path / f"{number}.jsonl"
        assert cli.main([*SHORT, "--seed", "5", "--log", str(log)]) == 0
        told = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        losses.append({line["step"]: line["loss"] for line in told})
    shared = losses[0].keys() & losses[1].keys()  # which steps are recorded depends on the clock
    assert len(shared) > 5
    assert all(losses[0][step] == losses[1][step] for step in shared)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--batch", "100000"], "all there are to learn from"),
        (["--rate", "1e9"], "at most 1"),
        (["--rate", "nan"], "rate"),
        (["--epochs", "0"], "epochs"),
    ],
)
def test_a_mistake_is_named(
    options: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = cli.main(["train", "lab", *options])
    except SystemExit as exit_:  # raised by argparse
        code = int(exit_.code or 0)
    assert code != 0
    assert sentence in capsys.readouterr().err
