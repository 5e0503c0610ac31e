"""What happens on the way to the equilibrium: what the readout says, and the residual."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from deq.digits.classes import NO_DIGIT
from deq.figures.shared.classes import class_looks
from deq.figures.shared.layout import axis, base_layout, build, note
from deq.figures.shared.palette import LARGE, palette
from deq.figures.shared.traces import Array, line, rounded, significant

if TYPE_CHECKING:  # figures do not import torch
    from deq import Trajectory

_TIME = "solver time t"


def probabilities_over_time(
    t: npt.ArrayLike,
    probabilities: npt.ArrayLike,
    *,
    named: int = 3,
    clock: str = _TIME,
    theme: str | None = "light",
) -> go.Figure:
    """When does the network decide? One line a class, labelled where it peaks.

    Parameters
    ----------
    t : array (T,)
        Solver time of each recorded state.
    probabilities : array (T, 10) or (T, 11)
        The readout at each of them: the ten digits, and "no digit".
    named : int
        At most this many classes, those with the highest peaks, are drawn in full and labelled.
    clock : str
        What t is called.
    theme : {"light", "dark"}
        Which colours to use.
    """
    colours = palette(theme)
    times = np.asarray(t, dtype=np.float64)  # (T,)
    shares = 100 * np.asarray(probabilities, dtype=np.float64)  # (T, 10) or (T, 11)
    classes = class_looks(shares.shape[1], colours)
    leaders = _leaders(shares, named)
    lines = [
        line(
            rounded(times),
            rounded(shares[:, k], 2),
            classes[k].colour,
            3 if k in leaders else 1,
            name=classes[k].name,
            opacity=1 if k in leaders else 0.45,
            hover=f"{classes[k].name}: %{{y:.1f}} % at t = %{{x:.3g}}",
        )
        for k in sorted(range(len(classes)), key=lambda k: k in leaders)  # leaders on top
    ]
    labels = []
    for leader in leaders:
        last = len(times) - 1
        k = last if leader == leaders[0] else 1 + int(shares[1:, leader].argmax())
        place: dict[str, Any] = {"xshift": 10} if k == last else {"yshift": 12}
        if leader == NO_DIGIT:  # longer than the margin is wide
            place = {"size": 14, "yshift": -12 if shares[k, leader] > 50 else 12}
            place |= {"xanchor": "right"} if k == last else {}
        x, y, one = float(times[k]), float(shares[k, leader]), classes[leader]
        labels.append(note(x, y, f"<b>{one.name}</b>", one.colour, **{"size": LARGE, **place}))
    layout = {
        **base_layout(colours),
        "margin": {"l": 8, "r": 22, "t": 14, "b": 8},
        "annotations": labels,
        "xaxis": axis(colours, title=clock, rangemode="tozero"),
        "yaxis": axis(
            colours,
            title="probability",
            range=[-3, 106],
            tickvals=[0, 50, 100],
            ticktext=["0 %", "50 %", "100 %"],
        ),
    }
    return build(lines, layout)


def _leaders(shares: Array, most: int) -> list[int]:
    """The last state's most likely class, then others that had 20 % on the way, best first.

    The start does not count: it does not depend on the drawing.
    """
    if len(shares) == 0:
        return []
    peak = shares[1:].max(0, initial=0)  # (10,) or (11,)
    first = int(shares[-1].argmax())
    others = [int(k) for k in np.argsort(-peak) if k != first and peak[k] >= 20]
    return [first, *others][:most]


def residuals_over_time(
    course: Trajectory,
    *,
    tol: float,
    sample: int = 0,
    solver: str = "ode",
    theme: str | None = "light",
) -> go.Figure:
    """The residual ‖f(z) − z‖ / (1 + ‖z‖) falling to the tolerance, on a logarithmic axis.

    Parameters
    ----------
    course : deq.Trajectory
        Solver time t (T,) and relative residuals (T, B) of a recorded solve.
    tol : float
        Tolerance of the solve.
    sample : int
        Which member of the batch.
    solver : str
        Gives the line its colour.
    theme : {"light", "dark"}
        Which colours to use.
    """
    colours = palette(theme)
    times = rounded(course.t)  # (T,)
    colour = colours.solver(solver)
    data = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": "tolerance",
            "x": [times[0], times[-1]],
            "y": [tol, tol],
            "line": {"color": colours.accent, "width": 2, "dash": "dash"},
            "hovertemplate": "tolerance: %{y:.2g}<extra></extra>",
        },
        line(
            times,
            significant(np.asarray(course.relative_residual)[:, sample], 6, log=True),
            colour,
            3,
            mode="lines+markers" if len(times) <= 80 else "lines",  # more dots than pixels
            name="residual",
            marker={"size": 6, "color": colour},
            hover="residual %{y:.2g} at t = %{x:.3g}",
        ),
    ]
    height = float(np.log10(tol))  # annotations on a log axis are placed by exponent
    layout = {
        **base_layout(colours),
        "margin": {"l": 8, "r": 12, "t": 14, "b": 8},
        "annotations": [
            note(0.5, height, "tolerance", colours.accent, size=13, yshift=-11, xref="paper")
        ],
        "xaxis": axis(colours, title=_TIME, rangemode="tozero"),
        "yaxis": axis(
            colours, title="residual (log scale)", type="log", exponentformat="power", dtick=1
        ),
    }
    return build(data, layout)
