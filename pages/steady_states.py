"""The same map as an ODE: what stands still, how far to step, and what depth has to do with it."""

import streamlit as st

from pages.parts.shared import errors, guard, player_keys
from pages.parts.steady_states import controls, solver_views, tasks, views

guard.through_app()

# By section: what shows it, and the container of its hero.
SECTIONS = {
    "Flow": (views.flow_section, "flow-field"),
    "Euler step": (views.step_section, "euler"),
    "Why an ODE": (solver_views.why_section, "jump"),
    "Depth": (solver_views.depth_section, "portrait"),
}
LABEL = "Figure, played by keys: space plays and pauses, right arrow steps, Home begins again"


def page() -> None:
    """One of four sections; only that one is built."""
    theme = st.context.theme.type
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        section = controls.section()
        st.markdown(f"**{controls.TITLES[section]}**", width="content")
    show, leader = SECTIONS[section]
    turn = show(player_keys.narrow(), theme)
    player_keys.scalar_script(
        leader,
        f"{section} {turn} {theme}",
        controls.query(),
        controls.PREFIXES,
        LABEL,
    )


@st.fragment
def steady_states() -> None:
    """What changes. A fragment: a control reruns this and nothing else."""
    with errors.in_words():
        page()


with errors.in_words():
    st.header("Steady states: let the state flow until it rests", anchor=False)
    steady_states()
    tasks.try_and_read()
