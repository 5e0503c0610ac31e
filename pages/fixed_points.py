"""Fixed points of one number: iterate a map, see where it ends and how fast."""

import streamlit as st

from pages.parts import (
    errors,
    guard,
    pace,
    scalar_controls,
    scalar_prose,
    scalar_script,
    scalar_views,
)
from pages.parts import scalar_words as words
from pages.parts.scalar_lesson import lesson

guard.through_app()


def page() -> None:
    """Picture and numbers beside the controls; below, how fast and what to try."""
    theme = st.context.theme.type
    stage, side = st.columns([3.4, 1], gap="medium")
    with side, st.container(key="controls", gap="small"):
        choice = scalar_controls.controls()
    found = lesson(choice)
    with stage, st.container(gap="xsmall"):
        st.markdown(f"**{words.verdict(found)}**")
        scalar_views.readouts(found)
        figure = scalar_views.stage(found, scalar_script.narrow(), theme)
    with pace.after_the_answer():
        scalar_views.speed(found, theme)
    predict, code = st.columns([2, 3], gap="large")
    with predict:
        scalar_prose.predict(st.session_state["map"])
        scalar_views.downloads(found, figure)
    with code, st.container(key="code"):
        st.markdown("**The same in six lines of `deq`**")
        st.code(words.code(choice), language="python")
    scalar_script.scalar_script(
        "cobweb", f"{choice} {theme}", scalar_controls.query(), scalar_controls.PREFIXES
    )


@st.fragment
def fixed_points() -> None:
    """What changes. A fragment: a control reruns this and nothing else."""
    with errors.in_words():
        page()


with errors.in_words():
    st.header("Fixed points: apply g again and again", anchor=False)
    fixed_points()
    scalar_prose.try_and_read()
