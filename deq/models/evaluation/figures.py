"""All test figures of a digits model, and the table that shows them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from deq.models.evaluation.solving import TOL

COLUMNS = 5  # kinds of drawings in a row of the table


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
    painted, painted_called_digit, painted_called_right : float
        As ``pen``, ``called_digit`` and ``called_right``, for the same digits drawn by a rasteriser
        that training never uses, `deq.digits.paint`.
    solvers : dict of str to SolverFigures
        Figures by solver.
    agree : float
        Share of test digits on which all solvers predict the same digit.
    refused : dict of str to float
        Share of scribbles whose verdict is not "digit": by family, ``all``, and ``never trained
        on`` (families that are not in the training data).
    others : dict of str to float
        Share of other drawings whose verdict is "digit", by kind; none of the kinds is in the
        training data.
    """

    parameters: int
    mnist: float
    pen: float
    writers: dict[str, float]
    called_digit: float
    called_right: float
    mnist_called_digit: float
    painted: float
    painted_called_digit: float
    painted_called_right: float
    solvers: dict[str, SolverFigures]
    agree: float
    refused: dict[str, float]
    others: dict[str, float]

    @property
    def others_called_digit(self) -> float:
        """Share of the other drawings, of all kinds alike, whose verdict is "digit"."""
        return sum(self.others.values()) / len(self.others)

    @property
    def worst(self) -> str:
        """The kind of drawing that is most often called a digit."""
        return max(self.others, key=self.others.__getitem__)

    def json(self) -> str:
        """All figures as JSON, for the metadata of the weights."""
        return json.dumps(asdict(self))

    def lines(self) -> list[str]:
        """The figures as lines of a table."""
        scribbles = {
            name: 1 - share
            for name, share in self.refused.items()
            if name not in ("all", "never trained on")
        }
        rows = [
            f"parameters                          {self.parameters:,}",
            f"MNIST test digits named right       {self.mnist:.2%}",
            f'  verdict "digit"                   {self.mnist_called_digit:.2%}',
            f"pen digits of unseen writers        {self.pen:.2%}",
            "  by writer                         "
            + "  ".join(f"{k}: {v:.1%}" for k, v in self.writers.items()),
            f'  verdict "digit"                   {self.called_digit:.2%}, of these right '
            f"{self.called_right:.2%}",
            f"the same, by another rasteriser     {self.painted:.2%}",
            f'  verdict "digit"                   {self.painted_called_digit:.2%}, of these right '
            f"{self.painted_called_right:.2%}",
            f"scribbles called a digit            {1 - self.refused['all']:.1%}",
            f"  families never trained on         {1 - self.refused['never trained on']:.1%}",
            *columns(scribbles),
            f"other drawings called a digit       {self.others_called_digit:.1%} of "
            f"{len(self.others)} kinds never trained on",
            f"  worst kind                        {self.others[self.worst]:.1%}: {self.worst}",
            *columns(self.others),
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


def columns(shares: Mapping[str, float]) -> list[str]:
    """Names and shares, several in a row.

    Examples
    --------
    >>> columns({"cat": 0.05, "house": 0})
    ['  cat             5.0%  house           0.0%']
    """
    cells = [f"{name.replace('_', ' '):<14}{share:>6.1%}" for name, share in shares.items()]
    return [
        "  " + "  ".join(cells[start : start + COLUMNS]) for start in range(0, len(cells), COLUMNS)
    ]
