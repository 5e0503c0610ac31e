"""Fixed points of one number: iterate a map, see where it ends and how fast."""

import streamlit as st

from pages.parts.fixed_points import controls, tasks, views, words
from pages.parts.fixed_points.lesson import lesson
from pages.parts.shared import errors, guard, pace, player_keys

guard.through_app()


def page() -> None:
    """Picture and numbers beside the controls; below, how fast and what to try."""
    theme = st.context.theme.type
    stage, side = st.columns([3.4, 1], gap="medium")
    with side, st.container(key="controls", gap="small"):
        choice = controls.controls()
    found = lesson(choice)
    with stage, st.container(gap="xsmall"):
        st.markdown(f"**{words.verdict(found)}**")
        views.readouts(found)
        figure = views.stage(found, player_keys.narrow(), theme)
    with pace.after_the_answer():
        views.speed(found, theme)
    predict, code = st.columns([2, 3], gap="large")
    with predict:
        tasks.predict(st.session_state["map"])
        views.downloads(found, figure)
    with code, st.container(key="code"):
        st.markdown("**The same in six lines of `deq`**")
        st.code(words.code(choice), language="python")
    player_keys.scalar_script("cobweb", f"{choice} {theme}", controls.query(), controls.PREFIXES)


@st.fragment
def fixed_points() -> None:
    """What changes. A fragment: a control reruns this and nothing else."""
    with errors.in_words():
        page()


with errors.in_words():
    st.header("Fixed points: apply g again and again", anchor=False)
    fixed_points()
    tasks.try_and_read()
