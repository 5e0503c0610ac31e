"""The accuracy figures: counted correctly on a few pictures, and true for the shipped weights."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

import deq
from deq.digits import corpus
from deq.digits.mnist import load_subset
from deq.digits.others.held_out import HELD_OUT
from deq.digits.pen import PenDigit
from deq.models.classifier import CLASSES
from deq.models.digits import Digits, DigitsConfig
from deq.models.evaluation import TOL, evaluate, others, solve_pictures
from deq.models.verdict import Thresholds, judge


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> tuple[torch.Tensor, torch.Tensor]:
    """Twelve MNIST digits, four pen digits by two writers, two drawings of each family and kind."""
    images, labels = (torch.from_numpy(part)[::420] for part in load_subset())
    line = (np.array([[100.0, 50.0], [120.0, 250.0], [110.0, 450.0]], np.float32),)
    dot = (np.array([[100.0, 50.0]], np.float32),)
    pen = [PenDigit(1, 5, line), PenDigit(7, 5, line), PenDigit(1, 10, line), PenDigit(0, 10, dot)]
    monkeypatch.setattr(corpus, "mnist", lambda *_: (images, labels))
    monkeypatch.setattr(corpus, "pen_split", lambda *_: ([], [], pen))
    monkeypatch.setattr(others, "SCRIBBLES", 2)
    monkeypatch.setattr(others, "DRAWINGS", 2)
    return images, labels


def test_figures_are_shares_of_the_pictures(few: tuple[torch.Tensor, torch.Tensor]) -> None:
    images, labels = few
    torch.manual_seed(0)
    limits = Thresholds(reject=0.0, accept=0.0)  # everything is called a digit
    model = Digits(DigitsConfig(channels=4, stem=(3, 4), thresholds=limits)).eval()
    seen: list[tuple[str, int, int]] = []
    figures = evaluate(model, report=lambda *line: seen.append(line))
    named = solve_pictures(model, images, deq.Picard())[0].argmax(1)
    assert figures.solvers["Picard"].mnist == pytest.approx(float((named == labels).float().mean()))
    assert set(figures.solvers) == {"Picard", "Anderson", "ODE"}
    assert all(solver.converged == 1 for solver in figures.solvers.values())
    assert all(0 < solver.relative <= TOL for solver in figures.solvers.values())
    assert any("limit 5e-04" in line for line in figures.lines())
    # A drawing that `prepare` refuses counts as not called a digit and not read correctly.
    assert figures.called_digit == pytest.approx(3 / 4)
    assert figures.pen in {0.0, 1 / 4, 2 / 4}
    assert set(figures.writers) == {"5", "10"}
    assert sum(figures.writers.values()) / 2 == pytest.approx(figures.pen)  # two digits each
    assert figures.mnist_called_digit == 1
    assert 0 <= figures.refused["all"] < 0.2
    assert set(figures.others) == set(HELD_OUT)
    assert figures.others_called_digit == 1
    assert figures.painted_called_digit == pytest.approx(3 / 4)
    assert figures.parameters == sum(p.numel() for p in model.parameters())
    assert ("settling by ODE", 0, 15) in seen
    assert [done for what, done, _ in seen if what == "scribbles"] == list(range(14))
    assert json.loads(figures.json())["agree"] == figures.agree
    assert any("MNIST" in line for line in figures.lines())


def test_a_model_that_accepts_nothing_refuses_everything(
    few: tuple[torch.Tensor, torch.Tensor],
) -> None:
    limits = Thresholds(reject=1.0, accept=1.0)  # no probability of this network is 1
    model = Digits(DigitsConfig(channels=4, stem=(3, 4), thresholds=limits)).eval()
    figures = evaluate(model)
    assert figures.refused["all"] == 1
    assert figures.called_digit == figures.mnist_called_digit == 0
    assert figures.others_called_digit == figures.painted_called_digit == 0


def test_the_shipped_weights_reach_the_accuracy_in_their_metadata(data: Path) -> None:
    """All 10,000 test digits and all digits of the unseen writers, solved with Picard."""
    model = deq.models.load("digits")
    stated = json.loads(model.metadata["figures"])
    images, labels = corpus.mnist("test", data)
    probabilities, converged, _, _ = solve_pictures(model, images, deq.Picard())
    right = float((probabilities[:, :CLASSES].argmax(1) == labels).float().mean())
    assert right >= 0.995
    assert right == pytest.approx(stated["mnist"], abs=3e-4)
    assert float(converged.float().mean()) >= 0.999

    _, _, unseen = corpus.pen_split(data)
    images, labels = corpus.pen_as_written(unseen, seed=11)
    probabilities, converged, _, _ = solve_pictures(model, images, deq.Picard())
    right = float((probabilities[:, :CLASSES].argmax(1) == labels).sum()) / len(unseen)
    assert right >= 0.985
    assert right == pytest.approx(stated["pen"], abs=2e-3)
    assert float(converged.float().mean()) >= 0.999
    called = [judge(p, model.config.thresholds)[0] == "digit" for p in probabilities]
    assert sum(called) / len(unseen) >= 0.97
