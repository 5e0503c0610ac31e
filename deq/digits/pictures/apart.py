"""The pieces of a drawing that stand side by side: the digits of a number, say."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from deq.digits.pictures.subject import Box, frame, pieces
from deq.digits.prepare import MIN_INK, ink_of

COARSE = 140  # pixels: from a picture of this size it is seen whether there is one stroke only
SHARED = 0.5  # strokes that share so much of the narrower one's columns are one piece
TALL = 0.5  # lower pieces, in heights of the tallest, are dots and bars beside a digit
MOST = 4  # more pieces are a text


def apart(rgba: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """Each of the pieces that stand side by side, as a drawing of its own.

    A piece is connected ink with whatever is above or below it: a 4 in two strokes, a 5 with a bar
    that does not touch it and an i with its dot are one piece each, 42 is two.

    Parameters
    ----------
    rgba : ndarray (H, W, 4) uint8
        White ink on an opaque black pad, as for `deq.digits.prepare`.

    Returns
    -------
    list of ndarray (H, W, 4) uint8
        2 to 4 pieces in one line, from left to right, each where it was drawn. None is lower than
        half of the tallest: dots and bars beside them are left out. Empty for all other drawings.
    """
    step = max(1, max(rgba.shape[:2]) // COARSE)
    if ndimage.label(ink_of(rgba[::step, ::step]) >= MIN_INK, np.ones((3, 3)))[1] < 2:
        return []  # one stroke, as nearly always: the others cost several times as much
    labels, boxes, _ = pieces(ink_of(rgba).astype(np.float32), MIN_INK)
    frames = {tuple(group): frame([boxes[n] for n in group]) for group in _side_by_side(boxes)}
    tallest = max((box.height for box in frames.values()), default=0)
    tall = {group: box for group, box in frames.items() if box.height >= TALL * tallest}
    if not 2 <= len(tall) <= MOST:
        return []
    if max(box.top for box in tall.values()) >= min(box.bottom for box in tall.values()):
        return []  # not in one line
    groups = sorted(tall, key=lambda group: tall[group].left)
    return [_only(rgba, np.isin(labels, group)) for group in groups]


def _side_by_side(boxes: dict[int, Box]) -> list[list[int]]:
    """The numbers of the boxes, grouped by the columns that they share."""
    groups: list[list[int]] = []
    # The widest first, so that each box is narrower than those that it may join.
    for number, box in sorted(boxes.items(), key=lambda item: (-item[1].width, item[1].left)):
        for group in groups:
            if box.columns_shared(frame([boxes[n] for n in group])) >= SHARED * box.width:
                group.append(number)
                break
        else:
            groups.append([number])
    return groups


def _only(rgba: NDArray[np.uint8], mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """The drawing without the ink outside of the mask (H, W)."""
    piece = rgba.copy()
    piece[~mask, :3] = 0
    return piece
