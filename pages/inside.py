"""Inside one equilibrium: what holds it, how firmly, and what moves it."""

import streamlit as st

from pages.parts.inside import controls, lesson, views, words
from pages.parts.inside.controls import Asked
from pages.parts.pad import subject
from pages.parts.shared import errors, guard, player_keys
from pages.parts.shared import hero as pieces
from pages.parts.shared.engine import engine
from pages.parts.shared.tasks import buttons_and_read

guard.through_app()

LABEL = "Figure, played by its buttons"


def hero(asked: Asked) -> None:
    """Verdict, pictures, and what to take home."""
    theme, narrow = st.context.theme.type, player_keys.narrow()
    look = asked.look
    found = lesson.found(look)
    said = words.verdict(found.scene, found.result)
    pieces.verdict(said)
    with st.container(key="inside"):
        figure, numbers = views.VIEWS[look.section](found, engine(), said, theme, narrow=narrow)
    st.caption(words.LOOK[look.section])
    pieces.take_home(
        words.code(
            look.section,
            asked.subject.place,
            look.gain,
            dict(look.options),
        ),
        look.section,
        lambda: words.table(numbers),
        figure,
        f"Inside {asked.subject.name}",
        said,
    )
    turn = f"{look} {theme} {narrow}"
    player_keys.scalar_script("inside", turn, asked.subject.query, ("ink", "example"), LABEL)


def page() -> None:
    """The view that is open, the controls beside it, and what to make of it."""
    st.header("Inside one equilibrium", anchor=False)
    st.markdown(words.IDEA)
    see = controls.section()
    with st.container(key="beside-the-pad"):
        stage, right = st.columns(pieces.SPLIT, gap="medium")
    with right, st.container(key="controls", gap="small"):
        asked = controls.controls(see)
        if isinstance(asked, Asked):
            subject.shown(asked.subject)
    with stage:
        if isinstance(asked, Asked):
            hero(asked)
        else:
            st.warning(asked, icon=":material/error:")
    buttons_and_read(words.TRY, controls.apply, words.READ)


with errors.in_words():
    page()
