"""A state that is one number, on its way to the fixed point: over time, and as a cobweb."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from deq.figures.shared.layout import axis, base_layout, build, note
from deq.figures.shared.palette import palette
from deq.figures.shared.traces import Array, dots, line, marker, rounded

if TYPE_CHECKING:  # figures do not import torch
    from deq import Trajectory

_MARGIN = {"l": 8, "r": 16, "t": 10, "b": 8}


def states_over_time(
    courses: Mapping[str, Trajectory],
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
        space, the solver whose look it gets. Iterations are drawn with a dot for each step.
    limit : float
        The fixed point z*.
    time : str
        Title of the horizontal axis.
    theme : {"light", "dark"}
        Which colours to use.
    """
    colours = palette(theme)
    end = max((float(np.asarray(course.t)[-1]) for course in courses.values()), default=1.0)
    lines = [
        line(rounded([0.0, end], 3), rounded([limit, limit]), colours.accent, dash="dash",
             name="z*", hover="z* = %{y:.6f}")
    ]  # fmt: skip
    labels = [note(end, limit, "<b>z*</b>", colours.accent, yshift=-14)]
    for name, course in courses.items():
        look = colours.look(name.partition(" ")[0])
        smooth = name.startswith("ODE")
        times, states = np.asarray(course.t), _states(course)
        drawn = line(
            rounded(times, 3),
            rounded(states),
            look.colour,
            3 if smooth else 1.5,
            dash=look.dash,
            mode="lines" if smooth else "lines+markers",
            name=name,
            marker=marker(look.colour, 8, symbol=look.symbol),
            hover=f"{name}: z = %{{y:.4f}} at %{{x:.3g}}",
        )
        drawn["line"]["shape"] = "spline" if smooth else "linear"
        lines.append(drawn)
        if len(courses) > 1:
            # Where the lines are apart: on the way for a curve, at the second dot for an iteration.
            k = int(np.abs(states - (0.7 * limit + 0.3 * states[0])).argmin()) if smooth else 2
            k = min(k, len(states) - 1)
            shift: dict[str, Any] = {"xshift": 24, "yshift": -6} if smooth else {"yshift": 14}
            x, y = float(times[k]), float(states[k])
            labels.append(note(x, y, f"<b>{name}</b>", look.colour, **shift))
    layout = {
        **base_layout(colours),
        "margin": _MARGIN,
        "annotations": labels,
        "xaxis": axis(colours, title=time, rangemode="tozero"),
        "yaxis": axis(colours, title="state z"),
    }
    return build(lines, layout)


def cobweb(
    course: Trajectory,
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
    span = rounded([np.min(np.asarray(x)), np.max(np.asarray(x))], 3)
    web_x, web_y = corners(_states(course))
    data = [
        line(span, span, colours.muted, 1.5, dash="dot", name="diagonal"),
        line(rounded(x, 3), rounded(y), colours.solver("ode"), 3, name="f",
             hover="f(%{x:.3f}) = %{y:.3f}"),
        line(rounded(web_x), rounded(web_y), colours.ink, 1.5, name="web"),
        dots(rounded([limit]), rounded([limit]), colours.accent, 18, symbol="diamond-open",
             edge=(colours.accent, 2.5), name="z*", hover="z* = %{x:.6f}"),
    ]  # fmt: skip
    layout = {
        **base_layout(colours),
        "margin": _MARGIN,
        "annotations": [note(limit, limit, "<b>z*</b>", colours.accent, xshift=16, yshift=-20)],
        "xaxis": axis(colours, title="state z", range=span),
        "yaxis": axis(colours, title="f(z)"),
    }
    return build(data, layout)


def corners(states: Array) -> tuple[Array, Array]:
    """Corners of the cobweb: up or down to the curve, across to the diagonal, and again.

    Examples
    --------
    >>> corners(np.array([4.0, 2.0, 1.0]))
    (array([4., 4., 2., 2., 1.]), array([4., 2., 2., 1., 1.]))
    """
    twice = states.repeat(2)
    return twice[:-1], np.concatenate([states[:1], twice[2:]])


def _states(course: Trajectory) -> Array:
    """The one number at each recorded state, (T,)."""
    return np.asarray(course.z, dtype=np.float64).reshape(len(course.t), -1)[:, 0]
