"""Learn y = 2x through an equilibrium: a training run of a second, watched and played again."""

from dataclasses import asdict

import streamlit as st

from deq.training.doubling.config import DoublingConfig
from pages.parts.doubling import controls, lesson, tasks, views
from pages.parts.shared import errors, guard, player_keys

guard.through_app()

LABEL = "Figure, played by keys: space plays and pauses, right arrow steps, Home begins again"


def side() -> DoublingConfig | None:
    """The controls and the two buttons."""
    run = lesson.DESK.current()
    live = run is not None and run.live
    with st.container(key="controls", gap="small"):
        config = controls.controls()
        usable = isinstance(config, DoublingConfig)
        with st.container(horizontal=True, gap="small"):
            st.button(
                "Start",
                icon=":material/play_arrow:",
                type="secondary" if live else "primary",  # the dark theme hides a disabled label
                key="train-start",
                on_click=lesson.DESK.start,
                args=(asdict(config) if isinstance(config, DoublingConfig) else {},),
                disabled=live or not usable,
            )
            st.button(
                "Stop",
                icon=":material/stop:",
                key="train-stop",
                on_click=lesson.DESK.stop,
                disabled=not live,
            )
        for complaint in (config if not usable else "", lesson.DESK.refused()):
            if complaint:
                st.warning(str(complaint), icon=":material/error:")
    return config if isinstance(config, DoublingConfig) else None


def results() -> None:
    """What the run has come to; asks again by itself while it goes on."""
    with errors.in_words():
        theme = st.context.theme.type
        run = lesson.DESK.current()
        live = run is not None and run.live
        lesson.DESK.turn()
        records = lesson.records(run)
        config = DoublingConfig.of(run.config) if run is not None else DoublingConfig()
        said = views.verdict(records, config)
        views.status(run, said)
        with st.container(key="scalar-readouts", horizontal=True, gap="large"):
            views.readouts(records)
        figure = views.picture(records, config, live=live, theme=theme)
        st.caption(views.LOOK)
        if not live:
            views.downloads(records, figure, said)
            turn = f"{run.id if run else 'example'} {len(records)} {theme}"
            player_keys.scalar_script("train-loss", turn, {}, (), LABEL)


def page() -> None:
    """The run, the controls beside it, and what to make of it."""
    st.header("Learn y = 2x: train through an equilibrium", anchor=False)
    st.markdown(tasks.IDEA)
    every = lesson.DESK.every()
    stage, right = st.columns([3.4, 1], gap="medium")
    with right:
        config = side()
    with stage:
        st.fragment(results, run_every=every)()
    predict, code = st.columns([2, 3], gap="large")
    predict.markdown(tasks.PREDICT)
    with code, st.container(key="code"):
        st.markdown("**The same in six lines of `deq`**")
        st.code(views.code(config or DoublingConfig()), language="python")
    tasks.try_and_read()


with errors.in_words():
    page()
