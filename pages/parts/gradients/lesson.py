"""The one measurement of the page Gradients, kept for the next visitor."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import streamlit as st
import torch

from deq.diagnostics.gradients import Measurement, NoEquilibrium, Setting, gradients
from pages.parts.shared.text import literal


@st.cache_resource(max_entries=1, show_spinner=False)
def _thread() -> ThreadPoolExecutor:
    """One after the other: measurements must not disturb each other."""
    return ThreadPoolExecutor(1, "gradients", torch.set_num_threads, (1,))


@st.cache_data(max_entries=64, show_spinner="Differentiating in four ways …")
def measured(setting: Setting) -> list[Measurement] | str:
    """All methods at all depths, or why there is nothing to measure."""
    try:
        return _thread().submit(lambda: list(gradients(setting))).result()
    except NoEquilibrium as error:
        return literal(error)
