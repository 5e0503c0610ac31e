"""Plotly figures as pure functions of results: for the pages, and for a notebook.

This is the only part of the package that needs plotly. Every function takes arrays and returns a
`plotly.graph_objects.Figure` with a transparent background; the colours come from `palette`.
"""

try:
    import plotly as plotly
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        "deq.figures draws with Plotly, which is not installed: pip install 'deq[figures]'"
    ) from missing

from deq.figures.draw.over_time import probabilities_over_time, residuals_over_time
from deq.figures.draw.trajectory import trajectory
from deq.figures.fixed_points.errors_over_evals import errors_over_evals
from deq.figures.fixed_points.linked_cobweb import linked_cobweb
from deq.figures.home.one_number import cobweb, states_over_time
from deq.figures.shared.bars import probability_bars
from deq.figures.shared.export import standalone_page, trajectory_csv
from deq.figures.shared.palette import Palette, palette
from deq.figures.shared.picture import magnify

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
