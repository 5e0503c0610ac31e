"""Which strokes of a picture are the digit, or what is wrong with the picture."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from deq.digits.prepare import MIN_INK, NotADrawing

Array = NDArray[np.float32]

STROKE = 0.35  # of the digit's darkest ink: less is not part of a stroke
FULL = 0.75  # of it: from here on a pixel is fully covered
NEAR = 0.3  # a stroke this near, in sizes of the digit, belongs to it
TALL = 0.6  # two things beside one another that differ less in height are two digits
OTHER = 0.45  # a thing of this size, in sizes of the digit, may be what was meant
CROWD = 7  # more things of a quarter of the digit's size are a text
STROKES = 4  # a digit is not made of more separate strokes
SPECK = 6  # pixels: smaller things are noise or dust
SMALLEST = 18  # pixels: a smaller digit cannot be told from others

SENTENCES = {
    "blank": "Nothing is written in this picture, or too faintly: take it in more light.",
    "dot": "The digit is small in this picture: crop it, or take the picture from nearer.",
    "full": "Almost the whole picture is ink: leave some paper around the digit.",
    "several": "There is more than one thing in this picture: crop it to one digit.",
}
"""What is wrong with a picture, by the reason of `NotADrawing`."""


@dataclass(frozen=True, slots=True)
class Box:
    """The frame of some strokes: rows top to bottom, columns left to right, ends excluded."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def height(self) -> int:
        """In pixels."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """In pixels."""
        return self.right - self.left

    @property
    def size(self) -> int:
        """The longer side, in pixels."""
        return max(self.height, self.width)

    def gap(self, other: Box) -> int:
        """Pixels between the two; 0 if they overlap."""
        down = max(self.top, other.top) - min(self.bottom, other.bottom)
        across = max(self.left, other.left) - min(self.right, other.right)
        return max(0, down, across)

    def columns_shared(self, other: Box) -> int:
        """Columns that both have."""
        return max(0, min(self.right, other.right) - max(self.left, other.left))

    def beside(self, other: Box) -> bool:
        """Whether they stand side by side and are about as tall, as the digits of a number."""
        apart = self.left >= other.right or other.left >= self.right
        return apart and min(self.height, other.height) > TALL * max(self.height, other.height)


def frame(boxes: Collection[Box]) -> Box:
    """The frame around all of them."""
    return Box(
        min(box.top for box in boxes),
        max(box.bottom for box in boxes),
        min(box.left for box in boxes),
        max(box.right for box in boxes),
    )


def one_digit(ink: Array, *, several: bool = False) -> Array:
    """The digit of a picture of ink (H, W), cropped, with full ink at 255 and nothing else.

    With `several`, more than one thing is no error: all of them are kept.

    Raises
    ------
    NotADrawing
        There is nothing (reason ``"blank"``), more than one thing (``"several"``), or the digit is
        too small to be read (``"dot"``).
    """
    labels, boxes, weights = pieces(ink, MIN_INK)
    if not boxes:
        raise refusal("blank")
    heaviest = max(weights, key=weights.__getitem__)
    darkest = float(np.percentile(ink[labels == heaviest], 90))
    labels, boxes, weights = pieces(ink, max(MIN_INK, STROKE * darkest))
    if not boxes:
        raise refusal("blank")
    chosen = strokes_of_one(boxes, weights) or (set(boxes) if several else set())
    if not chosen:
        raise refusal("several")
    box = frame([boxes[number] for number in chosen])
    if box.size < SMALLEST:
        raise refusal("dot")
    part = np.s_[box.top : box.bottom + 4, box.left : box.right + 4]  # a margin of 2 pixels
    mask = ndimage.binary_dilation(np.pad(np.isin(labels, list(chosen)), 2)[part])
    low, high = 0.5 * STROKE * darkest, FULL * darkest
    full = (mask * (np.pad(ink, 2)[part] - low) / (high - low) * 255).clip(0, 255)
    # Around it there is paper, as on the pad, so that a thick digit does not count as a full pad.
    return np.pad(full.astype(np.float32), box.size // 2)


def refusal(reason: str) -> NotADrawing:
    """The exception for a picture that does not show one digit."""
    return NotADrawing(reason, SENTENCES[reason])


def pieces(ink: Array, least: float) -> tuple[NDArray[np.int32], dict[int, Box], dict[int, float]]:
    """Connected strokes of at least so much ink: labels (H, W), and each one's frame and weight."""
    labels, _ = ndimage.label(ink >= least, np.ones((3, 3)))
    boxes = {
        number: Box(rows.start, rows.stop, columns.start, columns.stop)
        for number, (rows, columns) in enumerate(ndimage.find_objects(labels), start=1)
    }
    boxes = {number: box for number, box in boxes.items() if box.size >= SPECK}
    sums = ndimage.sum_labels(ink**2, labels, list(boxes)) if boxes else []
    return labels, boxes, dict(zip(boxes, map(float, sums), strict=True))


def strokes_of_one(boxes: dict[int, Box], weights: dict[int, float]) -> set[int]:
    """The strokes that make up the digit; none if there is more than one thing.

    They are the heaviest one and those near it. What is left must be small beside them.
    """
    main = boxes[max(weights, key=weights.__getitem__)]
    chosen = {
        number
        for number, box in boxes.items()
        if box is main or (box.gap(main) <= NEAR * main.size and not box.beside(main))
    }
    size = frame([boxes[number] for number in chosen]).size
    rest = [box.size for number, box in boxes.items() if number not in chosen]
    crowd = sum(other > size / 4 for other in rest)
    one = len(chosen) <= STROKES and max(rest, default=0) <= OTHER * size and crowd <= CROWD
    return chosen if one else set()
