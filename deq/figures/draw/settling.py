"""What happens on the way to the equilibrium: the readout's opinion, and the residual."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from deq.figures.shared.frame import Course, axis, base_layout, build, note, plain
from deq.figures.shared.palette import palette

TIME = "solver time t"


def probabilities_over_time(
    t: npt.ArrayLike,
    probabilities: npt.ArrayLike,
    *,
    named: int = 3,
    clock: str = TIME,
    theme: str | None = "light",
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
    clock : str
        What t is called.
    theme : {"light", "dark"}
        Which colours to use.
    """
    colours = palette(theme)
    times = np.asarray(t, dtype=np.float64)  # (T,)
    shares = 100 * np.asarray(probabilities, dtype=np.float64).reshape(-1, 10)  # (T, 10)
    leaders = _leaders(shares, named)
    lines = []
    for digit in sorted(range(10), key=lambda digit: digit in leaders):
        loud = digit in leaders
        lines.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": str(digit),
                "x": plain(times, 4),
                "y": plain(shares[:, digit], 2),
                "line": {
                    "color": colours.digits[digit],
                    "width": 3 if loud else 1,
                    "simplify": False,
                },
                "opacity": 1 if loud else 0.45,
                "hovertemplate": f"{digit}: %{{y:.1f}} % at t = %{{x:.3g}}<extra></extra>",
            }
        )
    labels = []
    for digit in leaders:
        last = len(times) - 1
        k = last if digit == leaders[0] else 1 + int(shares[1:, digit].argmax())
        place = {"xshift": 10} if k == last else {"yshift": 12}
        x, y, colour = float(times[k]), float(shares[k, digit]), colours.digits[digit]
        labels.append(note(x, y, f"<b>{digit}</b>", colour, **place))
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


def _leaders(shares: npt.NDArray[np.float64], most: int) -> list[int]:
    """The last state's favourite first, then digits that had 20 % on the way, best first.

    The start does not count: it knows nothing of the drawing yet.
    """
    if len(shares) == 0:
        return []
    peak = shares[1:].max(0, initial=0)  # (10,)
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
    limit = {
        "type": "scatter",
        "mode": "lines",
        "name": "tolerance",
        "x": plain(times, 4),
        "y": _significant(allowed),
        "line": {"color": colours.accent, "width": 2, "dash": "dash"},
        "hovertemplate": "tolerance: %{y:.2g}<extra></extra>",
    }
    line = {
        "type": "scatter",
        "mode": "lines+markers" if len(times) <= 80 else "lines",  # more dots than pixels
        "name": "residual",
        "x": plain(times, 4),
        "y": _significant(values),
        "line": {"color": colours.solver(solver), "width": 3, "simplify": False},
        "marker": {"size": 6, "color": colours.solver(solver)},
        "hovertemplate": "residual %{y:.2g} at t = %{x:.3g}<extra></extra>",
    }
    height = float(np.log10(allowed[-1]))  # annotations on a log axis are placed by exponent
    layout = {
        **base_layout(colours),
        "margin": {"l": 8, "r": 12, "t": 14, "b": 8},
        "annotations": [
            note(0.5, height, "tolerance", colours.accent, size=13, yshift=-11, xref="paper")
        ],
        "xaxis": axis(colours, title=TIME, rangemode="tozero"),
        "yaxis": axis(
            colours, title="residual (log scale)", type="log", exponentformat="power", dtick=1
        ),
    }
    return build([limit, line], layout)


def _significant(values: npt.NDArray[np.float64]) -> list[float | None]:
    """Four significant digits; what a log axis cannot show is left out."""
    return [float(f"{v:.4g}") if np.isfinite(v) and v > 0 else None for v in values.tolist()]
