"""Strokes as points ↔ strokes as the canvas (Fabric.js) writes them."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from deq.digits.prepare import ink_of
from pages.parts.look.picture import PNG, address

Stroke = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]
Object = dict[str, Any]

SIZE = 280
"""Side of the pad in pixels: what fits a phone."""
BRUSH = 22
"""Width of the brush in pixels: about an eighth of a digit's height, as in MNIST."""

# Points on each curve of a path; a curve is a few pixels long.
_CURVE = np.linspace(0, 1, 5)[1:]


def objects_of(strokes: Iterable[Stroke], width: float) -> list[Object]:
    """Strokes (N, 2) as the paths of the canvas.

    Examples
    --------
    >>> objects_of([np.array([[1.0, 2.0], [3.0, 4.0]])], width=20)[0]["path"]
    [['M', 1.0, 2.0], ['L', 3.0, 4.0]]
    """
    return [
        {
            "type": "Path",
            "path": [
                ["M" if k == 0 else "L", float(x), float(y)] for k, (x, y) in enumerate(stroke)
            ],
            "fill": None,
            "stroke": "#ffffff",
            "strokeWidth": width,
            "strokeLineCap": "round",
            "strokeLineJoin": "round",
        }
        for stroke in strokes
    ]


def strokes_of(objects: Iterable[Object]) -> tuple[list[Stroke], list[float]]:
    """The points (N, 2) and the brush width of every path; other objects are passed over.

    Examples
    --------
    >>> path = [["M", 0, 0], ["Q", 1, 0, 2, 0], ["L", 4, 0]]
    >>> strokes, widths = strokes_of([{"path": path, "strokeWidth": 7}])
    >>> strokes[0][:, 0].tolist(), widths
    ([0.0, 0.5, 1.0, 1.5, 2.0, 4.0], [7.0])
    """
    strokes, widths = [], []
    for item in objects:
        points = _points(item.get("path") or [])
        if points:
            stroke, scale = _placed(np.asarray(points, dtype=np.float64), item)
            strokes.append(stroke)
            widths.append(scale * float(item.get("strokeWidth", 1)))
    return strokes, widths


def rounded(points: Stroke) -> Stroke:
    """Points (N, 2) of the pen as the canvas joins them: by curves from middle to middle.

    Examples
    --------
    >>> rounded(np.array([[0.0, 0], [8, 0], [8, 8]]))[[0, 1, -2, -1]].tolist()
    [[0.0, 0.0], [4.0, 0.0], [8.0, 4.0], [8.0, 8.0]]
    """
    if len(points) == 1:  # the canvas draws nothing for a line of no length
        return np.concatenate([points, points + np.array([0.02, 0])])
    if len(points) == 2:
        return points
    middles = (points[:-1] + points[1:]) / 2  # (N − 1, 2)
    curves = [
        (1 - s) ** 2 * middles[:-1] + 2 * s * (1 - s) * points[1:-1] + s**2 * middles[1:]
        for s in _CURVE
    ]
    between = np.stack(curves, axis=1).reshape(-1, 2)  # (4 (N − 2), 2)
    return np.concatenate([points[:1], middles[:1], between, points[-1:]])


def _placed(stroke: Stroke, item: Object) -> tuple[Stroke, float]:
    """A stroke after the canvas's edit tool moved it, and the factor by which it grew.

    The tool keeps the path as it was drawn, and adds its new middle, its scale and its angle.
    """
    middle = (stroke.min(0) + stroke.max(0)) / 2  # (2,)
    place = np.array([item.get("left", middle[0]), item.get("top", middle[1])], dtype=np.float64)
    flips = np.where([item.get("flipX", False), item.get("flipY", False)], -1.0, 1.0)
    scale = flips * [float(item.get("scaleX", 1)), float(item.get("scaleY", 1))]
    angle = np.radians(float(item.get("angle", 0)))
    # Within a pixel it is the same place: the middle of a curve is known from a few points.
    if not angle and (scale == 1).all() and np.abs(place - middle).max() <= 1:
        return stroke, 1.0
    across, down = np.cos(angle), np.sin(angle)
    placed: Stroke = (stroke - middle) * scale @ np.array([[across, down], [-down, across]]) + place
    return placed, float(np.sqrt(np.abs(scale.prod())))


