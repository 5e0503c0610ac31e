"""The same map as an ODE: what stands still, how far to step, and what depth has to do with it."""

import streamlit as st

from pages.parts.look import hero, player_keys
from pages.parts.shared import errors, guard
from pages.parts.shared.tasks import question, try_and_read
from pages.parts.steady_states import controls, tasks, views

guard.through_app()


@st.fragment
def page() -> None:
    """One of four sections; only that one is built. A fragment: a control reruns nothing else."""
    with errors.in_words():
        theme = st.context.theme.type
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            name = controls.section()
            st.header(controls.TITLES[name], anchor=False, width="content")
        question()
        section = views.show(name, player_keys.narrow(), theme)
        player_keys.attach(
            section.main.key,
            f"{name} {section.settings} {theme}",
            query=controls.query(),
            names=controls.NAMES,
        )


with errors.in_words():
    hero.title("Steady states: let the state flow until it rests")
    page()
    try_and_read(tasks.TRY, tasks.READ, controls.Settings)
