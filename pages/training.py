"""The training lab: train a network that reads digits, watch it, and draw with it afterwards."""

from dataclasses import asdict

import streamlit as st

from deq.digits.mnist import mnist_found
from deq.training.lab.config import LabConfig
from pages.parts.shared import errors, guard, own_model, player_keys
from pages.parts.training import controls, lesson, mnist, tasks, to_draw, views

guard.through_app()

DESK = lesson.DESK
LABEL = "Figure, played by keys: space plays and pauses, right arrow steps, Home begins again"


def side() -> LabConfig | None:
    """The controls and the buttons."""
    run = DESK.current()
    live = run is not None and run.live
    with st.container(key="controls", gap="small"):
        config = controls.controls()
        usable = isinstance(config, LabConfig)
        with st.container(horizontal=True, gap="small"):
            st.button(
                "Start",
                icon=":material/play_arrow:",
                type="secondary" if live else "primary",  # the dark theme hides a disabled label
                key="train-start",
                on_click=DESK.start,
                args=(asdict(config) if isinstance(config, LabConfig) else {},),
                disabled=live or not usable,
            )
            if run is not None and run.state in ("stopped", "failed"):
                st.button(
                    "Resume", icon=":material/resume:", key="train-resume", on_click=DESK.resume
                )
            else:
                st.button(
                    "Stop",
                    icon=":material/stop:",
                    key="train-stop",
                    on_click=DESK.stop,
                    disabled=not live,
                )
        for complaint in (config if not usable else "", DESK.refused()):
            if complaint:
                st.warning(str(complaint), icon=":material/error:")
        if st.session_state["data"] == "mnist" and not mnist_found():
            mnist.download()
    return config if isinstance(config, LabConfig) else None


def results() -> None:
    """What the run has come to; asks again by itself while it goes on."""
    with errors.in_words():
        theme = st.context.theme.type
        run = DESK.current()
        live = run is not None and run.live
        DESK.turn()
        records = lesson.records(run)
        views.status(run, records, lesson.config_of(run))
        with st.container(key="scalar-readouts", horizontal=True, gap="large"):
            views.readouts(records)
        figure = views.picture(records, live=live, theme=theme)
        st.caption(f"{tasks.LOOK} {tasks.CLOUD}")
        if not live:
            views.downloads(run, records, figure)
            turn = f"{run.id if run else 'example'} {len(records)} {theme}"
            player_keys.scalar_script("train-loss", turn, {}, (), LABEL)
        to_draw.from_fragment()


def afterwards() -> None:
    """What there is to see once a run has ended, and runs side by side."""
    theme = st.context.theme.type
    run = DESK.current()
    if run is None or not run.live:
        st.divider()
        views.answers(lesson.records(run), lesson.config_of(run), theme)
    st.divider()
    st.markdown("**Runs side by side**")
    views.comparison(lesson.known(), theme)


def page() -> None:
    """The run, the controls beside it, and what to make of it."""
    st.header("Training lab: teach a network to read digits", anchor=False)
    st.markdown(tasks.IDEA)
    every = DESK.every()
    stage, right = st.columns([3.4, 1], gap="medium")
    with right:
        config = side()
    with stage:
        st.fragment(results, run_every=every)()
    afterwards()
    st.divider()
    code, bring = st.columns([3, 2], gap="large")
    with code, st.container(key="code"):
        st.markdown("**The same from Python**, or with `python -m deq train lab`")
        st.code(views.code(config or LabConfig()), language="python")
    with bring:
        own_model.bring(to_draw.leave)
    tasks.try_and_read()
    to_draw.at_end()


with errors.in_words():
    page()
