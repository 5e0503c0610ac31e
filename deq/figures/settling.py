"""What happens on the way to the equilibrium: the readout's opinion, and the residual."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from deq.figures.frame import axis, base_layout, plain
from deq.figures.palette import palette

TIME = "solver time t"


class Course(Protocol):
    """What `deq.Trajectory` offers; figures do not import torch."""

    @property
    def t(self) -> Any:
        """Solver time (T,)."""

    @property
    def z(self) -> Any:
        """States (T, B, …)."""

    @property
    def residual(self) -> Any:
        """Residuals (T, B)."""


def probabilities_over_time(
    t: npt.ArrayLike, probabilities: npt.ArrayLike, *, named: int = 3, theme: str | None = "light"
) -> go.Figure:
    """When does the network make up its mind? One line a digit, labelled where it peaks.

    Parameters
    ----------
    t : array (T,)
        Solver time of each recorded state.
    probabilities : array (T, 10)
        The readout at each of them.
    named : int
        At most this many digits, the ones that ever got furthest, are drawn in full and labelled.
    theme : {"light", "dark"}
        Which colours to use.
    """
    colours = palette(theme)
    times = np.asarray(t, dtype=np.float64)  # (T,)
    shares = 100 * np.asarray(probabilities, dtype=np.float64).reshape(-1, 10)  # (T, 10)
    figure = go.Figure(layout=base_layout(colours))
    leaders = _leaders(shares, named)
    for digit in sorted(range(10), key=lambda digit: digit in leaders):
        loud = digit in leaders
        figure.add_scatter(
            x=plain(times, 4),
            y=plain(shares[:, digit], 2),
            mode="lines",
            name=str(digit),
            line={"color": colours.digits[digit], "width": 3 if loud else 1, "simplify": False},
            opacity=1 if loud else 0.45,
            hovertemplate=f"{digit}: %{{y:.1f}} % at t = %{{x:.3g}}<extra></extra>",
        )
    for digit in leaders:
        k = int(shares[:, digit].argmax())
        if digit == leaders[0]:
            k = len(times) - 1
        figure.add_annotation(
            x=float(times[k]),
            y=float(shares[k, digit]),
            text=f"<b>{digit}</b>",
            showarrow=False,
            xshift=10 if k == len(times) - 1 else 0,
            yshift=0 if k == len(times) - 1 else 12,
            font={"size": 17, "color": colours.digits[digit]},
        )
    figure.update_layout(
        margin={"l": 8, "r": 22, "t": 14, "b": 8},
        xaxis=axis(colours, title=TIME, rangemode="tozero"),
        yaxis=axis(
            colours, title="probability", range=[-3, 106], ticksuffix=" %", tickvals=[0, 50, 100]
        ),
    )
    return figure


def _leaders(shares: npt.NDArray[np.float64], most: int) -> list[int]:
    """The last state's favourite first, then digits that ever had 20 %, best first."""
    if len(shares) == 0:
        return []
    peak = shares.max(0)  # (10,)
    first = int(shares[-1].argmax())
    others = [int(k) for k in np.argsort(-peak) if k != first and peak[k] >= 20]
    return [first, *others][:most]


def residuals_over_time(
    course: Course,
    *,
    tol: float,
    sample: int = 0,
    solver: str = "ode",
    theme: str | None = "light",
) -> go.Figure:
    """The residual ‖f(z) − z‖ falling to the tolerance, on a logarithmic axis.

    Parameters
    ----------
    course : deq.Trajectory
        Solver time t (T,), states z (T, B, …) and residuals (T, B) of a recorded solve.
    tol : float
        Tolerance of the solve. The stop test allows tol + tol·‖z‖₂, which moves because z does.
    sample : int
        Which member of the batch.
    solver : str
        Gives the line its colour.
    theme : {"light", "dark"}
        Which colours to use.
    """
    colours = palette(theme)
    times = np.asarray(course.t, dtype=np.float64)  # (T,)
    values = np.asarray(course.residual, dtype=np.float64)[:, sample]  # (T,)
    states = np.asarray(course.z, dtype=np.float64)[:, sample].reshape(len(times), -1)  # (T, D)
    allowed = tol + tol * np.linalg.norm(states, axis=1)  # (T,)
    figure = go.Figure(layout=base_layout(colours))
    figure.add_scatter(
        x=plain(times, 4),
        y=_significant(allowed),
        mode="lines",
        name="tolerance",
        line={"color": colours.accent, "width": 2, "dash": "dash"},
        hovertemplate="tolerance: %{y:.2g}<extra></extra>",
    )
    figure.add_scatter(
        x=plain(times, 4),
        y=_significant(values),
        mode="lines+markers",
        name="residual",
        line={"color": colours.solver(solver), "width": 3, "simplify": False},
        marker={"size": 6},
        hovertemplate="residual %{y:.2g} at t = %{x:.3g}<extra></extra>",
    )
    if len(times):
        figure.add_annotation(
            x=0,
            xref="paper",
            xanchor="left",
            y=float(np.log10(allowed[-1])),
            yshift=-11,
            text="tolerance",
            showarrow=False,
            font={"size": 13, "color": colours.accent},
        )
    figure.update_layout(
        margin={"l": 8, "r": 12, "t": 14, "b": 8},
        xaxis=axis(colours, title=TIME, rangemode="tozero"),
        yaxis=axis(
            colours, title="residual (log scale)", type="log", exponentformat="power", dtick=1
        ),
    )
    return figure


def _significant(values: npt.NDArray[np.float64]) -> list[float | None]:
    """Four significant digits; what a log axis cannot show is left out."""
    return [float(f"{v:.4g}") if np.isfinite(v) and v > 0 else None for v in values.tolist()]
