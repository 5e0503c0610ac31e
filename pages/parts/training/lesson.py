"""Which runs the training lab shows: the visitor's, those in the address, or the example."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import streamlit as st

from deq.training.lab.config import LabConfig
from pages.parts.runs.panel import RunPanel
from pages.parts.runs.run import Run

PANEL = RunPanel("lab", LabConfig.of)
EXAMPLE = Path(__file__).parents[3] / "assets" / "lab_example.jsonl"
"""The records of the default run, shown until a visitor starts one (see assets/README.md)."""
_KNOWN, _LOST, _ADDRESS = "lab-known", "lab-lost", "runs"


@st.cache_resource(max_entries=1, show_spinner=False)
def example() -> list[dict[str, Any]]:
    """The records of the example."""
    return [json.loads(line) for line in EXAMPLE.read_text(encoding="utf-8").splitlines()]


def records(run: Run | None) -> list[dict[str, Any]]:
    """The records of a run, or of the example."""
    return example() if run is None else list(run.records)


def config_of(run: Run | None) -> LabConfig:
    """The configuration of a run, or of the example."""
    return LabConfig() if run is None else LabConfig.of(run.config)


def known() -> list[Run]:
    """All runs that were shown in this session or are named in its address, oldest first."""
    state, current = st.session_state, PANEL.current()
    first = _KNOWN not in state
    ids = st.query_params.get(_ADDRESS, "").split(".") if first else state[_KNOWN]
    if current is not None and current.id not in ids:
        ids = [*ids, current.id]
        state[_LOST] = 0  # another run was chosen
    ids = [name for name in dict.fromkeys(ids) if name]
    runs = [run for run in map(PANEL.find, ids) if run is not None]
    if first:
        state[_LOST] = len(ids) - len(runs)
    state[_KNOWN] = [run.id for run in runs]
    if len(runs) > 1:
        st.query_params[_ADDRESS] = ".".join(run.id for run in runs[-8:])
    return runs


def lost() -> int:
    """How many runs the address names that the server does not know, until one is started."""
    return int(st.session_state.get(_LOST, 0))


def name(run: Run, place: int) -> str:
    """The name of a run among several: its number, and which settings are not the default."""
    usual: Mapping[str, object] = asdict(LabConfig())
    other = [_in_words(key, value) for key, value in run.config.items() if usual.get(key) != value]
    return f"{place}: {', '.join(other) or 'as usual'}"


def _in_words(key: str, value: object) -> str:
    if isinstance(value, bool):
        return key if value else f"not {key}"
    if key in ("model", "solver", "gradient"):
        return str(value)
    if key == "data":
        return "all MNIST"
    return f"{key} {value:g}" if isinstance(value, int | float) else f"{key} {value}"
