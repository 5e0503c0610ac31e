"""Learn y = 2x through an equilibrium: a training run of a second, watched and played again."""

import streamlit as st

from deq.training.doubling.config import DoublingConfig
from pages.parts.doubling import controls, lesson, tasks, views, words
from pages.parts.runs import views as runs
from pages.parts.shared import errors, guard, hero
from pages.parts.shared.tasks import question, try_and_read

guard.through_app()


def results() -> None:
    """What the run has come to; runs again by itself while the run goes on."""
    runs.results(lesson.PANEL, views.results, views.files)


def page() -> None:
    """The run, the controls beside it, and what to make of it."""
    hero.title("Learn y = 2x: train through an equilibrium", tasks.IDEA)
    interval = lesson.PANEL.interval()
    stage, right = st.columns(hero.SPLIT, gap="medium")
    with right, st.container(key="controls", gap="small"):
        config = controls.controls()
        runs.buttons(lesson.PANEL, config)
    with stage:
        question()
        st.fragment(results, run_every=interval)()
    predict, code = st.columns([2, 3], gap="large")
    predict.markdown(tasks.PREDICT)
    with code:
        usable = config if isinstance(config, DoublingConfig) else DoublingConfig()
        hero.code_box(words.code(usable), heading="The same in six lines of `deq`")
    try_and_read(tasks.TRY, tasks.READ, controls.Settings)


with errors.in_words():
    page()
