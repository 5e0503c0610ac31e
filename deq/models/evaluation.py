"""Test figures of the digit network, as README states them.

The data are MNIST's 10,000 test digits, pen digits by six writers that are not in the training
data, and scribbles. Pen digits and scribbles are rendered on the pad and prepared like any drawing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from deq.digits import corpus
from deq.digits.corpus import LabelledImages, Report
from deq.digits.others.scribbles import TRAINED, UNSEEN
from deq.models.classifier import Classifier
from deq.models.verdict import Verdict, judge
from deq.solve import solve
from deq.solvers import ODE, Anderson, Picard, Solver

SOLVERS: dict[str, Callable[[], Solver]] = {"Picard": Picard, "Anderson": Anderson, "ODE": ODE}
# The stop test allows tol·(1 + ‖z‖): with this tol the residual is below 1e-3·‖z‖ where ‖z‖ > 1.
TOL = 5e-4
MAX_EVALS = 400
SCRIBBLES = 70  # per family


@dataclass(frozen=True, slots=True, kw_only=True)
class SolverFigures:
    """Figures of one solver on all test digits.

    Attributes
    ----------
    converged : float
        Share of solves that converged.
    relative : float
        Largest ‖f(z) − z‖₂ / (1 + ‖z‖₂), at most `TOL` if all solves converged.
    evaluations, most : float
        Mean and largest number of evaluations of f.
    mnist, pen : float
        Share of digits predicted correctly.
    """

    converged: float
    relative: float
    evaluations: float
    most: float
    mnist: float
    pen: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """All figures of a digits model; shares from 0 to 1.

    Attributes
    ----------
    parameters : int
        Number of parameters.
    mnist, pen : float
        Share of test digits predicted correctly with the default solver.
    writers : dict of str to float
        The same for each writer of the pen digits.
    called_digit : float
        Share of pen digits whose verdict is "digit".
    called_right : float
        Share of these that are predicted correctly.
    mnist_called_digit : float
        Share of MNIST test digits whose verdict is "digit".
    solvers : dict of str to SolverFigures
        Figures by solver.
    agree : float
        Share of test digits on which all solvers predict the same digit.
    refused : dict of str to float
        Share of scribbles whose verdict is not "digit": by family, ``all``, and ``never trained
        on`` (families that are not in the training data).
    """

    parameters: int
    mnist: float
    pen: float
    writers: dict[str, float]
    called_digit: float
    called_right: float
    mnist_called_digit: float
    solvers: dict[str, SolverFigures]
    agree: float
    refused: dict[str, float]

    def json(self) -> str:
        """All figures as JSON, for the metadata of the weights."""
        return json.dumps(asdict(self))

    def lines(self) -> list[str]:
        """The figures as lines of a table."""
        rows = [
            f"parameters                          {self.parameters:,}",
            f"MNIST test digits named right       {self.mnist:.2%}",
            f"pen digits of unseen writers        {self.pen:.2%}",
            "  by writer                         "
            + "  ".join(f"{k}: {v:.1%}" for k, v in self.writers.items()),
            f'  verdict "digit"                   {self.called_digit:.2%}, of these right '
            f"{self.called_right:.2%}",
            f'MNIST test digits, verdict "digit"  {self.mnist_called_digit:.2%}',
            f"scribbles not called a digit        {self.refused['all']:.1%}",
            f"  families never trained on         {self.refused['never trained on']:.1%}",
            f"all solvers name the same digit     {self.agree:.2%}",
            f"solver     converged  largest relative residual (limit {TOL:.0e})  "
            "evaluations (most)  MNIST    pen",
        ]
        for name, figures in self.solvers.items():
            rows.append(
                f"{name:<10} {figures.converged:>9.2%}  {figures.relative:>39.1e}  "
                f"{figures.evaluations:>11.1f} ({figures.most:.0f})  "
                f"{figures.mnist:>9.2%}  {figures.pen:.2%}"
            )
        return rows


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
        named[name] = probabilities.argmax(1)
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
            verdicts = _verdicts(model, probabilities, converged)
    right = named["ODE"] == truth
    digit = torch.tensor([verdict == "digit" for verdict in verdicts])
    writer = torch.tensor([digit.writer for digit in writers])
    pen_right = torch.zeros(len(writers), dtype=torch.bool)
    pen_right[number] = right[split:]
    same = torch.stack(list(named.values()))
    return Evaluation(
        parameters=sum(p.numel() for p in model.parameters()),
        mnist=solvers["ODE"].mnist,
        pen=solvers["ODE"].pen,
        writers={str(w): _share(pen_right[writer == w]) for w in sorted(set(writer.tolist()))},
        called_digit=float(digit[split:].sum()) / len(writers),
        called_right=_share(right[split:][digit[split:]]),
        mnist_called_digit=_share(digit[:split]),
        solvers=solvers,
        agree=_share((same == same[0]).all(0)),
        refused=_refused_shares(model, report),
    )


@torch.no_grad()
def solve_pictures(
    model: Classifier, images: Tensor, solver: Solver, name: str = "", report: Report | None = None
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Equilibria of pictures (N, 28, 28) uint8, with the tolerance of the figures.

    Returns
    -------
    tuple of Tensors
        Probabilities (N, 10), converged (N,), relative residuals (N,), evaluations (N,).
    """
    columns = []
    for done, some in enumerate(torch.split(images, 250)):
        if report is not None:
            report(f"settling by {name}", done * 250, len(images))
        x = model.encode(some.float() / 255)  # (b, C, 7, 7)
        solution = solve(
            lambda z, x=x: model.cell(z, x),  # type: ignore[misc]
            torch.zeros_like(x),
            solver=solver,
            tol=TOL,
            max_evals=MAX_EVALS,
        )
        columns.append(
            (
                model.probabilities(solution.z),
                solution.converged,
                solution.relative_residual,
                solution.nfe,
            )
        )
    probabilities, converged, relative, nfe = (torch.cat(c) for c in zip(*columns, strict=True))
    return probabilities, converged, relative, nfe


def _verdicts(model: Classifier, probabilities: Tensor, converged: Tensor) -> list[Verdict]:
    return [
        judge(p, model.thresholds, bool(c))[0]
        for p, c in zip(probabilities, converged, strict=True)
    ]


def _refused_shares(model: Classifier, report: Report | None) -> dict[str, float]:
    """Share of scribbles whose verdict is not "digit"; those that `prepare` refuses count."""
    shares: dict[str, float] = {}
    for number, family in enumerate(TRAINED + UNSEEN):
        if report is not None:
            report("scribbles", number, len(TRAINED + UNSEEN))
        part: LabelledImages = corpus.scribble_pictures(SCRIBBLES, 1_000 + number, (family,))
        called = 0
        if len(part[0]):
            probabilities, converged, _, _ = solve_pictures(model, part[0], ODE())
            called = _verdicts(model, probabilities, converged).count("digit")
        shares[family.__name__] = 1 - called / SCRIBBLES
    unseen = [shares[family.__name__] for family in UNSEEN]
    everything = list(shares.values())
    return {
        "all": sum(everything) / len(everything),
        "never trained on": sum(unseen) / len(unseen),
        **shares,
    }


def _share(mask: Tensor) -> float:
    return float(mask.float().mean()) if len(mask) else float("nan")
