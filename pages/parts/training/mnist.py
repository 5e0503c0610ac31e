"""Downloads all of MNIST: a run like any other, in a process of its own."""

from __future__ import annotations

import streamlit as st

from pages.parts.runs import registry
from pages.parts.runs.run import Refused, Run
from pages.parts.runs.visitor import visitor
from pages.parts.shared import errors
from pages.parts.shared.fragments import again, run_page_again
from pages.parts.shared.text import literal

_KEY = "mnist-run"


def download() -> None:
    """The button, how far it is, and what went wrong."""
    run = _current()
    live = run is not None and run.live
    st.button(
        "Download MNIST",
        icon=":material/download:",
        key="mnist-download",
        on_click=errors.callback(_start),
        disabled=live,
    )
    again(_progress, 0.8 if live else None)


def _start() -> None:
    try:
        st.session_state[_KEY] = registry.pool().start("mnist", {}, visitor()).id
    except Refused as refused:
        st.toast(literal(refused), icon=":material/error:")


def _current() -> Run | None:
    run_id = st.session_state.get(_KEY)
    return registry.pool().find(str(run_id)) if run_id else None


def _progress() -> None:
    with errors.in_words(), st.container(key="mnist-status"):
        run = _current()
        if run is None:
            return
        if run.live:
            last = run.records[-1] if run.records else {"done": 0, "of": 4}
            share = last["done"] / last["of"]
            st.progress(share, f"File {last['done'] + 1} of {last['of']}; each is checked.")
            st.session_state["mnist-live"] = True
            return
        if st.session_state.pop("mnist-live", False):
            run_page_again()  # which can now train on MNIST
        if run.state == "failed":
            st.warning(f"MNIST could not be fetched. {literal(run.why)}", icon=":material/error:")
