"""A drawing as a short text for the address of the page, and back.

    1 stroke . stroke . …      stroke = width point point …      "1" is the version

Everything is written in the 64 characters of base64url, six bits each: the width of the brush is
one character, a coordinate two: quarters of a pixel from −256 px, since a hand may leave the pad.
Strokes are thinned first (Douglas and Peucker 1973). A digit takes about a hundred characters.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pages.parts.pad.ink import Stroke

UNREAD = "The drawing in this link cannot be read: it is damaged, or of another version."

LONGEST = 1500
"""Characters; a longer drawing gets no link, and a longer link is not read."""
THIN = 1.0
"""Pixels by which a thinned stroke may differ: a twentieth of the brush."""

_VERSION = "1"
_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_VALUE = {digit: value for value, digit in enumerate(_DIGITS)}
_STEPS, _ORIGIN = 4, 256  # a pixel in quarters; pixels left of and above the pad
_LAST = 64 * 64 - 1
_POINT = 4  # characters
# The canvas draws nothing for a line of no length: a dot is a very short one.
_DOT = 0.02


def thin(points: Stroke, tolerance: float = THIN) -> Stroke:
    """The fewest of the points (N, 2) that lie, joined up, within the tolerance of all of them.

    The point farthest from the chord of a part is kept and splits it, until none is far.

    References
    ----------
    Douglas, Peucker (1973), "Algorithms for the reduction of the number of points required to
    represent a digitized line or its caricature".

    Examples
    --------
    >>> thin(np.array([[0.0, 0], [5, 0.5], [10, 0], [10, 10]])).tolist()
    [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0]]
    """
    keep = np.zeros(len(points), dtype=bool)
    keep[[0, -1]] = True
    parts = [(0, len(points) - 1)]
    while parts:
        first, last = parts.pop()
        between = points[first + 1 : last]
        if not len(between):
            continue
        far = _distance(between, points[first], points[last])
        split = first + 1 + int(far.argmax())
        if far.max() > tolerance:
            keep[split] = True
            parts += [(first, split), (split, last)]
    return points[keep]


def _distance(points: Stroke, start: Stroke, end: Stroke) -> npt.NDArray[np.float64]:
    """How far points (N, 2) are from the segment between two others."""
    along = end - start
    length = float(along @ along)
    share = np.clip((points - start) @ along / length, 0, 1) if length else np.zeros(len(points))
    distance: npt.NDArray[np.float64] = np.hypot(*(points - start - share[:, None] * along).T)
    return distance


def encode(strokes: Sequence[Stroke], widths: Sequence[float]) -> str | None:
    """The drawing as a text, or None if there is none or it would be too long.

    Parameters
    ----------
    strokes : sequence of (N, 2)
        In pixels of the pad.
    widths : sequence of float
        Of the brush, for each stroke.

    Examples
    --------
    >>> encode([np.array([[0.0, 0.0], [9.0, 0.25]])], [22])
    '1WQAQAQkQB'
    """
    parts = []
    for stroke, width in zip(strokes, widths, strict=True):
        steps = np.rint((thin(stroke) + _ORIGIN) * _STEPS).clip(0, _LAST).astype(int)
        if len(steps) == 2 and (steps[0] == steps[1]).all():
            steps = steps[:1]
        brush = _DIGITS[int(np.clip(round(width), 1, len(_DIGITS) - 1))]
        parts.append(brush + "".join(_DIGITS[n >> 6] + _DIGITS[n & 63] for n in steps.flat))
    text = _VERSION + ".".join(parts)
    return text if parts and len(text) <= LONGEST else None


def decode(text: str) -> tuple[list[Stroke], list[float]]:
    """The strokes, each (N, 2) in pixels of the pad, and the widths of the brush.

    Raises
    ------
    ValueError
        If the text is anything but what `encode` writes.

    Examples
    --------
    >>> strokes, widths = decode("1WQAQAQkQB")
    >>> strokes[0].tolist(), widths
    ([[0.0, 0.0], [9.0, 0.25]], [22.0])
    """
    if len(text) > LONGEST:
        raise ValueError(f"a drawing takes at most {LONGEST} characters, not {len(text)}")
    if not text.startswith(_VERSION):
        raise ValueError(f"a drawing starts with the version {_VERSION}")
    strokes, widths = [], []
    for part in text.removeprefix(_VERSION).split("."):
        if len(part) <= _POINT or len(part) % _POINT != 1:
            raise ValueError("a stroke is a width and at least one point of four characters")
        try:
            width, *digits = (_VALUE[character] for character in part)
        except KeyError as error:
            raise ValueError(f"{error} is not a character of a drawing") from None
        if not width:
            raise ValueError("a brush has a width")
        pairs = np.array(digits, dtype=np.float64).reshape(-1, 2, 2)  # (N, x and y, two digits)
        points = (64 * pairs[..., 0] + pairs[..., 1]) / _STEPS - _ORIGIN  # (N, 2)
        if len(points) == 1:
            points = points + np.array([[0, 0], [_DOT, 0]])
        strokes.append(points)
        widths.append(float(width))
    return strokes, widths
