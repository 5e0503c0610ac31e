"""What all commands share: one sentence for bad options, missing weights and missing data."""

from pathlib import Path

import pytest
import torch

import deq.__main__ as cli
from deq.digits import mnist
from deq.models.weights import read_tensors, write_tensors


@pytest.mark.parametrize("command", [["predict", "x.png"], ["evaluate"]])
def test_missing_and_damaged_weights_give_a_sentence(
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


@pytest.mark.parametrize("command", [["predict", "x.png"], ["evaluate"]])
def test_weights_that_load_and_then_fail_give_a_sentence(
    command: list[str], tiny_weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tensors, metadata = read_tensors(tiny_weights)
    tensors = {
        k: torch.full_like(v, 1e37) if v.is_floating_point() else v for k, v in tensors.items()
    }
    path = tmp_path / "huge.safetensors"
    write_tensors(path, tensors, metadata)
    assert cli.main([*command, "--weights", str(path)]) == 2
    (error,) = capsys.readouterr().err.splitlines()
    assert "huge.safetensors do not fit the model" in error
    assert "Name a file that" in error


@pytest.mark.parametrize("command", [["train", "digits"], ["evaluate"]])
def test_missing_data_give_a_sentence(
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
    error = capsys.readouterr().err
    assert "not found" in error
    assert "--data" in error  # advice that only the terminal gives
    assert "--download" in error
    assert len(error.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "required"),
        (["train"], "required"),
        (["train", "letters"], "invalid choice"),
        (["train", "digits", "--epochs", "0"], "must be a whole number from 1 to"),
        (["train", "digits", "--threads", "two"], "must be a whole number from 1 to"),
        *[
            (["predict", "x.png", "--threads", many], "must be a whole number from 1 to")
            for many in ("100000", "0", "-1", "1" + 30 * "0")  # PyTorch crashes on far too many
        ],
        (["train", "digits", "--seed", "-2"], "must be a whole number from 0"),
        (["train", "digits", "--seed", "1" + 20 * "0"], "must be a whole number from 0"),
        (["predict"], "required"),
        (["predict", "x.png", "--solver", "magic"], "invalid choice"),
        (["predict", "x.png", "--tol", "0"], "above 0"),
        (["predict", "x.png", "--tol", "nan"], "above 0"),
        (["predict", "x.png", "--tol", "tight"], "must be a number above 0, not tight"),
    ],
)
def test_bad_options_are_named(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    assert complaint in capsys.readouterr().err


NUMBERS = {
    "train doubling": "slope intercept rate epochs seed tol threads",
    "train lab": "width epochs batch rate tol contraction seed penalty threads",
    "train digits": "epochs seed threads",
    "predict x.png": "tol threads",
}


@pytest.mark.parametrize("odd", ["inf", "nan", "-1e9", "-1000", "1e400", "1" + 400 * "0", "", "x"])
@pytest.mark.parametrize(
    ("command", "option"), [(c, o) for c, names in NUMBERS.items() for o in names.split()]
)
def test_every_impossible_number_is_misuse(
    command: str,
    option: str,
    odd: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DEQ_DATA", str(tmp_path / "gone"))  # else `train digits` might begin
    try:
        code = cli.main([*command.split(), f"--{option}={odd}"])
    except SystemExit as stopped:  # raised by argparse
        code = int(stopped.code or 0)
    assert code == 2
    assert option in capsys.readouterr().err
