"""Iteration jumps, the ODE walks: both on one axis, and what each costs for every tolerance."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from deq.figures.shared.cloud import halo
from deq.figures.shared.frame import axis, base_layout, build, note, plain
from deq.figures.shared.palette import palette, translucent

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def jump_and_walk(
    iterates: npt.ArrayLike,
    t: npt.ArrayLike,
    x: npt.ArrayLike,
    curve: tuple[npt.ArrayLike, npt.ArrayLike],
    *,
    limit: float,
    view: tuple[float, float],
    method: str = "dopri5",
    theme: str | None = "light",
) -> go.Figure:
    """Plain iteration beside an adaptive solver, with a dot for each step that it accepted.

    Parameters
    ----------
    iterates : array (n + 1,)
        x₀, g(x₀), …, at t = 0, 1, ….
    t, x : array (T,)
        The solver's accepted steps.
    curve : (array (N,), array (N,))
        The smooth way between them.
    limit : float
        The equilibrium.
    view : (float, float)
        The vertical axis.
    method : str
        The solver's name.
    theme : {"light", "dark"}
        Which colours to use.
    """
    colours = palette(theme)
    jumps, flow = colours.solver("picard"), colours.solver("ode")
    far = 20 * (view[1] - view[0])
    dots = np.asarray(iterates, dtype=np.float64).clip(view[0] - far, view[1] + far)
    time, state = np.asarray(t, dtype=np.float64), np.asarray(x, dtype=np.float64)
    end = float(max(len(dots) - 1, 1))
    floor = view[0] - 0.16 * (view[1] - view[0])
    shared = {"type": "scatter", "hoverinfo": "skip"}
    ring = {"color": colours.page, "width": 1.5}
    stems_x: list[Any] = []
    stems_y: list[Any] = []
    for moment, height in zip(plain(time, 4), plain(state, 5), strict=True):
        stems_x += [moment, moment, None]
        stems_y += [height, floor, None]
    data: list[dict[str, Any]] = [
        {
            **shared,
            "mode": "lines",
            "name": "x*",
            "x": [0, end],
            "y": plain([limit, limit], 6),
            "line": {"color": colours.accent, "width": 2, "dash": "dash"},
        },
        {
            **shared,
            "mode": "lines+markers",
            "name": "iteration",
            "x": list(range(len(dots))),
            "y": plain(dots, 5),
            "line": {"color": jumps, "width": 1.5, "simplify": False},
            "marker": {"size": 9, "color": jumps, "line": ring},
            "hoverinfo": None,
            "hovertemplate": "x<sub>%{x}</sub> = %{y:.4f}<extra></extra>",
        },
        {
            **shared,
            "mode": "lines",
            "name": "stems",
            "x": stems_x,
            "y": stems_y,
            "line": {"color": translucent(flow, 0.35), "width": 1.2, "simplify": False},
        },
        {
            **shared,
            "mode": "lines",
            "name": "flow",
            "x": plain(curve[0], 3),
            "y": plain(curve[1], 5),
            "line": {"color": flow, "width": 3, "simplify": False},
        },
        {
            **shared,
            "mode": "markers",
            "name": "accepted steps",
            "x": plain(time, 4),
            "y": plain(state, 5),
            "marker": {"size": 10, "color": flow, "line": ring},
            "hoverinfo": None,
            "hovertemplate": "x = %{y:.4f} at t = %{x:.3f}<extra></extra>",
        },
    ]
    legend = (
        f"<span style='color:{jumps}'><b>●─● iteration</b></span>   "
        f"<span style='color:{flow}'><b>●━● {method}, a dot a step</b></span>"
    )
    labels = [
        note(0, 1, legend, colours.ink, size=14, xref="paper", yref="paper", xanchor="left",
             yanchor="bottom", yshift=4),
        note(end, limit, "<b>x*</b>", colours.accent, size=16, xanchor="right", yshift=12,
             font={"size": 16, "color": colours.accent, **halo(colours, 2)}),
    ]  # fmt: skip
    room = 0.05 * (view[1] - view[0])
    layout = {
        **base_layout(colours),
        "margin": {"l": 52, "r": 14, "t": 30, "b": 44},
        "annotations": labels,
        "xaxis": axis(colours, title="time t of the ODE; step n of the iteration",
                      range=[-0.012 * end, 1.012 * end], automargin=False),
        "yaxis": axis(colours, title="x", range=[floor, view[1] + room], automargin=False),
    }  # fmt: skip
    return build(data, layout)


def evals_over_tol(
    courses: Mapping[str, tuple[npt.ArrayLike, npt.ArrayLike]],
    *,
    chosen: str = "",
    now: float | None = None,
    most: float = 2000,
    theme: str | None = "light",
) -> go.Figure:
    """Evaluations against the tolerance, one line a solver, both axes logarithmic.

    Parameters
    ----------
    courses : mapping of str to (tolerances, evaluations)
        Both (K,); NaN where a solver never got there. The first word, in lower case, is the
        solver whose colour it gets; methods of the ODE share one.
    chosen : str
        Drawn in full width.
    now : float, optional
        The present tolerance: an upright line.
    most : float
        Evaluations at which all gave up.
    theme : {"light", "dark"}
        Which colours to use.
    """
    colours = palette(theme)
    data: list[dict[str, Any]] = []
    ends: list[tuple[float, float, str, str, bool]] = []
    lowest = 1.0
    for name, (tols, evals) in courses.items():
        tol, count = np.asarray(tols, dtype=np.float64), np.asarray(evals, dtype=np.float64)
        lowest = min(lowest, float(tol.min(initial=1.0)))
        seen = np.isfinite(count)
        loud = name == chosen or name == "Picard"
        colour = colours.solver(name.partition(" ")[0])
        if not seen.any():
            ends.append((float(tol[-1]), most, f"{name}: never", colour, loud))
            continue
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": name,
                "x": tol[seen].tolist(),
                "y": count[seen].tolist(),
                "line": {
                    "color": colour if loud else translucent(colour, 0.6),
                    "width": 3.5 if loud else 1.2,
                },
                "marker": {"size": 7 if loud else 4, "color": colour},
                "hovertemplate": f"{name}: %{{y}} evaluations at %{{x:.0e}}<extra></extra>",
            }
        )
        last = np.flatnonzero(seen)[-1]
        stop = "" if seen[-1] else " (no further)"
        ends.append((float(tol[last]), float(count[last]), name + stop, colour, loud))
    high = max([20.0, *(e[1] for e in ends)])
    heights = apart([float(np.log10(e[1])) for e in ends], 0.085 * float(np.log10(1.8 * high)))
    labels = [
        note(float(np.log10(tol)), height, f"<b>{name}</b>" if loud else name, colour,
             size=13, xanchor="left", xshift=8,
             font={"size": 13 if loud else 12, "color": colour, **halo(colours, 2)})
        for (tol, _, name, colour, loud), height in zip(ends, heights, strict=True)
    ]  # fmt: skip
    shapes = []
    if now is not None:
        shapes.append({"type": "line", "yref": "paper", "x0": now, "x1": now, "y0": 0, "y1": 1,
                       "line": {"color": colours.muted, "width": 1.5, "dash": "dot"}})  # fmt: skip
    ticks = sorted({float(t) for tols, _ in courses.values() for t in np.asarray(tols).tolist()})
    left, right = 0.5, float(np.log10(lowest))
    layout = {
        **base_layout(colours),
        "margin": {"l": 56, "r": 8, "t": 8, "b": 42},
        "annotations": labels,
        "shapes": shapes,
        "xaxis": axis(colours, title="tolerance (log scale, finer to the right)", type="log",
                      range=[-left, right - 0.42 * (-right - left) - 0.4], tickvals=ticks,
                      ticktext=[f"10{str(round(np.log10(t))).translate(_RAISED)}" for t in ticks],
                      automargin=False),
        "yaxis": axis(colours, title="evaluations (log scale)", type="log",
                      range=[0.3, float(np.log10(1.8 * high))], dtick=1, automargin=False),
    }  # fmt: skip
    return build(data, layout)


def apart(heights: list[float], room: float) -> list[float]:
    """Heights of labels, moved up where two would overlap.

    Examples
    --------
    >>> apart([0.0, 2.0, 0.5], 1.0)
    [0.0, 2.0, 1.0]
    """
    moved = list(heights)
    order = sorted(range(len(heights)), key=lambda k: heights[k])
    for below, above in itertools.pairwise(order):
        moved[above] = max(moved[above], moved[below] + room)
    return moved
