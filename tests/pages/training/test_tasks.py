"""What the tasks of the training lab promise, computed by their whole runs.

| task                  | what is computed                                                      |
|-----------------------|-----------------------------------------------------------------------|
| A cheaper gradient    | it learns as well as the example; nothing is solved on the way back   |
| A coarse tolerance    | half the evaluations of the example, and it learns as well            |
| A convolutional state | a tenth of the parameters; more evaluations, a larger spectral radius |
| No limit on f         | contraction constant above 1; radius and evaluations rise             |
"""

import math
from functools import cache
from types import SimpleNamespace

import pytest

from deq.training.lab.config import LabConfig, build
from deq.training.lab.train import train_lab
from pages.parts.training import lesson, words
from pages.parts.training.tasks import TRY
from tests.pages.code_box import printed

AS_WELL = 0.01  # of the digits kept apart


def config_of(label):
    (task,) = [task for task in TRY if task.label == label]
    values = dict(task.settings)
    if "tol" in values:
        values["tol"] = float(values["tol"])
    return LabConfig(**values)


@cache
def last_of(label):
    *_, last = train_lab(config_of(label))
    return last


@pytest.fixture(scope="module")
def example():
    return lesson.example()[-1]


def test_a_cheaper_gradient_does_not_learn_worse(example):
    last = last_of("A cheaper gradient")
    assert last.accuracy > example["accuracy"] - AS_WELL
    assert math.isnan(last.adjoint_evals)


def test_a_coarse_tolerance_loses_nothing_and_halves_the_evaluations(example):
    last = last_of("A coarse tolerance")
    assert last.accuracy > example["accuracy"] - AS_WELL
    assert last.evals == pytest.approx(example["evals"] / 2, rel=0.1)


def test_convolutional_equilibria_are_harder_to_find(example):
    last = last_of("A convolutional state")
    sizes = [
        sum(p.numel() for p in build(config).parameters())
        for config in (config_of("A convolutional state"), LabConfig())
    ]
    assert sizes[0] / sizes[1] == pytest.approx(0.1, abs=0.02)
    assert last.evals > 1.5 * example["evals"]
    assert last.radius > 5 * example["radius"]


def test_without_a_limit_constant_radius_and_evaluations_rise():
    kept, free = last_of("A convolutional state"), last_of("No limit on f")
    assert kept.bound < 1 < free.bound
    assert free.radius > kept.radius + 0.1
    assert free.evals > 1.5 * kept.evals


FAILS = """
import deq.training.lab
from deq.training.errors import TrainingError
def train_lab(config):
    raise TrainingError("After 3 steps the loss is no longer a number.")
    yield
deq.training.lab.train_lab = train_lab
"""


def test_below_the_code_of_a_run_that_the_training_gave_up_stands_why():
    why = "After 3 steps the loss is no longer a number."
    run = SimpleNamespace(state="failed", by_itself=True, why=why)
    assert printed(FAILS + words.code(LabConfig())) == f"{words.prints(run, [])}\n" == f"{why}\n"
    run.by_itself = False  # its process was killed
    assert words.prints(run, []) == ""
