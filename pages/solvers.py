"""The solver race: every solver on the same problem, from the same start."""

import streamlit as st

from deq.figures.solvers.race import race_figure
from pages.parts.pad import subject
from pages.parts.shared import errors, guard, pace, player_keys
from pages.parts.shared import hero as pieces
from pages.parts.shared.chart import chart
from pages.parts.shared.tasks import buttons_and_read
from pages.parts.solvers import controls, lesson, words
from pages.parts.solvers.controls import Asked
from pages.parts.solvers.lesson import Result

guard.through_app()

LABEL = "The race, played by keys: space plays and pauses, right arrow steps, Home begins again"


def hero(asked: Asked, found: Result) -> None:
    """Verdict, picture and table."""
    theme, narrow = st.context.theme.type, player_keys.narrow()
    laps = lesson.timed(asked.course) if asked.seconds else found.laps
    said = words.verdict(found.problem, laps, seconds=asked.seconds)
    pieces.verdict(said)
    figure = race_figure(
        laps,
        asked.course.tol,
        seconds=asked.seconds,
        land=found.land,
        unit="products with Jᵀ" if asked.course.backward else "evaluations of f",
        stacked=narrow,
        theme=theme,
    )
    tall = 860 if narrow and found.land is not None else 500
    with st.container(key="race"):
        chart(figure, "race", height=tall, alt=f"The race. {said}", theme=theme)
    st.caption(f"{words.LOOK} {words.SECONDS if asked.seconds else ''}")
    table, reason = st.columns([3, 2], gap="large")
    with reason:
        st.markdown(f"**{found.problem.title}.** {found.problem.why}")
        st.latex(found.problem.formula)
    pace.let_go()
    timed = lesson.timed(asked.course)
    with table, st.container(key="race-table"):
        st.markdown(words.table(found.problem, timed, narrow=narrow))
    pieces.take_home(
        words.code(
            asked.course.name,
            asked.subject.place if asked.subject else None,
            backward=asked.course.backward,
            tol=asked.course.tol,
        ),
        "race",
        lambda: words.numbers(timed),
        figure,
        f"Solver race: {found.problem.title}",
        said,
    )
    query = asked.subject.query if asked.subject else {}
    turn = f"{asked} {theme} {narrow}"
    player_keys.scalar_script("race", turn, query, ("ink", "example"), LABEL)


def page() -> None:
    """The picture, the controls beside it, and what to make of it."""
    st.header("The solver race", anchor=False)
    st.markdown(words.IDEA)
    with st.container(key="beside-the-pad"):
        stage, right = st.columns(pieces.SPLIT, gap="medium")
    with right, st.container(key="controls", gap="small"):
        asked = controls.controls()
        if isinstance(asked, Asked) and asked.subject is not None:
            subject.shown(asked.subject)
    with stage:
        found = lesson.result(asked.course) if isinstance(asked, Asked) else asked
        if isinstance(asked, Asked) and isinstance(found, Result):
            hero(asked, found)
        else:
            st.warning(str(found), icon=":material/error:")
    buttons_and_read(words.TRY, controls.apply, words.READ)


with errors.in_words():
    page()
