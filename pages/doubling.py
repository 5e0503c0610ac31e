"""Learn y = 2x through an equilibrium: a training run of a second, watched and played again."""

import streamlit as st

from pages.parts.doubling import controls, lesson, tasks, views, words
from pages.parts.look import hero
from pages.parts.runs import older
from pages.parts.runs import views as runs
from pages.parts.shared import errors, guard
from pages.parts.shared.fragments import again
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
        chosen = controls.controls()
        runs.buttons(lesson.PANEL, chosen)
    run = lesson.PANEL.current()
    shown = lesson.config_of(run)
    config = shown if isinstance(chosen, str) else chosen
    with stage:
        question()
        older.mark(controls.labelled(shown), controls.labelled(config), run)
        again(results, interval)
    predict, code = st.columns([2, 3], gap="large")
    predict.markdown(tasks.PREDICT)
    with code:
        prints = words.prints(run, lesson.records(run)) if config == shown else ""
        older.code_box(words.code(config), prints)
    try_and_read(tasks.TRY, tasks.READ, controls.Settings, lesson.start)


with errors.in_words():
    page()
