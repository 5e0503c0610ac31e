"""Which run the y = 2x page shows: this visitor's, the one in the address, or the example."""

from __future__ import annotations

import math
from dataclasses import asdict

import streamlit as st

from deq.training.doubling.config import DoublingConfig, build
from deq.training.doubling.train import train_doubling
from pages.parts.runs.panel import Desk
from pages.parts.runs.run import Run

DESK = Desk("doubling")


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
        "weights": model.parameter_list(),
        **unknown,
    }
