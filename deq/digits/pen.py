"""Pen digits: strokes of digits that people wrote on a tablet.

Alpaydin and Alimoglu, "Pen-Based Recognition of Handwritten Digits", UCI Machine Learning
Repository, 1998, DOI 10.24432/C5MG6K, CC BY 4.0: 7,494 digits that 30 people wrote on a tablet.
The file ``pendigits-orig.tra`` is UNIPEN text (Guyon 1994): a ``.SEGMENT`` line ends with the
quoted label, a ``.COMMENT`` line has label and writer, and each stroke is the ``x y`` lines
between ``.PEN_DOWN`` and ``.PEN_UP``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from deq.digits.errors import DataError, NotFound
from deq.digits.sources import VARIABLE, find, read, sha256

NAME = "pendigits-orig.tra"
SHA256 = "a66225d68d7d68591e62944df1ad33b3f5aa608e2df2505844b41f5568a80da4"
BOX = 500.0
"""Side of the square in which each digit was written, in tablet pixels."""

TEST_WRITERS = (5, 10, 15, 20, 25, 30)
"""Every fifth writer, for tests only: never used for training or to choose anything."""

VALIDATION_WRITERS = (8, 18)
"""Writers that are not in the training data; the model is chosen by them."""

HOW_TO_GET_IT = (
    f"Get {NAME} from the UCI Machine Learning Repository (DOI 10.24432/C5MG6K) and name its "
    f"folder in the environment variable {VARIABLE}."
)


@dataclass(frozen=True, eq=False)
class PenDigit:
    """One digit as written.

    Some are incomplete in the source (a 4 or a 5 without its second stroke). They are kept: to
    choose which to leave out, one would have to look at results.

    Attributes
    ----------
    label
        The digit that the writer was asked for, 0 to 9.
    writer
        Number of the writer, 1 to 30.
    strokes
        Each (N, 2) float32, x and y in a 500×500 box, **y pointing down** as on a screen.
    """

    label: int
    writer: int
    strokes: tuple[NDArray[np.float32], ...]


def load_pen(data: Path | str | None = None) -> list[PenDigit]:
    """All 7,494 pen digits, in the order of the file.

    Parameters
    ----------
    data
        Folder with ``pendigits-orig.tra``, or with a subfolder ``pen/`` that has it; by default
        the folder in the environment variable ``DEQ_DATA``.

    Raises
    ------
    DataError
        The file is missing, cut short, or another one.
    """
    path = find(NAME, "pen", data)
    if path is None:
        raise NotFound(f"The pen strokes {NAME} were not found.", HOW_TO_GET_IT)
    content = read(path)
    # A copy with Windows line ends counts as the same file.
    content = content.replace(b"\r\n", b"\n")
    digits = parse_unipen(content.decode("ascii", errors="replace"), str(path))
    if sha256(content) != SHA256:
        raise DataError(
            f"{path} is not the published file: its SHA-256 differs ({len(digits):,} digits were "
            "read from it).",
            HOW_TO_GET_IT,
        )
    return digits


def by_writer(
    digits: Sequence[PenDigit], writers: Sequence[int]
) -> tuple[list[PenDigit], list[PenDigit]]:
    """The digits of ``writers``, and those of all other writers."""
    chosen = frozenset(writers)
    return (
        [digit for digit in digits if digit.writer in chosen],
        [digit for digit in digits if digit.writer not in chosen],
    )


def parse_unipen(text: str, source: str = "the pen file") -> list[PenDigit]:
    """Digits of UNIPEN text of the form described above; ``source`` names it in errors.

    Raises
    ------
    DataError
        A digit lacks label, writer, strokes or the end of a stroke, or a point is no point.
    """
    head, *segments = re.split(r"(?m)^\.SEGMENT\b", text)
    if not segments:
        raise DataError(f"{source} has no digits in it.", HOW_TO_GET_IT)
    del head
    return [
        _parse_segment(segment, f"{source}, digit {number}")
        for number, segment in enumerate(segments, start=1)
    ]


def _parse_segment(segment: str, where: str) -> PenDigit:
    label = re.match(r'.*"([0-9])"\s*$', segment.partition("\n")[0])
    comment = re.search(r"(?m)^\.COMMENT\s+[0-9]\s+([0-9]+)\b", segment)
    if label is None or comment is None:
        raise DataError(f"{where}, has no label or no writer.", HOW_TO_GET_IT)
    _, *parts = re.split(r"(?m)^\.PEN_DOWN\b", segment)
    if not parts:
        raise DataError(f"{where}, has no stroke.", HOW_TO_GET_IT)
    strokes = tuple(_parse_stroke(part, where) for part in parts)
    return PenDigit(int(label[1]), int(comment[1]), strokes)


def _parse_stroke(part: str, where: str) -> NDArray[np.float32]:
    body, pen_up, _ = part.partition(".PEN_UP")
    if not pen_up:
        raise DataError(f"{where}, is cut short: a stroke has no end.", HOW_TO_GET_IT)
    try:
        rows = [[float(number) for number in line.split()] for line in body.split("\n")]
        points = np.array([(x, y) for x, y in filter(None, rows)], dtype=np.float32)
    except ValueError as error:
        raise DataError(f"{where}, has a point that is not two numbers.", HOW_TO_GET_IT) from error
    if not len(points) or not np.isfinite(points).all():
        raise DataError(f"{where}, has a stroke without points.", HOW_TO_GET_IT)
    points[:, 1] = BOX - points[:, 1]  # the tablet's y points up, a screen's points down
    return points
