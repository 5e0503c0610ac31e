"""Which digit a page looks at: the visitor's own drawing, or one of MNIST."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import streamlit as st

from deq.digits import DataError, NotADrawing, prepare
from deq.digits.mnist import load_subset
from pages.parts.look.picture import picture, png
from pages.parts.pad.drawing import pad
from pages.parts.shared import errors
from pages.parts.shared.text import literal
from pages.parts.shared.widgets import NumberInput

Picture = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]
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


class Loading(NamedTuple):
    """How code gets the picture: its imports, and the line after them, or the lines."""

    imports: tuple[str, ...]
    line: str


@dataclass(frozen=True, eq=False)
class Subject:
    """A picture to look at."""

    image: Picture  # (28, 28) in [0, 1]
    name: str  # as people read it
    query: dict[str, str]  # what the address needs so that another browser finds the picture
    loading: Loading
    pixels: Pixels | None = None  # of a drawing that is no example, (280, 280, 4)

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


def loading_mnist(place: int) -> Loading:
    """A digit of MNIST in code.

    Examples
    --------
    >>> loading_mnist(7).line
    'image = load_subset()[0][7] / 255'
    """
    imports = ("from deq.digits.mnist import load_subset",)
    return Loading(imports, f"image = load_subset()[0][{place}] / 255")


def loading_drawing(example: str | None) -> Loading:
    """An example in code, or a drawing of the visitor's, which has to be saved as a file first.

    Examples
    --------
    >>> loading_drawing("3").line
    "image = prepare(example('3'))"
    """
    if example:
        return Loading(
            ("from deq.digits import example, prepare",), f"image = prepare(example({example!r}))"
        )
    return Loading(
        ("import numpy", "from PIL import Image", "from deq.digits import prepare"),
        'drawing = numpy.array(Image.open("drawing.png"))  # the button "Drawing (PNG)"\n'
        "image = prepare(drawing)",
    )


def drawn_here() -> None:
    """The pad, on a page that looks at what is drawn on it."""
    from pages.parts.pad.pad import shown, tools  # the canvas can only be imported in the app
    from pages.parts.pad.script import pad_script

    with st.container(key="here", gap="small"):
        drawing = shown()
        tools(drawing)
        pad_script(drawing.address(), drawing.example, drawing.version, version=f"{drawing.number}")


def subject(kind: str, place: int) -> Subject | str:
    """The drawing on the pad, or the digit at that place; or why there is none."""
    if kind == MNIST:
        try:
            images, labels = _digits()
        except DataError as error:
            return errors.in_words_of(error)
        image = images[place].astype(np.float32) / 255
        name = f"digit {place} of MNIST, a {labels[place]}"
        return Subject(image, name, {}, loading_mnist(place))
    drawing = pad()
    pixels = drawing.rgba()
    try:
        image = prepare(pixels)
    except NotADrawing as problem:
        return f"{literal(problem)} Or pick a digit of MNIST."
    query = {"example": drawing.example} if drawing.example else {"ink": drawing.address()}
    return Subject(
        image,
        "your drawing",
        {k: v for k, v in query.items() if v},
        loading_drawing(drawing.example),
        None if drawing.example else pixels,
    )


def shown(chosen: Subject) -> None:
    """The picture, small, as the network gets it; a drawing can be saved for the code box."""
    with st.container(key="seen"):
        alt = f"The 28×28 picture that the network sees: {chosen.name}"
        picture(chosen.image, 112, alt, caption=chosen.name)
    pixels = chosen.pixels
    if pixels is not None:
        save(lambda: pixels)


def save(pixels: Callable[[], Pixels]) -> None:
    """A button that saves a drawing without loss."""
    st.download_button(
        "Drawing (PNG)",
        lambda: png(pixels()),
        "drawing.png",
        "image/png",
        icon=":material/draw:",
        on_click="ignore",
        key="download-png",
        help="What is on the pad, as a file that the code on this page reads.",
    )
