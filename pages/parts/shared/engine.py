"""One model and one inference thread for the whole server, however many people draw.

What every visitor would otherwise pay on every click is settled here once:

* Whoever looks for garbage holds the interpreter and visits every object that torch, plotly and
  pandas keep: 0.2 s. ``gc.freeze`` moves what is loaded now out of sight; objects made later are
  collected as ever. That Streamlit has it done after each script run is off in
  .streamlit/config.toml.
* A rerun is a new thread, and torch in a new thread builds its thread pool again. One thread that
  stays, with one torch thread, answers in a steady time and leaves the cores to the visitors.
* A thread that wants the interpreter waits 5 ms for it by default, and sending a few messages wants
  it several times: a digit would wait 40 ms behind its own figures. Half a millisecond cures that.
* Streamlit's file watcher walks all modules for each session: off there, too.
"""

from __future__ import annotations

import gc
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
import streamlit as st
import torch

import deq
from deq.digits import NotADrawing, prepare
from deq.figures.shared.cloud import Cloud
from deq.models import Classifier, Prediction, load
from pages.parts.draw.controls import DEFAULT, Choice

Picture = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]

MAX_EVALS = 1000
"""Cap on the evaluations of one solve: patience for loose methods at tight tolerances."""


@dataclass(frozen=True, eq=False)
class Answer:
    """One recorded solve and how long it took.

    Attributes
    ----------
    prediction
        Digit, probabilities, verdict, solution.
    course
        Every accepted state of the solve: t (T,), z (T, 1, …), residual (T, 1).
    points, shares
        Those states on the model's basis (T, 3), and the readout at each (T, 10).
    wall_ms
        What the solve took, projecting and reading included.
    """

    prediction: Prediction
    course: deq.Trajectory
    points: torch.Tensor
    shares: torch.Tensor
    wall_ms: float


@dataclass(frozen=True, eq=False)
class Seen:
    """A drawing's way through the house: the prepared picture and its answer, or why there is none.

    Attributes
    ----------
    image
        (28, 28), None if there was nothing to look at.
    answer
        The recorded solve of it.
    problem
        Why there is no image.
    """

    image: Picture | None
    answer: Answer | None
    problem: NotADrawing | None


@dataclass(frozen=True, eq=False)
class Engine:
    """The shipped model behind one thread."""

    model: Classifier
    cloud: Cloud
    pool: ThreadPoolExecutor

    def look(self, rgba: Pixels, choice: Choice) -> Seen:
        """Prepare and recognise a drawing (H, W, 4); waits for the inference thread."""
        try:
            image = prepare(rgba)
        except NotADrawing as problem:
            return Seen(None, None, problem)
        return Seen(image, self.pool.submit(_answer, self.model, image, choice).result(), None)


def _answer(model: Classifier, image: Picture, choice: Choice) -> Answer:
    started = time.perf_counter()
    with torch.inference_mode():
        prediction = model.predict(
            image,
            solver=choice.solver,
            tol=choice.tol,
            max_evals=MAX_EVALS,
            z0=model.start(choice.seed),
            record=True,
        )
    wall_ms = 1000 * (time.perf_counter() - started)
    points, shares = prediction.path_points, prediction.path_probabilities
    if points is None or shares is None:
        raise ValueError("the solve was not recorded")
    return Answer(prediction, recorded(prediction.solution), points, shares, wall_ms)


def recorded(solution: deq.Solution) -> deq.Trajectory:
    """The trajectory of a solve made with ``record=True``."""
    if solution.trajectory is None:
        raise ValueError("the solve was not recorded")
    return solution.trajectory


@st.cache_resource(max_entries=1, show_spinner="Loading the network …")
def engine() -> Engine:
    """Load everything once per server.

    Raises
    ------
    deq.models.WeightsError
        If the shipped weights are missing or damaged; its text says how to rebuild them.
    """
    torch.set_num_threads(1)
    sys.setswitchinterval(0.0005)
    pool = ThreadPoolExecutor(1, "inference", initializer=torch.set_num_threads, initargs=(1,))
    model = pool.submit(load, "digits").result()
    cloud = Cloud.of(model.cloud_points, model.cloud_labels)
    # The first solve and the first figure are slow; nobody should have to wait for them.
    pool.submit(_answer, model, np.zeros((28, 28), np.float32), DEFAULT).result()
    go.Figure(go.Scatter()).to_json()
    gc.collect()
    gc.freeze()
    return Engine(model, cloud, pool)
