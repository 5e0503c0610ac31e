"""The tour: stops for a class of twenty minutes, and what a teacher may hide."""

import streamlit as st

from pages.parts.look import hero, teacher
from pages.parts.shared import errors, guard
from pages.parts.tour import bar, hall
from pages.parts.tour.stops import MINUTES, STOPS

guard.through_app()

IDEA = (
    f"{len(STOPS)} stops, {MINUTES:.0f} minutes. Each is a link that sets its page; a bar above "
    "the page says what to do there and leads to the next stop. Page Down and Page Up, the keys of "
    "a presenter’s remote, do the same."
)
VIEW = (
    "For the projector: large type, and only the parts of a page that you need. The tour keeps "
    "your choice, and the link below gives it to your class."
)


def stops() -> None:
    """The list, each a link."""
    for place, stop in enumerate(STOPS, 1):
        with st.container(key=f"stop-{place}", gap="xxsmall"):
            name = bar.anchor(place, f"{place}. {stop.title}", "tour-stop")
            st.html(f'{name} <span class="tour-time">{stop.minutes:g} min</span>')
            st.caption(stop.say)


def choose() -> None:
    """Callback: keep what the widgets say."""
    kept = teacher.choices()
    single = [part for part in teacher.hidden(kept) if part not in teacher.HIDDEN]
    kept.clear()
    if parts := [*st.session_state["tour-hide"], *single]:
        kept["hide"] = ",".join(parts)
    if st.session_state["tour-large"]:
        kept["type"] = "large"
    for name in ("hide", "type"):
        if name in st.query_params:
            del st.query_params[name]


def view() -> None:
    """What is hidden, and how large the type is."""
    chosen = teacher.choices()
    st.header("Teacher view", anchor=False)
    st.caption(VIEW)
    st.toggle(
        "Large type",
        chosen.get("type") == "large",
        key="tour-large",
        on_change=errors.callback(choose),
    )
    st.pills(
        "Hide on every page",
        list(teacher.HIDDEN),
        default=[part for part in teacher.hidden(chosen) if part in teacher.HIDDEN],
        selection_mode="multi",
        key="tour-hide",
        on_change=errors.callback(choose),
    )
    st.code(STOPS[0].link(1, chosen), language=None)
    st.caption(
        "Append this to the address of the app. On any other page, add `hide` and `type` likewise: "
        "`draw?type=large&hide=code,tasks`. A single control is hidden by the name that it has in "
        "the address: `solvers?hide=way,over`."
    )


def page() -> None:
    """The list, and the teacher's choices beside it."""
    hero.title("A tour for a class", IDEA)
    st.html(f"<p>{bar.anchor(1, 'Start the tour ›', 'tour-next')}</p>")
    left, right = st.columns([3, 2], gap="large")
    with left, st.container(key="tour-list", gap="small"):
        stops()
    with right, st.container(key="teacher", gap="small"):
        hall.view()
        view()


with errors.in_words():
    page()
