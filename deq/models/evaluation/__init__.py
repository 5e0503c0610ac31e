"""Test figures of the digit network, as README states them."""

from deq.models.evaluation.figures import Evaluation, SolverFigures
from deq.models.evaluation.measure import evaluate
from deq.models.evaluation.solving import TOL, solve_pictures

__all__ = ["TOL", "Evaluation", "SolverFigures", "evaluate", "solve_pictures"]
