"""Plotly figures as pure functions of results: for the pages, and for a notebook.

This is the only part of the package that needs plotly. Every function takes arrays and returns a
`plotly.graph_objects.Figure` with a transparent background; the colours come from `palette`.
"""

from deq.figures.bars import probability_bars
from deq.figures.errors_over_evals import errors_over_evals
from deq.figures.export import standalone_page, trajectory_csv
from deq.figures.linked_cobweb import linked_cobweb
from deq.figures.palette import Palette, palette
from deq.figures.picture import magnify
from deq.figures.scalar import cobweb, states_over_time
from deq.figures.settling import probabilities_over_time, residuals_over_time
from deq.figures.trajectory import trajectory

__all__ = [
    "Palette",
    "cobweb",
    "errors_over_evals",
    "linked_cobweb",
    "magnify",
    "palette",
    "probabilities_over_time",
    "probability_bars",
    "residuals_over_time",
    "standalone_page",
    "states_over_time",
    "trajectory",
    "trajectory_csv",
]
