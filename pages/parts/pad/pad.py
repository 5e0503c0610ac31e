"""The drawing pad: what is on it, whoever put it there, and undo, clear and examples of our own.

The canvas component owns the pixels; the page owns the list of strokes. A stroke travels canvas →
page as the component's value. Undo, clear and examples travel page → canvas as a new
`initial_drawing`, which the mounted canvas loads and then reports back as if it were news. Three
traps follow, and `Pad.take` knows them: a stale value (the canvas has not seen our change yet), an
echo (it has, and says so), and an initial drawing that must stay the same object text while
mounted, or canvas and page answer each other for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st
from streamlit_drawable_canvas import CanvasResult, st_canvas

from deq.digits import render
from pages.parts.draw import words
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

KEY = "pad"
_STATE = "drawing"
Pixels = npt.NDArray[np.uint8]
Picture = npt.NDArray[np.float32]


@dataclass
class Pad:
    """What one visitor has on the pad; lives in the session, so it survives a change of page.

    Attributes
    ----------
    objects
        The strokes as the canvas describes them.
    pixels
        The canvas's own picture of them, None where we put them there ourselves.
    number
        Goes up with every new drawing.
    example
        Which example this is, None for a drawing of one's own.
    base, turn
        What the canvas was last told to show, and how often it was told.
    link
        The drawing as the page's address carries it, None before anybody has asked.
    unread
        The address brought a drawing that could not be read, and nothing was drawn since.
    pills
        Which set of example pills is on the page. With every drawing that is no example a new set
        takes over, with none chosen: the browser may still send the old set's choice along with
        its next message, and that must not be taken for a click.
    """

    objects: list[dict[str, Any]]
    example: str | None = None
    pixels: Pixels | None = None
    number: int = 0
    base: list[dict[str, Any]] = field(default_factory=list)
    turn: int = 0
    link: str | None = None
    unread: bool = False
    pills: int = 0
    _known: tuple[Any, ...] | None = None
    _echo: bool = False

    def show(self, objects: list[dict[str, Any]], example: str | None = None) -> None:
        """Put `objects` on the pad in place of what is there."""
        self._replace(objects, None, example)
        self.base = objects
        self.turn += 1
        self._echo = True

    def show_picture(self, image: Picture) -> None:
        """Put a picture (28, 28) in [0, 1] on the pad, to be looked at or drawn upon."""
        self.show([picture_object(image)])

    def mount(self) -> None:
        """The canvas starts anew (first visit, or back from another page): show it our strokes."""
        self.base = self.objects
        self.turn += 1
        self._known, self._echo = None, True

    def take(self, result: CanvasResult) -> None:
        """Read the component: what a person drew, moved or removed on it, unless it is our echo."""
        url = result._image_data_url
        if url is None:  # the canvas has not spoken yet
            return
        objects = list((result.json_data or {}).get("objects", []))
        value = outline(objects), hash(url)
        if value == self._known:
            return
        self._known = value
        echo, self._echo = self._echo, False
        if not (echo and outline(objects) == outline(self.objects)):
            self._replace(objects, result.image_data, None)

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
        """The pad's pixels (280, 280, 4): the canvas's own, or the same strokes painted by us."""
        if self.pixels is not None:
            return self.pixels
        layers = [
            render([stroke], SIZE, width)
            for stroke, width in zip(*strokes_of(self.objects), strict=True)
        ]
        layers += pictures_of(self.objects)
        return np.maximum.reduce(layers) if layers else render([], SIZE)


def pad() -> Pad:
    """The visitor's pad; a newcomer finds on it what the address says, or an example."""
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


def canvas(state: Pad, brush: int) -> None:
    """The pad itself; what somebody has just drawn on it is in `state` afterwards."""
    if KEY not in st.session_state:
        state.mount()
    result = st_canvas(
        stroke_width=brush,
        stroke_color="#ffffff",
        background_color="#000000",
        height=SIZE,
        width=SIZE,
        drawing_mode="freedraw",
        # The turn makes the text differ when the same strokes are to be shown again.
        initial_drawing={"version": f"turn {state.turn}", "objects": state.base},
        return_image_data=True,
        key=KEY,
    )
    state.take(result)
    if state.unread:
        st.caption(words.UNREAD)


def shown() -> Pad:
    """The pad under its heading, and what is drawn on it."""
    state = pad()
    st.markdown("**Draw here**")  # short: the canvas's own toolbar covers the right half
    canvas(state, st.session_state.get("brush", BRUSH))
    return state


def undo() -> None:
    """Take the last stroke away: of what is on the canvas, whose news may come with the click."""
    state = pad()
    drawing = (st.session_state.get(KEY) or {}).get("drawing") or {}
    state.take(CanvasResult(drawing.get("raw"), drawing.get("data"), return_image_data=True))
    state.show(state.objects[:-1])


def clear() -> None:
    """Empty the pad."""
    pad().show([])


def load_example(pills: int) -> None:
    """Put the example chosen in this set of pills on the pad; unchoosing one changes nothing."""
    state, name = pad(), st.session_state.get(f"example-{pills}")
    if pills == state.pills and name is not None and name in examples.NAMES:
        state.show(objects_of(examples.strokes(name), BRUSH), example=name)


def tools(state: Pad) -> None:
    """The pad's buttons, and the examples."""
    with st.container(horizontal=True, gap="small"):
        nothing = not state.objects
        st.button("Undo", icon=":material/undo:", on_click=undo, disabled=nothing, key="undo")
        st.button("Clear", icon=":material/delete:", on_click=clear, disabled=nothing, key="clear")
    example_pills(state)


def example_pills(state: Pad) -> None:
    """Examples to load with one click."""
    with st.container(key="example"):
        st.pills(
            "Or pick an example",
            examples.NAMES,
            default=state.example,
            key=f"example-{state.pills}",
            on_change=load_example,
            args=(state.pills,),
            wrap=True,
        )
