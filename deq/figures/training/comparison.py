"""Several runs of the lab on one chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from deq.figures.shared.layout import axes, base_layout, build, coloured, heading, headings
from deq.figures.shared.palette import palette
from deq.figures.shared.traces import line, rounded
from deq.figures.training.run import smooth

if TYPE_CHECKING:  # figures do not import what trains
    from deq.training.lab.curves import Log

MOST = 4
# The solver whose colour a run gets, the line's dash, and how the legend shows it.
_LOOKS = (
    ("ode", "solid", "━"),
    ("anderson", "dash", "╍"),
    ("picard", "dot", "┈"),
    ("broyden", "dashdot", "┅"),
)
_PANELS = ((0.0, 0.29, 0, 1), (0.36, 0.64, 0, 1), (0.71, 1.0, 0, 1))
_HEADINGS = ("<b>loss</b>", "<b>named right, of 300</b>", "<b>evaluations</b>")


def runs(logs: Sequence[Log], names: Sequence[str], *, theme: str | None = "light") -> go.Figure:
    """Loss, accuracy and evaluations of up to four runs over epochs, each in a colour of its own.

    Parameters
    ----------
    logs : sequence of Log
        One to four.
    names : sequence of str
        How each is called; written in its colour above the panels.
    theme : {"light", "dark"}
        Which colours to use.

    Raises
    ------
    ValueError
        If there are more than four.
    """
    if len(logs) > MOST:
        raise ValueError(f"at most {MOST} runs fit on one chart, not {len(logs)}.")
    colours = palette(theme)
    data: list[dict[str, Any]] = []
    names_in_colour = []
    for log, name, (solver, dash, mark) in zip(logs, names, _LOOKS, strict=False):
        colour = colours.solver(solver)
        names_in_colour.append(coloured(f"{mark} {name}", colour))
        curves = (
            (log.x, smooth(log.loss)),
            (log.look_x, 100 * log.accuracy),
            (log.x, smooth(log.evals)),
        )
        data += [
            line(rounded(x, 3), rounded(y), colour, 2.5, dash=dash, panel=panel,
                 hover=f"{name}<br>epoch %{{x:.2f}}: %{{y:.3g}}")
            for panel, (x, y) in enumerate(curves, 1)
        ]  # fmt: skip
    fitted = {"automargin": True, "nticks": 6}
    epochs = {"title": "epoch", "rangemode": "tozero", "automargin": True}
    options = (
        (epochs, {**fitted, "type": "log", "exponentformat": "power"}),
        (epochs, {**fitted, "ticksuffix": " %"}),
        (epochs, {**fitted, "rangemode": "tozero"}),
    )
    layout = {
        **base_layout(colours),
        **axes(colours, _PANELS, options),
        "margin": {"l": 44, "r": 12, "t": 54, "b": 44},
        "annotations": [
            *headings(_PANELS, _HEADINGS, colours.ink, yshift=2),
            heading(0, 1, "     ".join(names_in_colour), colours.ink, yshift=26),
        ],
    }
    return build(data, layout)
