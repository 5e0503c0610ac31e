"""Gradients compared: implicit, unrolled and phantom, measured as they go deeper."""

import streamlit as st

from deq.diagnostics.gradients import Measurement
from deq.figures.gradients.comparison import gradients_over_depth
from pages.parts.gradients import lesson
from pages.parts.shared import downloads, errors, guard, hero, player_keys
from pages.parts.shared.chart import Panel

guard.through_app()

ALT = (
    "Three panels over the depth k on logarithmic axes: the error of implicit, unrolled and "
    "phantom gradients, the memory they keep, and the time they take."
)


def results(measured: list[Measurement]) -> None:
    """The three panels, and what to take away from them."""
    theme, narrow = st.context.theme.type, player_keys.narrow()
    verdict = lesson.verdict(measured)
    hero.verdict(verdict)
    figure = gradients_over_depth(measured, stacked=narrow, theme=theme)
    Panel(figure, "gradients-error", 1000 if narrow else 460, ALT, name="gradients").show()
    player_keys.attach("gradients-error", f"{verdict} {theme}", label=ALT)
    st.caption(lesson.LOOK)
    downloads.both(
        "Numbers (CSV)",
        lambda: lesson.table(measured),
        "gradients",
        figure,
        "Gradients compared",
        verdict,
    )


def page() -> None:
    """The picture, the controls beside it, and what to make of it."""
    st.header("Gradients compared: three ways back from an equilibrium", anchor=False)
    st.markdown(lesson.IDEA)
    stage, right = st.columns(hero.SPLIT, gap="medium")
    with right, st.container(key="controls", gap="small"):
        setting = lesson.controls()
    with stage:
        measured = lesson.measured(setting)
        if isinstance(measured, str):
            st.warning(measured, icon=":material/error:")
        else:
            results(measured)
    hero.code_box(lesson.CODE)
    lesson.try_and_read()


with errors.in_words():
    page()
