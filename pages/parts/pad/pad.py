"""The drawing pad on the page: the canvas, and our own Undo, Clear and examples.

The canvas is drawn by a fragment of its own, so that a report without news costs nothing else.
"""

from __future__ import annotations

import streamlit as st
from streamlit_drawable_canvas import CanvasResult, st_canvas

from pages.parts.pad import examples, link, script
from pages.parts.pad.drawing import Pad, pad
from pages.parts.pad.ink import BRUSH, SIZE, objects_of
from pages.parts.shared import errors, fragments, pace

KEY = "pad"


def canvas(state: Pad, brush: int) -> bool:
    """Show the canvas, and read it into `state`; whether what is drawn has become another."""
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
    news = state.take(result)
    if new and result._image_data_url is not None:
        # The browser's canvas is older than this session: the server has started again. What was
        # drawn on it meanwhile counts, and not what `mount` has put in its place.
        state.show(state.objects, state.example)
        st.rerun()
    if state.unread:
        st.caption(link.UNREAD)
    return news


def shown() -> Pad:
    """The pad under its heading, and what is drawn on it."""
    state = pad()
    brush = st.session_state.get("brush", BRUSH)

    def part(alone: bool) -> None:
        if alone:  # mostly the report of a stroke that is known
            pace.give_way()
        if canvas(state, brush) and alone:
            fragments.run_page_again()

    st.header("Draw here", anchor=False)  # short: the canvas's own toolbar covers the right half
    fragments.part(part)
    stroke = script.stroke()
    if stroke is not None:
        state.take_stroke(stroke, brush)
    return state


def _caught_up() -> Pad:
    """The pad with what the canvas reports together with a click, which came before it."""
    state = pad()
    drawing = (st.session_state.get(KEY) or {}).get("drawing") or {}
    state.take(CanvasResult(drawing.get("raw"), drawing.get("data"), return_image_data=True))
    return state


def undo() -> None:
    """Take the last stroke away."""
    state = _caught_up()
    state.show(state.objects[:-1])


def clear() -> None:
    """Empty the pad."""
    _caught_up().show([])


def put_example(name: str) -> None:
    """Put an example on the pad; the pills are a new set, which shows it as the chosen one."""
    state = _caught_up()
    state.pills += 1
    state.show(objects_of(examples.strokes(name), BRUSH), example=name)


def load_example(pills: int) -> None:
    """Put the example chosen in this set of pills on the pad; none chosen changes nothing."""
    name = st.session_state.get(f"example-{pills}")
    if pills == pad().pills and name is not None and name in examples.NAMES:
        _caught_up().show(objects_of(examples.strokes(name), BRUSH), example=name)


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
