"""Iteration and an ODE solver: both on one axis, and what each costs for every tolerance."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from deq.figures.shared.layout import axis, base_layout, build, coloured, heading, note, upright
from deq.figures.shared.palette import palette, translucent
from deq.figures.shared.traces import dots, joined, line, marker, rounded, within

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def iteration_and_ode(
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
    """Plain iteration beside an adaptive solver, with a square for each step that it accepted.

    Parameters
    ----------
    iterates : array (n + 1,)
        x₀, g(x₀), …, at t = 0, 1, ….
    t, x : array (T,)
        The solver's accepted steps.
    curve : (array (N,), array (N,))
        The smooth path between them.
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
    jumps, flow = colours.look("picard"), colours.look("ode")
    xs = within(iterates, view)
    times, states = rounded(t), rounded(x, 5)
    end = float(max(len(xs) - 1, 1))
    height = view[1] - view[0]
    floor = view[0] - 0.16 * height
    edge = (colours.page, 1.5)
    data = [
        line([0, end], rounded([limit, limit], 6), colours.accent, dash="dash", name="x*"),
        line(list(range(len(xs))), rounded(xs, 5), jumps.colour, 1.5, mode="lines+markers",
             dash=jumps.dash, name="iteration",
             marker=marker(jumps.colour, 9, symbol=jumps.symbol, edge=edge),
             hover="x<sub>%{x}</sub> = %{y:.4f}"),
        line(joined([[time, time] for time in times]), joined([[x, floor] for x in states], 5),
             translucent(flow.colour, 0.35), 1.2, name="stems"),
        line(rounded(curve[0], 3), rounded(curve[1], 5), flow.colour, 3, name="flow"),
        dots(times, states, flow.colour, 10, symbol=flow.symbol, edge=edge, name="accepted steps",
             hover="x = %{y:.4f} at t = %{x:.3f}"),
    ]  # fmt: skip
    legend = (
        f"{coloured('●╌● iteration', jumps.colour)}   "
        f"{coloured(f'■━■ {method}, a square a step', flow.colour)}"
    )
    layout = {
        **base_layout(colours),
        "margin": {"l": 52, "r": 14, "t": 30, "b": 44},
        "annotations": [
            heading(0, 1, legend, colours.ink, size=14),
            note(end, limit, "<b>x*</b>", colours.accent, size=16, halo=colours.page,
                 xanchor="right", yshift=12),
        ],
        "xaxis": axis(colours, title="time t of the ODE; step n of the iteration",
                      range=[-0.012 * end, 1.012 * end], automargin=False),
        "yaxis": axis(colours, title="x", range=[floor, view[1] + 0.05 * height],
                      automargin=False),
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
        Both (K,); NaN where a solver does not reach the tolerance. The name is the solver whose
        look the line gets; methods of the ODE share a colour.
    chosen : str
        Drawn in full width.
    now : float, optional
        The present tolerance: an upright line.
    most : float
        Evaluations at which every solver stops.
    theme : {"light", "dark"}
        Which colours to use.
    """
    colours = palette(theme)
    data: list[dict[str, Any]] = []
    ends: list[tuple[float, float, str, str, bool]] = []
    for name, (tols, evals) in courses.items():
        tol, count = np.asarray(tols, dtype=np.float64), np.asarray(evals, dtype=np.float64)
        seen = np.isfinite(count)
        loud = name in (chosen, "Picard")
        look = colours.look(name)
        colour = look.colour
        if not seen.any():
            ends.append((float(tol[-1]), most, f"{name}: never", colour, loud))
            continue
        data.append(
            line(
                tol[seen].tolist(),
                count[seen].tolist(),
                colour if loud else translucent(colour, 0.6),
                3.5 if loud else 1.2,
                dash=look.dash,
                mode="lines+markers",
                name=name,
                marker=marker(colour, 8 if loud else 5, symbol=look.symbol),
                hover=f"{name}: %{{y}} evaluations at %{{x:.0e}}",
            )
        )
        last = np.flatnonzero(seen)[-1]
        stop = "" if seen[-1] else " (no further)"
        ends.append((float(tol[last]), float(count[last]), name + stop, colour, loud))
    high = max([20.0, *(e[1] for e in ends)])
    top = float(np.log10(1.8 * high))
    heights = apart([float(np.log10(e[1])) for e in ends], 0.085 * top)
    labels = [
        note(float(np.log10(tol)), height, f"<b>{name}</b>" if loud else name, colour,
             size=13 if loud else 12, halo=colours.page, xanchor="left", xshift=8)
        for (tol, _, name, colour, loud), height in zip(ends, heights, strict=True)
    ]  # fmt: skip
    ticks = sorted({float(t) for tols, _ in courses.values() for t in np.asarray(tols).tolist()})
    finest = float(np.log10(min([1.0, *ticks])))
    layout = {
        **base_layout(colours),
        "margin": {"l": 56, "r": 8, "t": 8, "b": 42},
        "annotations": labels,
        "shapes": [] if now is None else [upright(now, colours.muted)],
        # The labels need some room to the right of the finest tolerance.
        "xaxis": axis(colours, title="tolerance (log scale, finer to the right)", type="log",
                      range=[-0.5, 1.42 * finest - 0.19], tickvals=ticks,
                      ticktext=[f"10{str(round(np.log10(t))).translate(_RAISED)}" for t in ticks],
                      automargin=False),
        "yaxis": axis(colours, title="evaluations (log scale)", type="log", range=[0.3, top],
                      dtick=1, automargin=False),
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