def _points(path: Sequence[Sequence[Any]]) -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    for command, *numbers in path:
        if command in {"M", "L"}:
            points.append((float(numbers[0]), float(numbers[1])))
        elif command == "Q":  # quadratic Bézier from the last point
            start, bend, end = np.array(points[-1]), np.array(numbers[:2]), np.array(numbers[2:])
            for s in _CURVE:
                x, y = (1 - s) ** 2 * start + 2 * s * (1 - s) * bend + s**2 * end
                points.append((float(x), float(y)))
    return points


def picture_object(image: npt.NDArray[np.float32]) -> Object:
    """A picture (28, 28) in [0, 1] as the canvas's image, as large as the pad."""
    small = Image.fromarray((255 * image).round().astype(np.uint8))
    return {
        "type": "Image",
        "src": address(np.asarray(small.resize((SIZE, SIZE), Image.Resampling.BICUBIC))),
        "originX": "center",
        "originY": "center",
        "left": SIZE / 2,
        "top": SIZE / 2,
        "width": SIZE,
        "height": SIZE,
    }


def pictures_of(objects: Iterable[Object]) -> list[Pixels]:
    """The pixels (280, 280, 4) of every picture among the objects.

    Examples
    --------
    >>> pixels = pictures_of([picture_object(np.ones((28, 28), np.float32))])[0]
    >>> pixels.shape, int(pixels.min())
    ((280, 280, 4), 255)
    """
    sources = [str(item.get("src", "")) for item in objects]
    return [pixels_of(source) for source in sources if source.startswith(PNG)]


def pixels_of(address: str) -> Pixels:
    """The pixels (H, W, 4) of a PNG that is written in an address; see `pixels_in`."""
    return pixels_in(base64.b64decode(address[len(PNG) :]))


def pixels_in(png: bytes) -> Pixels:
    """The pixels (280, 280, 4) of a picture of the pad; ValueError for anything else.

    No other format is tried: Pillow knows many, and some of them start programs.
    """
    try:
        picture = Image.open(io.BytesIO(png), formats=["PNG"])
        if picture.size == (SIZE, SIZE):  # known before anything is unpacked
            return np.asarray(picture.convert("RGBA"))
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError("this is no PNG") from error
    raise ValueError(f"a picture of {picture.size} is not as large as the pad")


def alike(one: Pixels, other: Pixels) -> bool:
    """Whether two pictures (280, 280, 4) of the pad differ by no more than rounding.

    A dot of the thinnest brush fills a fifth of a square of 10 × 10 pixels at least.

    Examples
    --------
    >>> empty = np.zeros((SIZE, SIZE, 4), np.uint8)
    >>> dot = empty.copy()
    >>> dot[98:106, 98:106] = 255
    >>> dot[..., 3] = 255
    >>> alike(empty, empty), alike(empty, dot)
    (True, False)
    """
    if one.shape != other.shape:
        return False
    difference = ink_of(one).astype(np.float64) - ink_of(other)  # (280, 280)
    squares = difference.reshape(SIZE // 10, 10, SIZE // 10, 10).mean((1, 3))  # (28, 28)
    return bool(np.abs(squares).max() <= 0.15 * 255)


def outline(objects: Iterable[Object]) -> tuple[tuple[Any, ...], ...]:
    """Equal for two drawings with the same strokes, whatever else the canvas adds to them."""
    return tuple(
        tuple(
            round(float(number), 1) for command in item.get("path") or [] for number in command[1:]
        )
        for item in objects
    )
