"""The training lab: train a network that reads digits, watch it, and draw with it afterwards."""

import streamlit as st

from pages.parts.look import hero
from pages.parts.runs import older
from pages.parts.runs import views as runs
from pages.parts.runs import words as run_words
from pages.parts.shared import errors, guard, own_model
from pages.parts.shared.fragments import again
from pages.parts.shared.tasks import question, try_and_read
from pages.parts.training import controls, lesson, mnist, tasks, to_draw, views, words

guard.through_app()


def results() -> None:
    """What the run has come to; runs again by itself while the run goes on."""
    runs.results(lesson.PANEL, views.results, views.files)


def afterwards() -> None:
    """What there is to see once a run has ended, and runs side by side."""
    theme = st.context.theme.type
    run = lesson.PANEL.current()
    if run is None or not run.live:
        st.divider()
        views.answers(lesson.records(run), lesson.config_of(run), theme)
    st.divider()
    st.header("Runs side by side", anchor=False)
    known = lesson.known()
    if lost := lesson.lost():
        st.caption(run_words.lost(lost))
    views.comparison(known, theme)


def page() -> None:
    """The run, the controls beside it, and what to make of it."""
    hero.title("Training lab: teach a network to read digits", tasks.IDEA)
    interval = lesson.PANEL.interval()
    stage, right = st.columns(hero.SPLIT, gap="medium")
    with right, st.container(key="controls", gap="small"):
        chosen = controls.controls()
        runs.buttons(lesson.PANEL, chosen, resumable=True)
        if st.session_state["data"] == "mnist" and controls.no_mnist() == controls.MISSING:
            mnist.download()
    run = lesson.PANEL.current()
    shown = lesson.config_of(run)
    config = shown if isinstance(chosen, str) else chosen
    with stage:
        question()
        older.mark(words.labelled(shown), words.labelled(config), run)
        again(results, interval)
        lesson.PANEL.watch()
    with errors.in_words():
        afterwards()
    st.divider()
    code, bring = st.columns([3, 2], gap="large")
    with code:
        prints = words.prints(run, lesson.records(run)) if config == shown else ""
        heading = "The same from Python, or with `python -m deq train lab`"
        older.code_box(words.code(config), prints, heading)
    with bring:
        own_model.bring(to_draw.leave)
    try_and_read(tasks.TRY, tasks.READ, controls.Settings)
    to_draw.at_end()


with errors.in_words():
    page()
