"""A state that is one number: its way to the fixed point, over time and as a cobweb."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from deq.figures.shared.frame import Course, axis, base_layout, build, note, plain
from deq.figures.shared.palette import Palette, palette


def _states(course: Course) -> npt.NDArray[np.float64]:
    """The one number at each recorded state, (T,)."""
    return np.asarray(course.z, dtype=np.float64).reshape(len(course.t), -1)[:, 0]


def states_over_time(
    courses: Mapping[str, Course],
    limit: float,
    *,
    time: str = "solver time t",
    theme: str | None = "light",
) -> go.Figure:
    """Several solvers' states on one time axis, with the fixed point they share.

    Parameters
    ----------
    courses : mapping of str to deq.Trajectory
        Recorded solves of a single number; the name is the line's label and, up to its first
        space, the solver whose colour it gets. Iterations are drawn with a dot for each step.
    limit : float
        The fixed point z*.
    time : str
        Title of the horizontal axis.
    theme : {"light", "dark"}
        Which colours to use.
    """
    colours = palette(theme)
    end = max((float(np.asarray(course.t)[-1]) for course in courses.values()), default=1.0)
    lines = [_limit([0.0, end], limit, colours)]
    labels = [note(end, limit, "<b>z*</b>", colours.accent, yshift=-14)]
    for name, course in courses.items():
        colour = colours.solver(name.partition(" ")[0])
        smooth = name.startswith("ODE")
        states = _states(course)
        lines.append(
            {
                "type": "scatter",
                "mode": "lines" if smooth else "lines+markers",
                "name": name,
                "x": plain(course.t, 3),
                "y": plain(states, 4),
                "line": {
                    "color": colour,
                    "width": 3 if smooth else 1.5,
                    "shape": "spline" if smooth else "linear",
                    "simplify": False,
                },
                "marker": {"size": 8, "color": colour},
                "hovertemplate": f"{name}: z = %{{y:.4f}} at %{{x:.3g}}<extra></extra>",
            }
        )
        if len(courses) > 1:
            # Where the lines are apart: on the way for a curve, at the second dot for an iteration.
            k = int(np.abs(states - (0.7 * limit + 0.3 * states[0])).argmin()) if smooth else 2
            k = min(k, len(states) - 1)
            shift = {"xshift": 24, "yshift": -6} if smooth else {"yshift": 14}
            x, y = float(np.asarray(course.t)[k]), float(states[k])
            labels.append(note(x, y, f"<b>{name}</b>", colour, **shift))
    layout = {
        **base_layout(colours),
        "margin": {"l": 8, "r": 16, "t": 10, "b": 8},
        "annotations": labels,
        "xaxis": axis(colours, title=time, rangemode="tozero"),
        "yaxis": axis(colours, title="state z"),
    }
    return build(lines, layout)


def cobweb(
    course: Course,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    limit: float,
    *,
    theme: str | None = "light",
) -> go.Figure:
    """The iteration z ← f(z) between the curve of f and the diagonal.

    Parameters
    ----------
    course : deq.Trajectory
        A recorded Picard solve of a single number.
    x, y : array (N,)
        The curve y = f(x).
    limit : float
        The fixed point z*, where the curve meets the diagonal.
    theme : {"light", "dark"}
        Which colours to use.
    """
    colours = palette(theme)
    states = _states(course)
    span = plain([np.min(np.asarray(x)), np.max(np.asarray(x))], 3)
    web_x, web_y = steps(states)
    diagonal = {
        "type": "scatter",
        "mode": "lines",
        "name": "diagonal",
        "x": span,
        "y": span,
        "line": {"color": colours.muted, "width": 1.5, "dash": "dot"},
        "hoverinfo": "skip",
    }
    curve = {
        "type": "scatter",
        "mode": "lines",
        "name": "f",
        "x": plain(x, 3),
        "y": plain(y, 4),
        "line": {"color": colours.solver("ode"), "width": 3, "simplify": False},
        "hovertemplate": "f(%{x:.3f}) = %{y:.3f}<extra></extra>",
    }
    web = {
        "type": "scatter",
        "mode": "lines",
        "name": "web",
        "x": plain(web_x, 4),
        "y": plain(web_y, 4),
        "line": {"color": colours.ink, "width": 1.5, "simplify": False},
        "hoverinfo": "skip",
    }
    crossing = {
        "type": "scatter",
        "mode": "markers",
        "name": "z*",
        "x": plain([limit], 4),
        "y": plain([limit], 4),
        "marker": {
            "symbol": "diamond-open",
            "size": 18,
            "color": colours.accent,
            "line": {"width": 2.5, "color": colours.accent},
        },
        "hovertemplate": "z* = %{x:.6f}<extra></extra>",
    }
    layout = {
        **base_layout(colours),
        "margin": {"l": 8, "r": 16, "t": 10, "b": 8},
        "annotations": [note(limit, limit, "<b>z*</b>", colours.accent, xshift=16, yshift=-20)],
        "xaxis": axis(colours, title="state z", range=span),
        "yaxis": axis(colours, title="f(z)"),
    }
    return build([diagonal, curve, web, crossing], layout)


def steps(states: npt.NDArray[np.float64]) -> tuple[list[float], list[float]]:
    """Corners of the cobweb: up or down to the curve, across to the diagonal, and again.

    Examples
    --------
    >>> steps(np.array([4.0, 2.0, 1.0]))
    ([4.0, 4.0, 2.0, 2.0, 1.0], [4.0, 2.0, 2.0, 1.0, 1.0])
    """
    if not len(states):
        return [], []
    x = [float(z) for z in states.repeat(2)[:-1]]
    y = [x[0], *(float(z) for z in states[1:].repeat(2))]
    return x, y


def _limit(x: list[float], limit: float, colours: Palette) -> dict[str, Any]:
    """The fixed point as a level line."""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "z*",
        "x": plain(x, 3),
        "y": plain([limit] * len(x), 4),
        "line": {"color": colours.accent, "width": 2, "dash": "dash"},
        "hovertemplate": "z* = %{y:.6f}<extra></extra>",
    }
