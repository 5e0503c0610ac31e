"""Learn y = 2x through an equilibrium: a training run of a second, watched and played again."""

from dataclasses import asdict

import streamlit as st

from deq.training.doubling_config import DoublingConfig
from pages.parts import (
    doubling_controls,
    doubling_prose,
    doubling_runs,
    doubling_views,
    errors,
    guard,
    scalar_script,
)

guard.through_app()

LABEL = "Figure, played by keys: space plays and pauses, right arrow steps, Home begins again"


def side() -> DoublingConfig | None:
    """The controls and the two buttons."""
    run = doubling_runs.DESK.current()
    live = run is not None and run.live
    with st.container(key="controls", gap="small"):
        config = doubling_controls.controls()
        usable = isinstance(config, DoublingConfig)
        with st.container(horizontal=True, gap="small"):
            st.button(
                "Start",
                icon=":material/play_arrow:",
                type="secondary" if live else "primary",  # the dark theme hides a disabled label
                key="train-start",
                on_click=doubling_runs.DESK.start,
                args=(asdict(config) if isinstance(config, DoublingConfig) else {},),
                disabled=live or not usable,
            )
            st.button(
                "Stop",
                icon=":material/stop:",
                key="train-stop",
                on_click=doubling_runs.DESK.stop,
                disabled=not live,
            )
        for complaint in (config if not usable else "", doubling_runs.DESK.refused()):
            if complaint:
                st.warning(str(complaint), icon=":material/error:")
    return config if isinstance(config, DoublingConfig) else None


def results() -> None:
    """What the run has come to; asks again by itself while it goes on."""
    with errors.in_words():
        theme = st.context.theme.type
        run = doubling_runs.DESK.current()
        live = run is not None and run.live
        doubling_runs.DESK.turn()
        records = doubling_runs.records(run)
        config = DoublingConfig.of(run.config) if run is not None else DoublingConfig()
        said = doubling_views.verdict(records, config)
        doubling_views.status(run, said)
        with st.container(key="scalar-readouts", horizontal=True, gap="large"):
            doubling_views.readouts(records)
        figure = doubling_views.picture(records, config, live=live, theme=theme)
        st.caption(doubling_views.LOOK)
        if not live:
            doubling_views.downloads(records, figure, said)
            turn = f"{run.id if run else 'example'} {len(records)} {theme}"
            scalar_script.scalar_script("train-loss", turn, {}, (), LABEL)


def page() -> None:
    """The run, the controls beside it, and what to make of it."""
    st.header("Learn y = 2x: train through an equilibrium", anchor=False)
    st.markdown(doubling_prose.IDEA)
    every = doubling_runs.DESK.every()
    stage, right = st.columns([3.4, 1], gap="medium")
    with right:
        config = side()
    with stage:
        st.fragment(results, run_every=every)()
    predict, code = st.columns([2, 3], gap="large")
    predict.markdown(doubling_prose.PREDICT)
    with code, st.container(key="code"):
        st.markdown("**The same in six lines of `deq`**")
        st.code(doubling_views.code(config or DoublingConfig()), language="python")
    doubling_prose.try_and_read()


with errors.in_words():
    page()
