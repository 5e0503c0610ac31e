"""Inside one equilibrium: what holds it, how firmly, and what moves it."""

import streamlit as st

from pages.parts import (
    errors,
    guard,
    inside_controls,
    inside_runs,
    inside_views,
    inside_words,
    scalar_script,
    subject,
)
from pages.parts import steady_pieces as pieces
from pages.parts.engine import engine
from pages.parts.inside_controls import Asked
from pages.parts.prose import buttons_and_read

guard.through_app()

LABEL = "Figure, played by its buttons"


def hero(asked: Asked) -> None:
    """Verdict, pictures, and what to take home."""
    theme, narrow = st.context.theme.type, scalar_script.narrow()
    look = asked.look
    found = inside_runs.found(look)
    said = inside_words.verdict(found.scene, found.result)
    pieces.verdict(said)
    with st.container(key="inside"):
        figure, numbers = inside_views.VIEWS[look.section](
            found, engine(), said, theme, narrow=narrow
        )
    st.caption(inside_words.LOOK[look.section])
    pieces.take_home(
        inside_words.code(
            look.section,
            asked.subject.place,
            look.gain,
            dict(look.options),
        ),
        look.section,
        lambda: inside_words.table(numbers),
        figure,
        f"Inside {asked.subject.name}",
        said,
    )
    turn = f"{look} {theme} {narrow}"
    scalar_script.scalar_script("inside", turn, asked.subject.query, ("ink", "example"), LABEL)


def page() -> None:
    """The view that is open, the controls beside it, and what to make of it."""
    st.header("Inside one equilibrium", anchor=False)
    st.markdown(inside_words.IDEA)
    see = inside_controls.section()
    with st.container(key="beside-the-pad"):
        stage, right = st.columns(pieces.SPLIT, gap="medium")
    with right, st.container(key="controls", gap="small"):
        asked = inside_controls.controls(see)
        if isinstance(asked, Asked):
            subject.shown(asked.subject)
    with stage:
        if isinstance(asked, Asked):
            hero(asked)
        else:
            st.warning(asked, icon=":material/error:")
    buttons_and_read(inside_words.TRY, inside_controls.apply, inside_words.READ)


with errors.in_words():
    page()
