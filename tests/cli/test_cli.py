"""What all commands share: one sentence for bad options, missing weights and missing data."""

from pathlib import Path

import pytest

import deq.__main__ as cli
from deq.digits import mnist


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
    assert "not found" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "required"),
        (["train"], "required"),
        (["train", "letters"], "invalid choice"),
        (["train", "digits", "--epochs", "0"], "must be a whole number from 1 on"),
        (["train", "digits", "--threads", "two"], "must be a whole number from 1 to"),
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
