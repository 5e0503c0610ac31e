"""``python -m deq predict``: what it prints, and one sentence for each unusable picture."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import deq.__main__ as cli
from deq.digits import render
from tests.digits.hand_made import in_a_row

ROOT = Path(__file__).resolve().parents[2]
SEVEN = [np.array([[80.0, 60], [200, 60], [120, 230]])]


@pytest.fixture
def drawing(tmp_path: Path) -> Path:
    path = tmp_path / "drawing.png"
    Image.fromarray(255 - render(SEVEN)[..., :3]).save(path)
    return path


@pytest.mark.parametrize("solver", ["ode", "picard", "anderson"])
def test_predict_prints_the_digit_and_how_the_solve_ended(
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


@pytest.mark.parametrize("tol", [None, "1e-1", "1.26e-2"])
@pytest.mark.parametrize("solver", ["ode", "picard", "anderson"])
def test_where_predict_says_converged_its_number_is_at_most_the_tolerance(
    solver: str,
    tol: str | None,
    tiny_weights: Path,
    drawing: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    options = ["--weights", str(tiny_weights), "--solver", solver, *(["--tol", tol] if tol else [])]
    assert cli.main(["predict", str(drawing), *options]) == 0
    end = capsys.readouterr().out.splitlines()[-1]
    found = re.search(r"\|f\(z\) - z\| / \(1 \+ \|z\|\) = (\S+), tolerance (\S+)\. Converged", end)
    assert found, end
    assert 0 <= float(found[1]) <= float(found[2]) == float(f"{float(tol or 1e-3):.1e}")


def test_a_tighter_tolerance_costs_evaluations(
    tiny_weights: Path, drawing: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = []
    for tol in ("1e-1", "1e-5"):
        options = ["--weights", str(tiny_weights), "--solver", "picard", "--tol", tol]
        assert cli.main(["predict", str(drawing), *options]) == 0
        counts.append(int(capsys.readouterr().out.splitlines()[-1].split()[1]))
    assert counts[0] < counts[1]


def test_predict_refuses_a_blank_and_a_missing_picture(
    tiny_weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("RGB", (60, 60), "white").save(tmp_path / "blank.png")
    with_weights = ["--weights", str(tiny_weights)]
    for name, sentence in (("blank.png", "Nothing is written"), ("gone.png", "no picture")):
        assert cli.main(["predict", str(tmp_path / name), *with_weights]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert sentence in captured.err
        assert len(captured.err.splitlines()) == 1


def test_a_small_digit_on_a_sheet_is_read_and_two_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the weights that are shipped; the digit is a sixteenth of the sheet."""
    seven = Image.fromarray(255 - render(SEVEN)[..., 0]).resize((100, 100))
    sheet = Image.new("L", (1000, 800), "white")
    sheet.paste(seven, (300, 200))
    sheet.save(tmp_path / "sheet.png")
    assert cli.main(["predict", str(tmp_path / "sheet.png")]) == 0
    assert capsys.readouterr().out.startswith("Looks like a 7.")
    sheet.paste(seven, (600, 300))
    sheet.save(tmp_path / "two.png")
    assert cli.main(["predict", str(tmp_path / "two.png")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("There is more than one thing in this picture")


@pytest.mark.parametrize("side", [100, 280, 900])
def test_a_number_of_two_digits_is_told_so(
    side: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the pad saves it, small as a thumbnail, and in blue on a large grey sheet."""
    drawn = Image.fromarray(255 - render(in_a_row("42"), 280, 10)[..., 0]).resize((side, side))
    if side == 900:
        ink = Image.new("RGB", (1200, 900), (200, 200, 190))
        drawn = drawn.resize((300, 300))
        ink.paste((30, 40, 120), (500, 300), Image.eval(drawn, lambda value: 255 - value))
        drawn = ink
    drawn.save(tmp_path / "42.png")
    assert cli.main(["predict", str(tmp_path / "42.png")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "That is more than one digit: it looks like a 4 and a 2.\n"


def test_the_program_uses_exit_codes_and_stderr(tiny_weights: Path, drawing: Path) -> None:
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
