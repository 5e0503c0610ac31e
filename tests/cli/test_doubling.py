"""``python -m deq train doubling``: what it prints, and one sentence for each mistake."""

import re
from pathlib import Path

import pytest

import deq.__main__ as cli


def test_doubling_is_trained_and_prints_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run.safetensors"
    assert cli.main(["train", "doubling", "--epochs", "250", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    found = re.search(r"asked -5, it answers (\S+) \(the line: -10\)", said)
    assert found
    assert abs(float(found[1]) + 10) < 0.05
    assert re.search(r"f\(u\) = 0\.66\d\d u [+-] 0\.0", said)
    assert out.is_file()


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (["--rate", "0"], "exit", "must be a number above 0"),
        (["--rate", "nan"], "exit", "must be a number above 0"),
        (["--rate", "9"], 2, "rate must be greater than 0 and at most 1"),
        (["--epochs", "0"], "exit", "must be a whole number from 1 to"),
        (["--epochs", "9999999"], 2, "epochs must be at most 5,000"),
        (["--slope", "-1"], 2, "slope must be greater than -1"),
        (["--slope", "inf"], "exit", "must be a number, not inf"),
        (["--solver", "magic"], "exit", "invalid choice"),
    ],
)
def test_doubling_names_what_is_wrong_with_an_option(
    options: list[str], code: object, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["train", "doubling", *options]
    if code == "exit":
        with pytest.raises(SystemExit):
            cli.main(command)
    else:
        assert cli.main(command) == code
    assert says in capsys.readouterr().err


def test_a_diverging_run_gives_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["train", "doubling", "--unconstrained", "--solver", "Picard", "--rate", "1"]
    assert cli.main(command) == 2
    assert "ran away" in capsys.readouterr().err
