"""Draw a digit and watch its hidden state settle: one recorded solve, seen from all sides."""

import streamlit as st

from deq.digits import NotADrawing, prepare
from deq.models import WeightsError
from pages.parts import controls, downloads, errors, guard, pad, views
from pages.parts.engine import Engine, engine

guard.through_app()


def left_column() -> tuple[pad.Pad, controls.Choice]:
    """The pad and the few controls that matter; everything here feeds the solve."""
    drawing = pad.pad()
    st.markdown("**Draw here**, or pick an example")
    brush = st.session_state.get("brush", pad.BRUSH)
    if pad.canvas(drawing, brush):
        st.session_state["example"] = None
    with st.container(horizontal=True, gap="small"):
        nothing = not drawing.objects
        st.button("Undo", icon=":material/undo:", on_click=pad.undo, disabled=nothing, key="undo")
        st.button(
            "Clear", icon=":material/delete:", on_click=pad.clear, disabled=nothing, key="clear"
        )
    pad.example_pills()
    name, tol = controls.solver_and_tolerance()
    with st.expander("More"):
        seed = controls.start()
        st.slider("Brush, pixels", 10, 40, pad.BRUSH, key="brush", persist_state="session")
    return drawing, controls.Choice(name, tol, seed)


def recognise(machine: Engine, drawing: pad.Pad, choice: controls.Choice) -> views.Seen:
    """One solve a drawing and a choice; a rerun for any other reason finds it again."""
    key = (drawing.number, choice)
    kept = st.session_state.get("seen-last")
    if kept is not None and kept[0] == key:
        found: views.Seen = kept[1]
        return found
    try:
        image = prepare(drawing.rgba())
    except NotADrawing as error:
        found = views.Seen(None, None, error)
    else:
        answer = machine.answer(image, choice.solver(), choice.tol, choice.seed)
        found = views.Seen(image, answer, None)
    st.session_state["seen-last"] = (key, found)
    return found


def page(machine: Engine) -> None:
    """Lay the page out, then fill it in the order in which people want to know."""
    theme = st.context.theme.type
    st.header("Draw a digit and watch it settle", anchor=False)
    with st.container(horizontal=True, gap="medium", key="stage"):
        left = st.container(width=300)
        right = st.container(width="stretch", key="results")
    with right:
        answer_side, path_side = st.columns([1, 2.4], gap="medium")
        when_side, residual_side = st.columns(2, gap="medium")
    with left:
        drawing, choice = left_column()
    seen = recognise(machine, drawing, choice)
    with answer_side:
        views.prediction(seen, theme)
        views.status(seen)
        views.picture(seen)
        views.bars(seen, theme)
    with path_side, st.container(key="trajectory"):
        view = st.segmented_control(
            "View",
            ("2-D", "3-D"),
            default="2-D",
            required=True,
            key="view",
            bind="query-params",
            label_visibility="collapsed",
        )
        figure = views.path(seen, machine, 3 if view == "3-D" else 2, theme)
        st.caption(
            "**Look for** where the path bends: the state sets out for one digit's region and "
            "settles in another, or walks straight home."
        )
    with when_side, st.container(key="decision"):
        views.opinions(seen, theme)
        st.caption("**Look for** the moment one line leaves the others: there it is decided.")
    with residual_side, st.container(key="residuals"):
        views.residuals(seen, choice, theme)
        st.caption("**Look for** a straight slope: on this log axis it means a steady rate.")
    views.readouts(seen, choice)
    downloads.buttons(seen, figure, theme)


@st.fragment
def draw() -> None:
    """Everything on the page. A fragment: a stroke reruns this and nothing else."""
    with errors.in_words():
        try:
            machine = engine()
        except WeightsError as error:
            st.error(str(error), icon=":material/error:")
            return
        page(machine)


draw()
