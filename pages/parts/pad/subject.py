"""Which digit a page looks at: the visitor's own drawing, or one of MNIST."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import streamlit as st

from deq.digits import DataError, NotADrawing, prepare
from deq.digits.mnist import load_subset
from deq.figures import magnify
from pages.parts.shared import errors
from pages.parts.shared.text import literal
from pages.parts.shared.widgets import NumberInput

Picture = npt.NDArray[np.float32]
LAST = 4999
USUAL = 1204
DRAWING, MNIST = "my drawing", "MNIST digit"
DIGIT = NumberInput(
    "Digit of MNIST",
    USUAL,
    0,
    LAST,
    1,
    help="5,000 digits ship with the app, 500 of each in order: 1204 is a 2.",
)
"""The control that picks one of MNIST's digits."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A picture to look at."""

    image: Picture  # (28, 28) in [0, 1]
    name: str  # as people read it
    query: dict[str, str]  # what the address needs so that another browser finds the picture
    place: int | None = None  # its number in MNIST; None for a drawing

    @property
    def key(self) -> bytes:
        """The picture as a key for caches."""
        return self.image.tobytes()


@st.cache_resource(max_entries=1, show_spinner=False)
def _digits() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    return load_subset()


def image_of(key: bytes) -> Picture:
    """The picture behind `Subject.key`."""
    return np.frombuffer(key, np.float32).reshape(28, 28).copy()


def lines(place: int | None) -> str:
    """The line of code that loads the picture; for a drawing, which is no file, another digit.

    Examples
    --------
    >>> lines(7)
    'image = load_subset()[0][7] / 255'
    >>> lines(None)
    'image = load_subset()[0][1204] / 255  # in place of your drawing'
    """
    note = "  # in place of your drawing" if place is None else ""
    return f"image = load_subset()[0][{USUAL if place is None else place}] / 255{note}"


def drawn_here() -> None:
    """The pad, on a page that looks at what is drawn on it."""
    from pages.parts.pad import pad
    from pages.parts.pad.script import pad_script

    with st.container(key="here", gap="small"):
        drawing = pad.shown()
        pad.tools(drawing)
        pad_script(drawing.address(), drawing.example, f"{drawing.number}")


def subject(kind: str, place: int) -> Subject | str:
    """The drawing on the pad, or the digit at that place; or why there is none."""
    if kind == MNIST:
        try:
            images, labels = _digits()
        except DataError as error:
            return errors.in_words_of(error)
        image = images[place].astype(np.float32) / 255
        return Subject(image, f"digit {place} of MNIST, a {labels[place]}", {}, place)
    from pages.parts.pad import pad

    drawing = pad.pad()
    try:
        image = prepare(drawing.rgba())
    except NotADrawing as problem:
        return f"{literal(problem)} Or pick a digit of MNIST."
    query = {"example": drawing.example} if drawing.example else {"ink": drawing.address()}
    return Subject(image, "your drawing", {k: v for k, v in query.items() if v})


def shown(chosen: Subject) -> None:
    """The picture, small, as the network gets it."""
    with st.container(key="seen"):
        st.image(
            magnify(chosen.image),
            width=112,
            caption=chosen.name,
            alt=f"The 28×28 picture that the network sees: {chosen.name}",
        )
