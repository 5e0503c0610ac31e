"""The same map as an ODE: what stands still, how far to step, and what depth has to do with it."""

import streamlit as st

from pages.parts import (
    errors,
    guard,
    scalar_script,
    steady_controls,
    steady_prose,
    steady_race_views,
    steady_views,
)

guard.through_app()

# By section: what shows it, and the container of its hero.
SECTIONS = {
    "Flow": (steady_views.flow_section, "flow-field"),
    "Euler step": (steady_views.step_section, "euler"),
    "Why an ODE": (steady_race_views.why_section, "jump"),
    "Depth": (steady_race_views.depth_section, "portrait"),
}
LABEL = "Figure, played by keys: space plays and pauses, right arrow steps, Home begins again"


def page() -> None:
    """One of four sections; only that one is built."""
    theme = st.context.theme.type
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        section = steady_controls.section()
        st.markdown(f"**{steady_controls.TITLES[section]}**", width="content")
    show, leader = SECTIONS[section]
    turn = show(scalar_script.narrow(), theme)
    scalar_script.scalar_script(
        leader,
        f"{section} {turn} {theme}",
        steady_controls.query(),
        steady_controls.PREFIXES,
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
    steady_prose.try_and_read()
