"""One model and one inference thread for the whole server.

Four costs that every click would have are avoided here:

* Python's garbage collector holds the interpreter while it visits all objects of torch, plotly and
  pandas: 0.2 s. ``gc.freeze`` takes those that are loaded now out of its sight. Streamlit's own
  call of it after each script run is switched off in .streamlit/config.toml.
* A rerun is a new thread, and torch builds its thread pool again in a new thread. So one thread,
  with one torch thread, does all inference, in a steady time.
* A thread waits up to 5 ms for the interpreter, and several times while it sends messages: a digit
  would wait 40 ms behind its own figures. The interval is set to half a millisecond.
* Streamlit's file watcher walks all modules for each session: it is switched off there, too.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
import streamlit as st
import torch

import deq
from deq.digits import NotADrawing, prepare
from deq.figures.shared.cloud import Cloud
from deq.models import Classifier, Prediction, load
from deq.models.several import unless_several
from deq.solvers import Solver

Picture = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]

MAX_EVALS = 1000
"""Cap on the evaluations of one solve: low orders need many at tight tolerances."""

# What people read, and what stands in the address → how it is solved.
SOLVERS: Mapping[str, Solver] = MappingProxyType(
    {
        "ODE dopri5": deq.ODE(method="dopri5"),
        "ODE dopri8": deq.ODE(method="dopri8"),
        "ODE bosh3": deq.ODE(method="bosh3"),
        "ODE adaptive_heun": deq.ODE(method="adaptive_heun"),
        "ODE fehlberg2": deq.ODE(method="fehlberg2"),
        "Picard": deq.Picard(),
        "Anderson": deq.Anderson(),
    }
)


@dataclass(frozen=True)
class Choice:
    """What to solve with."""

    name: str  # key of `SOLVERS`
    tol: float  # tolerance of the stop test
    seed: int | None  # of the random start; None starts at zero

    @property
    def solver(self) -> Solver:
        """The solver itself."""
        return SOLVERS[self.name]

    @property
    def family(self) -> str:
        """The name of the solver's colour."""
        return self.name.partition(" ")[0].lower()


DEFAULT = Choice("ODE dopri5", 1e-3, None)


@dataclass(frozen=True, eq=False)
class Answer:
    """One recorded solve and how long it took."""

    prediction: Prediction
    course: deq.Trajectory  # every accepted state: t (T,), z (T, 1, …), residual (T, 1)
    points: torch.Tensor  # those states on the model's basis (T, 3)
    shares: torch.Tensor  # the readout at each (T, 10), or (T, 11) with one for "no digit"
    wall_ms: float  # projecting and reading included

    @property
    def columns(self) -> tuple[Any, ...]:
        """What `trajectory_csv` writes."""
        course = self.course
        residuals = course.residual[:, 0], course.relative_residual[:, 0]
        return course.t, *residuals, self.points, self.shares


@dataclass(frozen=True, eq=False)
class Seen:
    """The prepared picture of a drawing and its answer, or why there is none."""

    image: Picture | None  # (28, 28)
    answer: Answer | None
    problem: NotADrawing | None

    @property
    def read(self) -> Prediction | None:
        """What was read."""
        return None if self.answer is None else self.answer.prediction


@dataclass(frozen=True, eq=False)
class Glance:
    """A reading from any start: as `Seen`, but the solve is not recorded."""

    image: Picture | None  # (28, 28)
    read: Prediction | None
    problem: NotADrawing | None
    point: torch.Tensor | None = None  # the equilibrium on the model's basis (3,)


@dataclass(frozen=True, eq=False)
class Engine:
    """The shipped model behind one thread."""

    model: Classifier
    cloud: Cloud
    pool: ThreadPoolExecutor

    @property
    def classes(self) -> int:
        """How many probabilities are read: of ten digits and, where it was taught, of none."""
        return self.model.readout.out_features

    def recognise(self, rgba: Pixels, choice: Choice) -> Seen:
        """Prepare and recognise a drawing (H, W, 4); waits for the inference thread."""
        try:
            image = prepare(rgba)
        except NotADrawing as problem:
            return Seen(None, None, problem)
        answer = self.pool.submit(_answer, self.model, image, choice, rgba).result()
        return Seen(image, answer, None)

    def glance(self, rgba: Pixels, choice: Choice, z0: torch.Tensor | None) -> Glance:
        """Read a drawing (H, W, 4) from the state z0 (1, *shape); from the choice's for None."""
        try:
            image = prepare(rgba)
        except NotADrawing as problem:
            return Glance(None, None, problem)
        read, point = self.pool.submit(_glance, self.model, image, choice, rgba, z0).result()
        return Glance(image, read, None, point)


def _glance(
    model: Classifier, image: Picture, choice: Choice, rgba: Pixels, z0: torch.Tensor | None
) -> tuple[Prediction, torch.Tensor]:
    with torch.inference_mode():
        read = _predict(model, image, choice, z0, record=False)
        point = model.project(read.solution.z)[0]  # (3,)
    return unless_several(read, model, rgba), point


def _answer(model: Classifier, image: Picture, choice: Choice, rgba: Pixels) -> Answer:
    started = time.perf_counter()
    with torch.inference_mode():
        prediction = _predict(model, image, choice, None, record=True)
    wall_ms = 1000 * (time.perf_counter() - started)
    points, shares = prediction.path_points, prediction.path_probabilities
    if points is None or shares is None:
        raise ValueError("the solve was not recorded")
    course = recorded(prediction.solution)
    return Answer(unless_several(prediction, model, rgba), course, points, shares, wall_ms)


def _predict(
    model: Classifier, image: Picture, choice: Choice, z0: torch.Tensor | None, *, record: bool
) -> Prediction:
    return model.predict(
        image,
        solver=choice.solver,
        tol=choice.tol,
        max_evals=MAX_EVALS,
        z0=model.start(choice.seed) if z0 is None else z0,
        record=record,
    )


def recorded(solution: deq.Solution) -> deq.Trajectory:
    """The trajectory of a solve made with ``record=True``."""
    if solution.trajectory is None:
        raise ValueError("the solve was not recorded")
    return solution.trajectory


@st.cache_resource(max_entries=1, show_spinner="Loading the network …")
def engine() -> Engine:
    """Load everything once per server. Raises `WeightsError` if the weights cannot be used."""
    torch.set_num_threads(1)
    sys.setswitchinterval(0.0005)
    pool = ThreadPoolExecutor(1, "inference", initializer=torch.set_num_threads, initargs=(1,))
    model = pool.submit(load, "digits").result()
    cloud = Cloud.of(model.cloud_points, model.cloud_labels)
    # The first solve and the first figure are slow, so they are made before a visitor needs one.
    blank = np.zeros((28, 28), np.float32), DEFAULT, np.zeros((280, 280, 4), np.uint8)
    pool.submit(_answer, model, *blank).result()
    go.Figure(go.Scatter()).to_json()
    gc.collect()
    gc.freeze()
    return Engine(model, cloud, pool)
