"""Inside one equilibrium: what holds it, how firmly, and what moves it."""

import streamlit as st

from pages.parts.inside import controls, tasks, views, words
from pages.parts.inside.controls import Asked
from pages.parts.look import hero, player_keys
from pages.parts.pad import subject
from pages.parts.shared import errors, guard
from pages.parts.shared.tasks import question, try_and_read

guard.through_app()


def page() -> None:
    """The view that is open, the controls beside it, and what to make of it."""
    hero.title("Inside one equilibrium", words.IDEA)
    see = controls.section()
    with st.container(key="beside-the-pad"):
        stage, right = st.columns(hero.SPLIT, gap="medium")
    with right, st.container(key="controls", gap="small"):
        asked = controls.controls(see)
        if isinstance(asked, Asked):
            subject.shown(asked.subject)
    with stage, errors.in_words():
        question()
        if isinstance(asked, Asked):
            views.show(asked, player_keys.narrow(), st.context.theme.type)
        else:
            st.warning(asked, icon=":material/error:")
    try_and_read(tasks.TRY, tasks.READ, controls.Settings)


with errors.in_words():
    page()
