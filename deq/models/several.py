"""A number of several digits is told so: the network reads each of them by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from deq.digits import NotADrawing, prepare
from deq.digits.pictures.apart import apart
from deq.models.classifier import Classifier
from deq.models.prediction import Prediction


def unless_several(
    prediction: Prediction, model: Classifier, rgba: NDArray[np.uint8]
) -> Prediction:
    """The prediction for a drawing, or that the drawing is more than one digit.

    Parameters
    ----------
    prediction : Prediction
        For the whole drawing.
    model : Classifier
        Reads the pieces.
    rgba : ndarray (H, W, 4) uint8
        The drawing, as for `deq.digits.prepare`.

    Returns
    -------
    Prediction
        The same one; but if 2 to 4 pieces stand side by side and the verdict on each of them is
        ``"digit"``, its verdict is ``"not a digit"`` and its reason names them.
    """
    digits = digits_of(model, rgba)
    if not digits:
        return prediction
    return replace(prediction, verdict="not a digit", reason=sentence(digits))


def digits_of(model: Classifier, rgba: NDArray[np.uint8]) -> list[int]:
    """The digits of a number from left to right; none if the drawing is not a number of several."""
    digits = []
    for piece in apart(rgba):
        try:
            read = model.predict(prepare(piece), record=False)
        except NotADrawing:
            return []
        if read.verdict != "digit":
            return []
        digits.append(read.digit)
    return digits


def sentence(digits: Sequence[int]) -> str:
    """What a drawing of two or more digits is told.

    Examples
    --------
    >>> sentence([4, 2])
    'That is more than one digit: it looks like a 4 and a 2.'
    >>> sentence([1, 8, 0])
    'That is more than one digit: it looks like a 1, an 8 and a 0.'
    """
    *before, last = [f"an {digit}" if digit == 8 else f"a {digit}" for digit in digits]
    return f"That is more than one digit: it looks like {', '.join(before)} and {last}."
