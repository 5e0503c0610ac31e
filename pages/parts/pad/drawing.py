"""What one visitor has on the pad: strokes, pixels, and what the canvas still has to report.

The canvas component has the pixels, the page has the list of strokes. A stroke comes twice: from
the page's script as soon as the pen is lifted (`Pad.take_stroke`), and 200 ms later from the canvas
as the component's value. Undo, Clear and examples go to the canvas as a new `initial_drawing`; the
canvas loads it and then reports it back. `Pad.take` deals with three traps: a stale value (the
canvas has not loaded our change yet), an echo (it has, and reports it), and a stroke that is known.
And `initial_drawing` must not change otherwise, or canvas and page answer each other for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from deq.digits import render
from pages.parts.pad import examples, link
from pages.parts.pad.ink import (
    BRUSH,
    SIZE,
    Pixels,
    alike,
    objects_of,
    outline,
    picture_object,
    pictures_of,
    pixels_of,
    rounded,
    strokes_of,
)

if TYPE_CHECKING:
    from streamlit_drawable_canvas import CanvasResult  # it can only be imported in the app

_STATE = "drawing"
Picture = npt.NDArray[np.float32]


@dataclass
class Pad:
    """What one visitor has on the pad; kept in the session, also when the page changes."""

    objects: list[dict[str, Any]]  # the strokes as the canvas describes them
    example: str | None = None  # which example this is
    pixels: Pixels | None = None  # the canvas's own picture of the strokes, if it drew them
    number: int = 0  # goes up with every new drawing
    base: list[dict[str, Any]] = field(default_factory=list)  # what the canvas has to show,
    version: int = 0  # goes up with it
    link: str | None = None  # the drawing as the address carries it, once computed
    unread: bool = False  # the address had a drawing that could not be read; nothing drawn since
    # Which set of example pills is shown. Each drawing that is no example gets a new set, with none
    # chosen: the browser may still send the old set's choice, which must not count as a click.
    pills: int = 0
    _known: tuple[Any, ...] | None = None
    _echo: bool = False
    _early: bool = False  # the newest stroke is from the page's script, its report is to come

    def show(self, objects: list[dict[str, Any]], example: str | None = None) -> None:
        """Put `objects` on the pad in place of what is there."""
        self._replace(objects, None, example)
        self.base = objects
        self.version += 1
        self._echo = True

    def show_picture(self, image: Picture) -> None:
        """Put a picture (28, 28) in [0, 1] on the pad, to be looked at or drawn upon."""
        self.show([picture_object(image)])

    def mount(self) -> None:
        """Tell a new canvas (first visit, or back from another page) to show our strokes."""
        self.base = self.objects
        self.version += 1
        self._known, self._echo = None, True

    def take(self, result: CanvasResult) -> bool:
        """Read what a person drew, moved or removed on the canvas.

        Returns
        -------
        bool
            Whether it is news: neither our own echo, nor a stroke that the page's script gave.
        """
        url = result._image_data_url
        if url is None:  # the canvas has reported nothing yet
            return False
        objects = list((result.json_data or {}).get("objects", []))
        value = outline(objects), hash(url)
        if value == self._known:
            return False
        self._known = value
        echo = self._echo and outline(objects) == outline(self.objects)
        early = self._early and len(objects) == len(self.objects)
        self._echo = self._early = False
        if echo:
            return False
        if early and self.pixels is not None and alike(self.pixels, result.image_data):
            return False
        self._replace(objects, result.image_data, None)
        return True

    def take_stroke(self, stroke: Mapping[str, Any], width: float) -> None:
        """Add a stroke that the page's script read as the pen was lifted.

        Parameters
        ----------
        stroke : mapping
            What `pad_script` sends: the picture of the whole pad, the points of the stroke, and the
            version that the canvas showed; a stroke over another version is left to the canvas.
        width : float
            Of the brush, in pixels.
        """
        if stroke["version"] != self.version:
            return
        pixels = pixels_of(stroke["picture"])
        if self.pixels is not None and alike(self.pixels, pixels):  # the canvas was quicker
            return
        drawn = rounded(np.asarray(stroke["points"], dtype=np.float64))  # (N, 2)
        self._replace([*self.objects, *objects_of([drawn], width)], pixels, None)
        self._early = True

    def _replace(
        self, objects: list[dict[str, Any]], pixels: Pixels | None, example: str | None
    ) -> None:
        self.objects, self.pixels, self.example = objects, pixels, example
        self.number += 1
        self.link, self.unread = None, False
        self.pills += example is None

    def address(self) -> str:
        """The drawing as the page's address carries it; empty for an example or an empty pad."""
        if self.link is None:
            own = self.objects if self.example is None else []
            self.link = link.encode(*strokes_of(own)) or ""
        return self.link

    def rgba(self) -> Pixels:
        """The pixels (280, 280, 4): those of the canvas, or the same strokes rendered here."""
        if self.pixels is not None:
            return self.pixels
        if self.example is not None:
            return examples.rgba(self.example)
        layers = [
            render([stroke], SIZE, width)
            for stroke, width in zip(*strokes_of(self.objects), strict=True)
        ]
        layers += pictures_of(self.objects)
        return np.maximum.reduce(layers) if layers else render([], SIZE)


def pad() -> Pad:
    """The visitor's pad; on a first visit with the drawing of the address, or an example."""
    if _STATE not in st.session_state:
        st.session_state[_STATE] = _first()
    state: Pad = st.session_state[_STATE]
    return state


def _first() -> Pad:
    name, ink = st.query_params.get("example", ""), st.query_params.get("ink")
    unread = False
    if ink is not None and name not in examples.NAMES:
        try:
            drawn = zip(*link.decode(ink), strict=True)
            return Pad([objects_of([s], width)[0] for s, width in drawn], link=ink)
        except ValueError:
            unread = True
    known = name if name in examples.NAMES else examples.FIRST
    return Pad(objects_of(examples.strokes(known), BRUSH), example=known, unread=unread)
