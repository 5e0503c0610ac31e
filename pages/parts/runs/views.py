"""What a page shows of its training run: buttons, status, figure. One for all pages that train."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from pages.parts.look import hero, player_keys
from pages.parts.look.chart import chart
from pages.parts.runs import words
from pages.parts.runs.panel import RunPanel
from pages.parts.runs.run import Records, Run
from pages.parts.shared import errors


@dataclass(frozen=True)
class Results:
    """What a page shows of a run at one moment."""

    verdict: str  # what was learnt
    status: str  # where the run stands
    readouts: Mapping[str, str]
    figure: go.Figure
    height: int
    name: str  # of the chart
    alt: str
    caption: str
    records: Records
    share: float | None = None  # how much of the run is done, 0 to 1; None shows no bar


def buttons(panel: RunPanel, config: Any, *, resumable: bool = False) -> None:
    """Start and Stop, or Resume; below them whose run it is, and why no run can start.

    ``config`` is a dataclass, or a sentence about what is wrong with the settings.
    """
    run = panel.current()
    theirs = run is not None and not panel.mine()
    live = run is not None and run.live and not theirs
    wrong = config if isinstance(config, str) else ""
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Start",
            icon=":material/play_arrow:",
            type="secondary" if live else "primary",  # the dark theme hides a disabled label
            key="train-start",
            on_click=errors.callback(panel.start),
            args=({} if wrong else asdict(config),),
            disabled=live or bool(wrong),
        )
        if resumable and run is not None and run.resumable and not theirs:
            st.button(
                "Resume",
                icon=":material/resume:",
                key="train-resume",
                on_click=errors.callback(panel.resume),
            )
        elif not theirs:
            st.button(
                "Stop",
                icon=":material/stop:",
                key="train-stop",
                on_click=errors.callback(panel.stop),
                disabled=not live,
            )
    if theirs:
        st.caption(words.OTHERS)
    for complaint in filter(None, (wrong, panel.refusal())):
        st.warning(complaint, icon=":material/error:")


def results(
    panel: RunPanel,
    results_of: Callable[[Run | None, bool, bool, str | None], Results],
    downloads: Callable[[Run | None, Results], None],
) -> None:
    """What the run has come to; in a fragment that runs again while the run goes on.

    `results_of` is told the run, whether more is to come, whether the screen is narrow, and the
    theme; `downloads` shows buttons once the run has ended.
    """
    with errors.in_words():
        theme = st.context.theme.type
        run = panel.current()
        live = run is not None and run.live
        panel.update_page()
        if panel.lost():
            st.info(words.lost(), icon=":material/link_off:")
        shown = results_of(run, live, player_keys.narrow(), theme)
        status(run, shown)
        hero.readouts(shown.readouts)
        with st.container(key="train-loss"):
            chart(shown.figure, shown.name, shown.height, shown.alt, fit="hero")
        st.caption(shown.caption)
        if not live:
            downloads(run, shown)
            version = f"{run.id if run else 'example'} {len(shown.records)} {theme}"
            player_keys.attach("train-loss", version)


def status(run: Run | None, shown: Results) -> None:
    """What was learnt, where the run stands, and how much of it is done."""
    failed = run is not None and run.state == "failed"
    with st.container(horizontal=not failed, vertical_alignment="center", gap="small"):
        st.markdown(f"**{shown.verdict}**", width="content")
        with st.container(key="train-status", width="stretch" if failed else "content"):
            if failed:
                st.warning(shown.status, icon=":material/error:")
            else:
                st.caption(shown.status, width="content")
    if run is not None and run.live and shown.share is not None:
        st.progress(shown.share)
