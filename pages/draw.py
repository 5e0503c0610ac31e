"""Draw a digit and watch its hidden state settle: one recorded solve, seen from all sides."""

from typing import Any

import streamlit as st

from deq.figures import palette
from deq.models import WeightsError
from pages.parts.draw import controls, downloads, views
from pages.parts.draw.time_cursor import time_cursor
from pages.parts.pad import pad
from pages.parts.pad.ink import BRUSH
from pages.parts.pad.script import pad_script
from pages.parts.shared import errors, guard, own_model, pace, tasks
from pages.parts.shared.engine import Engine, Seen, engine

guard.through_app()


def settings() -> controls.Choice:
    """What to solve with: two controls open, the rest folded."""
    name, tol = controls.solver_and_tolerance()
    with st.expander("More"):
        seed = controls.start()
        st.slider("Brush, pixels", 10, 40, BRUSH, key="brush", persist_state="session")
    return controls.Choice(name, tol, seed)


def recognise(machine: Engine, drawing: pad.Pad, choice: controls.Choice) -> Seen:
    """One solve a drawing and a choice; a rerun for any other reason finds it again."""
    key = (drawing.number, choice, id(machine.model))
    kept: tuple[Any, Seen] | None = st.session_state.get("last-seen")
    if kept is not None and kept[0] == key:
        return kept[1]
    seen = machine.look(drawing.rgba(), choice)
    st.session_state["last-seen"] = (key, seen)
    return seen


def page(machine: Engine) -> None:
    """Lay the page out, then fill it in the order in which people want to know."""
    theme = st.context.theme.type
    with st.container(key="stage"):  # look.py lays these three out: side by side, or stacked
        left = st.container(gap="small", key="drawing")
        right = st.container(gap="small", key="results")
        below = st.container(gap="small", key="settings")
    with right:
        answer_side, path_side = st.columns([1, 2.5], gap="medium")
        numbers = st.container()
        when_side, residual_side = st.columns(2, gap="medium")
    with left:
        drawing = pad.shown()
        under = st.container(gap="small")
    newcomer = "last-seen" not in st.session_state
    # The digit goes out before the widgets around it, whose values are known from the last run.
    choice = controls.current()
    ahead = choice is not None
    if choice is None:
        with under:
            pad.tools(drawing)
        with below:
            choice = settings()
    seen = recognise(machine, drawing, choice)
    answer = answer_side.container(gap="xsmall")
    with answer:
        views.prediction(seen, theme)
    if ahead:
        with under:
            pad.tools(drawing)
        with below:
            settings()
    with pace.after_the_answer(newcomer):
        with answer:
            views.bars(seen, theme)
        with path_side, st.container(gap="xsmall", key="trajectory"):
            figure = hero(seen, machine, theme)
        with numbers:
            views.readouts(seen, choice)
        with when_side, st.container(gap="xsmall", key="decision"):
            views.opinions(seen, theme)
        with residual_side, st.container(gap="xsmall", key="residuals"):
            views.residuals(seen, choice, theme)
        turn = f"{drawing.number} {choice} {st.session_state['view']}"
        time_cursor("trajectory", ["decision", "residuals"], turn, palette(theme).accent)
        pad_script(drawing.address(), drawing.example, turn)
        downloads.buttons(seen, figure)
    tasks.try_and_read(tasks.DRAW_TRY, tasks.DRAW_READ)


def hero(seen: Seen, machine: Engine, theme: str | None) -> Any:
    """The path of the hidden state, flat or in space; returns the figure."""
    with st.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
        gap="small",
    ):
        st.markdown(
            "**The hidden state on its way.** Look for how it slows down as it nears z\\*.",
            width="content",
        )
        view = st.segmented_control(
            "View",
            ("2-D", "3-D"),
            default="2-D",
            required=True,
            key="view",
            bind="query-params",
            label_visibility="collapsed",
            width="content",
        )
    return views.path(seen, machine, 3 if view == "3-D" else 2, theme)


@st.fragment
def draw() -> None:
    """Everything on the page. A fragment: a stroke reruns this and nothing else."""
    with errors.in_words():
        st.header("Draw a digit and watch it settle", anchor=False)
        try:
            machine = own_model.machine(engine())
        except WeightsError as error:
            st.error(str(error), icon=":material/error:")
            return
        own_model.notice()
        page(machine)


draw()
