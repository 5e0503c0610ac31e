"""The drawing pad: what is on it, and our own Undo, Clear and examples.

The canvas component has the pixels, the page has the list of strokes. A stroke comes from the
canvas as the component's value. Undo, Clear and examples go to the canvas as a new
`initial_drawing`; the canvas loads it and then reports it back. `Pad.take` deals with two traps: a
stale value (the canvas has not loaded our change yet) and an echo (it has, and reports it). And
`initial_drawing` must not change otherwise, or canvas and page answer each other for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st
from streamlit_drawable_canvas import CanvasResult, st_canvas

from deq.digits import render
from pages.parts.pad import examples, link
from pages.parts.pad.ink import (
    BRUSH,
    SIZE,
    objects_of,
    outline,
    picture_object,
    pictures_of,
    strokes_of,
)
from pages.parts.shared import errors

KEY = "pad"
_STATE = "drawing"
Pixels = npt.NDArray[np.uint8]
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
            Whether it was our own echo, which changes nothing.
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
        self._echo = False
        if not echo:
            self._replace(objects, result.image_data, None)
        return echo

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


def canvas(state: Pad, brush: int, at_echo: Callable[[], None]) -> None:
    """Show the canvas, and read it into `state`; `at_echo` is called if it reports our own."""
    new = KEY not in st.session_state
    if new:
        state.mount()
    result = st_canvas(
        stroke_width=brush,
        stroke_color="#ffffff",
        background_color="#000000",
        height=SIZE,
        width=SIZE,
        drawing_mode="freedraw",
        # The count makes the text differ when the same strokes are to be shown again.
        initial_drawing={"version": f"{state.version}", "objects": state.base},
        return_image_data=True,
        key=KEY,
    )
    if state.take(result):
        at_echo()
    if new and result._image_data_url is not None:
        # The browser's canvas is older than this session: the server has started again. What was
        # drawn on it meanwhile counts, and not what `mount` has put in its place.
        state.show(state.objects, state.example)
        st.rerun()
    if state.unread:
        st.caption(link.UNREAD)


def shown(at_echo: Callable[[], None] = lambda: None) -> Pad:
    """The pad under its heading, and what is drawn on it; `at_echo` as for `canvas`."""
    state = pad()
    st.header("Draw here", anchor=False)  # short: the canvas's own toolbar covers the right half
    canvas(state, st.session_state.get("brush", BRUSH), at_echo)
    return state


def undo() -> None:
    """Take the last stroke away; the canvas may report a newer one together with the click."""
    state = pad()
    drawing = (st.session_state.get(KEY) or {}).get("drawing") or {}
    state.take(CanvasResult(drawing.get("raw"), drawing.get("data"), return_image_data=True))
    state.show(state.objects[:-1])


def clear() -> None:
    """Empty the pad."""
    pad().show([])


def put_example(name: str) -> None:
    """Put an example on the pad; the pills are a new set, which shows it as the chosen one."""
    state = pad()
    state.pills += 1
    state.show(objects_of(examples.strokes(name), BRUSH), example=name)


def load_example(pills: int) -> None:
    """Put the example chosen in this set of pills on the pad; none chosen changes nothing."""
    state, name = pad(), st.session_state.get(f"example-{pills}")
    if pills == state.pills and name is not None and name in examples.NAMES:
        state.show(objects_of(examples.strokes(name), BRUSH), example=name)


def tools(state: Pad) -> None:
    """The pad's buttons, and the examples."""
    with st.container(horizontal=True, gap="small"):
        empty = not state.objects
        st.button(
            "Undo",
            icon=":material/undo:",
            on_click=errors.callback(undo),
            disabled=empty,
            key="undo",
        )
        st.button(
            "Clear",
            icon=":material/delete:",
            on_click=errors.callback(clear),
            disabled=empty,
            key="clear",
        )
    example_pills(state)


def example_pills(state: Pad) -> None:
    """Examples to load with one click."""
    with st.container(key="example"):
        st.pills(
            "Or pick an example",
            examples.NAMES,
            default=state.example,
            key=f"example-{state.pills}",
            on_change=errors.callback(load_example),
            args=(state.pills,),
            wrap=True,
        )
