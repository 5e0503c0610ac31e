"""Which run the y = 2x page shows: the visitor's, the one in the address, or the example."""

from __future__ import annotations

import math
from dataclasses import asdict

import streamlit as st

from deq.training.doubling.config import DoublingConfig, build
from deq.training.doubling.train import train_doubling
from pages.parts.doubling import controls
from pages.parts.runs.panel import RunPanel
from pages.parts.runs.run import Run

PANEL = RunPanel("doubling", DoublingConfig.of)


def start() -> None:
    """Start the run that is chosen, at once: it lasts about a second."""
    config = controls.config()
    if isinstance(config, DoublingConfig):
        PANEL.start(asdict(config))


def config_of(run: Run | None) -> DoublingConfig:
    """The configuration of a run, or of the example."""
    return DoublingConfig() if run is None else DoublingConfig.of(run.config)


@st.cache_resource(max_entries=1, show_spinner=False)
def example() -> list[dict[str, object]]:
    """The records of the default run. It takes a second, once a server."""
    return [asdict(record) for record in train_doubling(DoublingConfig())]


def records(run: Run | None) -> list[dict[str, object]]:
    """The records of a run, or of the example. A run without any shows the untrained network."""
    if run is None:
        return example()
    return list(run.records) or [untrained(DoublingConfig.of(run.config))]


def untrained(config: DoublingConfig) -> dict[str, object]:
    """A record of the network with which a run begins; nothing has been solved yet."""
    model = build(config)
    unknown = dict.fromkeys(("loss", "answer", "evals", "adjoint_evals", "settled"), math.nan)
    return {
        "epoch": 0,
        "slope": model.slope,
        "intercept": model.intercept,
        "weights": model.parameter_list(),
        **unknown,
    }
