"""The solver race: every solver on the same problem, from the same start."""

import streamlit as st

from pages.parts.look import hero, player_keys
from pages.parts.pad import subject
from pages.parts.shared import errors, guard
from pages.parts.shared.tasks import question, try_and_read
from pages.parts.solvers import controls, lesson, tasks, views, words
from pages.parts.solvers.controls import Asked
from pages.parts.solvers.lesson import Result

guard.through_app()


def page() -> None:
    """The picture, the controls beside it, and what to make of it."""
    hero.title("The solver race", words.IDEA)
    with st.container(key="beside-the-pad"):
        stage, right = st.columns(hero.SPLIT, gap="medium")
    with right, st.container(key="controls", gap="small"):
        asked = controls.controls()
        if isinstance(asked, Asked) and asked.subject is not None:
            subject.shown(asked.subject)
    with stage, errors.in_words():
        question()
        result = lesson.result(asked.course) if isinstance(asked, Asked) else asked
        if isinstance(asked, Asked) and isinstance(result, Result):
            views.race(asked, result, player_keys.narrow(), st.context.theme.type)
        else:
            st.warning(str(result), icon=":material/error:")
    try_and_read(tasks.TRY, tasks.READ, controls.Settings)


with errors.in_words():
    page()
