"""One model and one inference thread for the whole server, however many people draw.

Three costs that every visitor would otherwise pay on every click are paid here once:

* After each script run Streamlit calls ``gc.collect(2)``. It holds the GIL and visits every object
  that torch, plotly and pandas keep: 0.2 s. ``gc.freeze`` moves what is loaded now out of its
  sight; objects made later are collected as ever.
* A rerun is a new thread, and torch in a new thread builds its thread pool again. One thread that
  stays, with one torch thread, answers in a steady time and leaves the cores to the visitors.
* Streamlit's file watcher walks all modules for each session: off in .streamlit/config.toml.
"""

from __future__ import annotations

import gc
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from deq.figures.cloud import Cloud

if TYPE_CHECKING:
    import numpy.typing as npt

MAX_EVALS = 1000
"""Cap on the evaluations of one solve: patience for loose methods at tight tolerances."""


@dataclass(frozen=True)
class Answer:
    """One recorded solve and how long it took."""

    prediction: Any
    wall_ms: float


@dataclass(frozen=True, eq=False)
class Engine:
    """The shipped model behind one thread."""

    model: Any
    cloud: Cloud
    pool: ThreadPoolExecutor

    def answer(
        self, image: npt.NDArray[np.float32], solver: Any, tol: float, seed: int | None
    ) -> Answer:
        """Recognise one 28×28 picture, recording the path; waits for the inference thread."""
        return self.pool.submit(_answer, self.model, image, solver, tol, seed).result()


def _answer(
    model: Any, image: npt.NDArray[np.float32], solver: Any, tol: float, seed: int | None
) -> Answer:
    started = time.perf_counter()
    prediction = model.predict(
        image,
        solver=solver,
        tol=tol,
        max_evals=MAX_EVALS,
        z0=model.start(seed),
        record=True,
    )
    return Answer(prediction, 1000 * (time.perf_counter() - started))


@st.cache_resource(max_entries=1, show_spinner="Loading the network …")
def engine() -> Engine:
    """Load everything once per server.

    Raises
    ------
    deq.models.WeightsError
        If the shipped weights are missing or damaged; its text says how to rebuild them.
    """
    import plotly.graph_objects as go
    import torch

    import deq

    model = deq.models.load("digits")
    cloud = Cloud.of(model.cloud_points, model.cloud_labels)
    pool = ThreadPoolExecutor(1, "inference", initializer=torch.set_num_threads, initargs=(1,))
    # The first solve and the first figure are slow; nobody should have to wait for them.
    pool.submit(_answer, model, np.zeros((28, 28), np.float32), deq.ODE(), 1e-2, None).result()
    go.Figure(go.Scatter()).to_json()
    gc.collect()
    gc.freeze()
    return Engine(model, cloud, pool)
