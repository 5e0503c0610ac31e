"""Gradients compared: implicit, unrolled and phantom, measured as they go deeper."""

import streamlit as st

from deq.diagnostics.gradients import Measurement
from deq.figures.gradients.comparison import gradients_over_depth
from pages.parts.gradients import lesson
from pages.parts.shared import downloads, errors, guard, player_keys
from pages.parts.shared.chart import chart

guard.through_app()

ALT = (
    "Three panels over the depth k on logarithmic axes: the error of implicit, unrolled and "
    "phantom gradients, the memory they keep, and the time they take."
)


def hero(found: list[Measurement]) -> None:
    """The three panels, and what to take away from them."""
    theme = st.context.theme.type
    narrow = player_keys.narrow()
    said = lesson.verdict(found)
    st.markdown(f"**{said}**")
    figure = gradients_over_depth(found, stacked=narrow, theme=theme)
    with st.container(key="gradients-error"):
        chart(figure, "gradients", height=1000 if narrow else 460, alt=ALT, theme=theme)
    player_keys.scalar_script("gradients-error", f"{said} {theme}", {}, (), ALT)
    st.caption(lesson.LOOK)
    with st.container(horizontal=True):
        downloads.numbers("Numbers (CSV)", lambda: lesson.table(found), "gradients")
        downloads.picture(figure, "Gradients compared", said, "gradients")


def page() -> None:
    """The picture, the controls beside it, and what to make of it."""
    st.header("Gradients compared: three ways back from an equilibrium", anchor=False)
    st.markdown(lesson.IDEA)
    stage, right = st.columns([3.4, 1], gap="medium")
    with right, st.container(key="controls", gap="small"):
        setting = lesson.controls()
    with stage:
        found = lesson.measured(setting)
        if isinstance(found, str):
            st.warning(found, icon=":material/error:")
        else:
            hero(found)
    with st.container(key="code"):
        st.markdown("**The same in `deq`**")
        st.code(lesson.CODE, language="python")
    lesson.try_and_read()


with errors.in_words():
    page()
