"""The solver race: every solver on the same problem, from the same start."""

import streamlit as st

from deq.figures.race import race_figure
from pages.parts import (
    errors,
    guard,
    pace,
    race_controls,
    race_runs,
    race_words,
    scalar_script,
    subject,
)
from pages.parts import steady_pieces as pieces
from pages.parts.chart import chart
from pages.parts.prose import buttons_and_read
from pages.parts.race_controls import Asked
from pages.parts.race_runs import Result

guard.through_app()

LABEL = "The race, played by keys: space plays and pauses, right arrow steps, Home begins again"


def hero(asked: Asked, found: Result) -> None:
    """Verdict, picture and table."""
    theme, narrow = st.context.theme.type, scalar_script.narrow()
    laps = race_runs.timed(asked.course) if asked.seconds else found.laps
    said = race_words.verdict(found.problem, laps, seconds=asked.seconds)
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
    st.caption(f"{race_words.LOOK} {race_words.SECONDS if asked.seconds else ''}")
    table, reason = st.columns([3, 2], gap="large")
    with reason:
        st.markdown(f"**{found.problem.title}.** {found.problem.why}")
        st.latex(found.problem.formula)
    pace.let_go()
    timed = race_runs.timed(asked.course)
    with table, st.container(key="race-table"):
        st.markdown(race_words.table(found.problem, timed, narrow=narrow))
    pieces.take_home(
        race_words.code(
            asked.course.name,
            asked.subject.place if asked.subject else None,
            backward=asked.course.backward,
            tol=asked.course.tol,
        ),
        "race",
        lambda: race_words.numbers(timed),
        figure,
        f"Solver race: {found.problem.title}",
        said,
    )
    query = asked.subject.query if asked.subject else {}
    turn = f"{asked} {theme} {narrow}"
    scalar_script.scalar_script("race", turn, query, ("ink", "example"), LABEL)


def page() -> None:
    """The picture, the controls beside it, and what to make of it."""
    st.header("The solver race", anchor=False)
    st.markdown(race_words.IDEA)
    with st.container(key="beside-the-pad"):
        stage, right = st.columns(pieces.SPLIT, gap="medium")
    with right, st.container(key="controls", gap="small"):
        asked = race_controls.controls()
        if isinstance(asked, Asked) and asked.subject is not None:
            subject.shown(asked.subject)
    with stage:
        found = race_runs.result(asked.course) if isinstance(asked, Asked) else asked
        if isinstance(asked, Asked) and isinstance(found, Result):
            hero(asked, found)
        else:
            st.warning(str(found), icon=":material/error:")
    buttons_and_read(race_words.TRY, race_controls.apply, race_words.READ)


with errors.in_words():
    page()
