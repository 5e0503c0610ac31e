"""Gradients compared: implicit, unrolled and phantom, measured as they go deeper."""

import streamlit as st

from pages.parts.gradients import controls, lesson, tasks, views, words
from pages.parts.look import hero
from pages.parts.shared import errors, guard
from pages.parts.shared.tasks import question, try_and_read

guard.through_app()


def page() -> None:
    """The picture, the controls beside it, and what to make of it."""
    hero.title("Gradients compared: three ways back from an equilibrium", tasks.IDEA)
    stage, right = st.columns(hero.SPLIT, gap="medium")
    with right, st.container(key="controls", gap="small"):
        setting = controls.controls()
    with stage, errors.in_words():
        question()
        measured = lesson.measured(setting)
        if isinstance(measured, str):
            st.warning(measured, icon=":material/error:")
        else:
            views.results(measured)
    hero.code_box(words.code(setting), words.prints(measured))
    st.caption(words.IN_A_LAYER)
    try_and_read(tasks.TRY, tasks.READ, controls.Settings)


with errors.in_words():
    page()
