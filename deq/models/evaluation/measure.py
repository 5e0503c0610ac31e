"""A digits model measured on test data.

The data are MNIST's 10,000 test digits, pen digits by six writers that are not in the training
data, the same drawn by another rasteriser, scribbles, and other drawings that are not digits. All
but MNIST are rendered on the pad and prepared like any drawing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from deq.digits import corpus
from deq.digits.corpus import Report
from deq.models.classifier import CLASSES, Classifier
from deq.models.evaluation.figures import Evaluation, SolverFigures
from deq.models.evaluation.others import called_digits, painted_digits, refused_scribbles
from deq.models.evaluation.solving import solve_pictures, verdicts_on
from deq.models.verdict import Verdict
from deq.solvers import ODE, Anderson, Picard, Solver

SOLVERS: dict[str, Callable[[], Solver]] = {"Picard": Picard, "Anderson": Anderson, "ODE": ODE}


def evaluate(
    model: Classifier,
    data: Path | str | None = None,
    download: bool = False,
    report: Report | None = None,
) -> Evaluation:
    """Measure a model that reads digits on test data.

    Parameters
    ----------
    model : Classifier
        In evaluation mode.
    data, download
        As for `deq.digits.mnist.load_mnist`.
    report : callable, optional
        Called with (task, number done, total).

    Raises
    ------
    deq.digits.DataError
        If a data file is missing or wrong.
    """
    mnist = corpus.mnist("test", data, download)
    _, _, writers = corpus.pen_split(data)
    # The labels are numbers, to know the writer of each picture. A digit that `prepare` refuses
    # counts as a wrong prediction.
    numbered = [replace(digit, label=number) for number, digit in enumerate(writers)]
    pen, number = corpus.pen_as_written(numbered, seed=11, report=report)
    images = torch.cat([mnist[0], pen])
    truth = torch.cat([mnist[1], torch.tensor([digit.label for digit in writers])[number]])
    split = len(mnist[0])

    named: dict[str, Tensor] = {}
    solvers: dict[str, SolverFigures] = {}
    verdicts: list[Verdict] = []
    for name, make in SOLVERS.items():
        probabilities, converged, relative, nfe = solve_pictures(
            model, images, make(), name, report
        )
        named[name] = probabilities[:, :CLASSES].argmax(1)
        right = named[name] == truth
        solvers[name] = SolverFigures(
            converged=_share(converged),
            relative=float(relative.max()),
            evaluations=float(nfe.float().mean()),
            most=float(nfe.max()),
            mnist=_share(right[:split]),
            pen=float(right[split:].sum()) / len(writers),
        )
        if name == "ODE":
            verdicts = verdicts_on(model, probabilities, converged)
    right = named["ODE"] == truth
    digit = torch.tensor([verdict == "digit" for verdict in verdicts])
    writer = torch.tensor([digit.writer for digit in writers])
    pen_right = torch.zeros(len(writers), dtype=torch.bool)
    pen_right[number] = right[split:]
    same = torch.stack(list(named.values()))
    painted = painted_digits(model, writers)
    return Evaluation(
        parameters=sum(p.numel() for p in model.parameters()),
        mnist=solvers["ODE"].mnist,
        pen=solvers["ODE"].pen,
        writers={str(w): _share(pen_right[writer == w]) for w in sorted(set(writer.tolist()))},
        called_digit=float(digit[split:].sum()) / len(writers),
        called_right=_share(right[split:][digit[split:]]),
        mnist_called_digit=_share(digit[:split]),
        painted=painted[0],
        painted_called_digit=painted[1],
        painted_called_right=painted[2],
        solvers=solvers,
        agree=_share((same == same[0]).all(0)),
        refused=refused_scribbles(model, report),
        others=called_digits(model, report),
    )


def _share(mask: Tensor) -> float:
    return float(mask.float().mean()) if len(mask) else float("nan")
