"""Fixed points of one number: iterate a map, see where it ends and how fast."""

import streamlit as st

from pages.parts.fixed_points import code, controls, tasks, views, words
from pages.parts.fixed_points.lesson import lesson
from pages.parts.look import hero, player_keys
from pages.parts.shared import errors, guard, pace
from pages.parts.shared.tasks import question, try_and_read

guard.through_app()


@st.fragment
def page() -> None:
    """Figure and numbers beside the controls. A fragment: a control reruns nothing else."""
    with errors.in_words():
        theme = st.context.theme.type
        stage, side = st.columns(hero.SPLIT, gap="medium")
        with side, st.container(key="controls", gap="small"):
            choice = controls.controls()
        result = lesson(choice)
        with stage, st.container(gap="xsmall"):
            question()
            hero.verdict(words.verdict(result))
            hero.readouts(words.readouts(result), first="limit")
            figure = views.stage(result, player_keys.narrow(), theme)
        pace.let_go()
        with pace.figures():
            views.speed(result, theme)
        predict, box = st.columns([2, 3], gap="large")
        with predict:
            tasks.predict(st.session_state["map"])
            views.files(result, figure)
        with box:
            hero.code_box(code.code(result), code.prints(result))
        player_keys.attach(
            "cobweb",
            f"{choice} {theme}",
            figure="The cobweb",
            query=controls.query(),
            names=controls.NAMES,
        )


with errors.in_words():
    hero.title("Fixed points: apply g again and again until g(x) = x")
    page()
    try_and_read(tasks.TRY, tasks.READ, controls.Settings)
