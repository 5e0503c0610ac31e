"""Pen strokes: the UNIPEN text, its y axis, and the error sentence of each bad file."""

from pathlib import Path

import numpy as np
import pytest

from deq.digits import pen
from deq.digits.errors import DataError

TEXT = """\
.INCLUDE        dene.doc

.LEXICON "0" "1" "2"
.HIERARCHY      DIGIT

.SEGMENT DIGIT    0-1 ? "4"
.COMMENT 4 12  224
.PEN_DOWN
 100  400
 110  300
.PEN_UP
.DT 100
.PEN_DOWN
 200  0
 200  250
 200  500
.PEN_UP
.DT 100

.SEGMENT DIGIT    2 ? "5"
.COMMENT 5 3  54
.PEN_DOWN
 1  2
.PEN_UP
.DT 100
"""


def test_label_writer_and_strokes_are_read_with_y_downwards() -> None:
    four, five = pen.parse_unipen(TEXT)
    assert (four.label, four.writer, len(four.strokes)) == (4, 12, 2)
    assert (five.label, five.writer, len(five.strokes)) == (5, 3, 1)
    assert four.strokes[0].dtype == np.float32
    assert four.strokes[0].tolist() == [[100, 100], [110, 200]]
    assert four.strokes[1].tolist() == [[200, 500], [200, 250], [200, 0]]
    assert five.strokes[0].tolist() == [[1, 498]]


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ("", "no digits"),
        (TEXT[: TEXT.index(" 200  250")], r"digit 1, is cut short"),
        (TEXT.replace('"5"', "5"), r"digit 2, has no label"),
        (TEXT.replace(".COMMENT 5 3  54", ""), r"digit 2, has no label or no writer"),
        (TEXT[: TEXT.index(".PEN_DOWN")], r"digit 1, has no stroke"),
        (TEXT.replace(" 1  2\n", ""), r"digit 2, has a stroke without points"),
        (TEXT.replace(" 1  2\n", " 1\n"), r"digit 2, has a point that is not two numbers"),
        (TEXT.replace(" 1  2\n", " 1 2 3\n"), "not two numbers"),
        (TEXT.replace(" 1  2\n", " 1 two\n"), "not two numbers"),
        (TEXT.replace(" 1  2\n", " nan 2\n"), "without points"),
    ],
)
def test_incomplete_text_gives_an_error_with_its_place(bad: str, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        pen.parse_unipen(bad)


@pytest.mark.parametrize("subfolder", [".", "pen"])
def test_found_and_checked(subfolder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / subfolder
    folder.mkdir(exist_ok=True)
    (folder / pen.NAME).write_text(TEXT)
    with pytest.raises(DataError, match="not the published file"):
        pen.load_pen(tmp_path)
    monkeypatch.setattr(pen, "SHA256", pen.sha256(TEXT.encode()))
    assert [digit.label for digit in pen.load_pen(tmp_path)] == [4, 5]
    (folder / pen.NAME).write_bytes(TEXT.replace("\n", "\r\n").encode())
    monkeypatch.setenv("DEQ_DATA", str(tmp_path))
    assert [digit.label for digit in pen.load_pen()] == [4, 5]


def test_missing_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"not found.*10\.24432/C5MG6K.*DEQ_DATA"):
        pen.load_pen(tmp_path)


def test_the_splits_share_no_writer() -> None:
    assert not set(pen.TEST_WRITERS) & set(pen.VALIDATION_WRITERS)
    theirs, others = pen.by_writer(pen.parse_unipen(TEXT), [3])
    assert [digit.label for digit in theirs] == [5]
    assert [digit.label for digit in others] == [4]


def test_real_file(data: Path) -> None:
    digits = pen.load_pen(data)
    assert len(digits) == 7494
    assert {digit.writer for digit in digits} == set(range(1, 31))
    assert sum(len(digit.strokes) for digit in digits) == 9433
    points = np.concatenate([stroke for digit in digits for stroke in digit.strokes])
    assert points.min() >= 0
    assert points.max() <= pen.BOX
    held_out, rest = pen.by_writer(digits, pen.TEST_WRITERS)
    assert len(held_out) == 1499
    assert not {digit.writer for digit in rest} & set(pen.TEST_WRITERS)
    # A 7 begins with its bar: on a screen, its first point is above its last.
    sevens = [digit for digit in digits if digit.label == 7]
    falls = [digit.strokes[0][-1, 1] > digit.strokes[0][0, 1] for digit in sevens]
    assert np.mean(falls) > 0.9
