"""Which run the y = 2x page shows: this visitor's, the one in the address, or the example."""

from __future__ import annotations

import math
import uuid
from dataclasses import asdict

import streamlit as st

from deq.training.doubling import train_doubling
from deq.training.doubling_config import DoublingConfig, build
from pages.parts import runs
from pages.parts.runs_pool import Refused, Run

KEY = "doubling-run"
_REFUSED = "doubling-refused"


@st.cache_resource(max_entries=1, show_spinner=False)
def example() -> list[dict[str, object]]:
    """The records of the default run, for who has not started one: a second, once per server."""
    return [asdict(record) for record in train_doubling(DoublingConfig())]


def records(run: Run | None) -> list[dict[str, object]]:
    """What there is to show: of the run, of the example, or the network before it learns."""
    if run is None:
        return example()
    return list(run.records) or [untrained(DoublingConfig.of(run.config))]


def untrained(config: DoublingConfig) -> dict[str, object]:
    """A record of the network that a run begins with; nothing has been solved yet."""
    model = build(config)
    unknown = dict.fromkeys(("loss", "answer", "evals", "adjoint_evals", "settled"), math.nan)
    return {
        "epoch": 0,
        "slope": model.slope,
        "intercept": model.intercept,
        "weights": model.parameters_list(),
        **unknown,
    }


def visitor() -> str:
    """Who this is, for as long as the session lasts."""
    if "visitor" not in st.session_state:
        st.session_state["visitor"] = uuid.uuid4().hex
    return str(st.session_state["visitor"])


def current() -> Run | None:
    """The run of this session, or the one that the address names; it may be forgotten by now."""
    asked = st.session_state.get(KEY) or st.query_params.get("run")
    run = runs.pool().find(str(asked)) if asked else None
    if run is not None and run.kind != "doubling":
        run = None
    if run is not None:
        st.session_state[KEY] = run.id
    return run


def start(config: DoublingConfig) -> None:
    """Callback of the Start button."""
    st.session_state.pop(_REFUSED, None)
    try:
        run = runs.pool().start("doubling", asdict(config), visitor())
    except Refused as refused:
        st.session_state[_REFUSED] = str(refused)
        return
    st.session_state[KEY] = run.id
    st.query_params["run"] = run.id


def stop() -> None:
    """Callback of the Stop button."""
    run = current()
    if run is not None:
        run.stop()


def back_to_example() -> None:
    """Callback: show the example again."""
    st.session_state.pop(KEY, None)
    st.query_params.pop("run", None)


def refused() -> str:
    """Why the last Start did nothing, if it did nothing."""
    return str(st.session_state.get(_REFUSED, ""))
