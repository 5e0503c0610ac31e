"""One number in a flow: slope field, trajectories and equilibria over time, the phase line beside.

The still picture is the whole story; played, a dot runs along each trajectory while the iterates of
the same map jump along the same axis. One payload: a frame rewrites two traces.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from deq.figures.shared.caption import caption, said
from deq.figures.shared.film import Film
from deq.figures.shared.frame import axis, base_layout, note, plain
from deq.figures.shared.palette import Palette, palette, translucent
from deq.figures.shared.player import player
from deq.figures.shared.stepper import stepper
from deq.figures.steady_states.phase_line import Fixed, field_of_slopes, level, phase_line, stays

Array = npt.NDArray[np.float64]
# Widths of the view beyond which nothing is drawn: browsers draw no lines to 10¹⁷⁰.
_FAR = 20.0
_BESIDE = ((0.0, 0.76), (0.82, 1.0))


def flow_field(
    t: npt.ArrayLike,
    courses: npt.ArrayLike,
    iterates: npt.ArrayLike,
    x: npt.ArrayLike,
    speed: npt.ArrayLike,
    *,
    view: tuple[float, float],
    points: Sequence[Fixed] = (),
    frames: int = 49,
    stacked: bool = False,
    theme: str | None = "light",
) -> Film:
    """dx/dt = g(x) − x as a field of slopes, with trajectories, and the iterates of the same g.

    Parameters
    ----------
    t : array (T,)
        Times, evenly spaced from zero.
    courses : array (S, T)
        x(t) from S starts; the first is the one that the iterates share.
    iterates : array (n + 1,)
        x₀, g(x₀), …; drawn at t = 0, 1, ….
    x, speed : array (N,)
        The phase line: dx/dt at places x over the view.
    view : (float, float)
        The vertical axis, from low to high.
    points : sequence of FixedPoint
        The equilibria: solid where the flow settles (g′ < 1), dashed where it leaves.
    frames : int
        How many moments can be played.
    stacked : bool
        For narrow screens: no room for the speed beside the phase line.
    theme : {"light", "dark"}
        Which colours to use.

    Returns
    -------
    plotly.graph_objects.Figure
        The last three traces move: the iterates so far, a dot on each trajectory, the caption.
    """
    colours = palette(theme)
    far = _FAR * (view[1] - view[0])
    time = np.asarray(t, dtype=np.float64)  # (T,)
    paths = np.asarray(courses, dtype=np.float64).reshape(-1, len(time))  # (S, T)
    paths = paths.clip(view[0] - far, view[1] + far)
    dots = np.asarray(iterates, dtype=np.float64).clip(view[0] - far, view[1] + far)
    place, rate = np.asarray(x, dtype=np.float64), np.asarray(speed, dtype=np.float64)
    end = float(time[-1])
    kinds = [stays(point) for point in points]
    data = [
        field_of_slopes(place, rate, end, view, colours),
        *(level(p, kind, end, colours) for p, kind in zip(points, kinds, strict=True)),
        *phase_line(place, rate, points, kinds, view, colours),
        _curves(time, paths[1:], 1.6, 0.55, colours),
        _curves(time, paths[:1], 3.2, 1.0, colours),
    ]
    moments = np.unique(np.linspace(0, len(time) - 1, frames).round().astype(int)).tolist()
    moving = [len(data) + k for k in range(3)]
    data += [
        {**look, **moment}
        for look, moment in zip(_looks(colours), _moment(time, paths, dots, -1), strict=True)
    ]
    data.append(caption(_said(time, paths, dots, moments[-1]), colours, narrow=stacked))
    film = [
        {
            "name": str(k),
            "traces": moving,
            "data": [
                *_moment(time, paths, dots, k),
                said(_said(time, paths, dots, k), narrow=stacked),
            ],
        }
        for k in moments
    ]
    film.append({**film[0], "name": "start"})  # see stepper
    names = [str(k) for k in moments]
    layout: dict[str, Any] = {
        **base_layout(colours),
        **_axes(end, view, rate, stacked, colours),
        "margin": {"l": 52, "r": 14, "t": 30, "b": 142 if stacked else 108},
        "annotations": _labels(paths, dots, time, points, kinds, view, stacked, colours),
        **player(names, ["start", *names], redraw=False, colours=colours),
        "meta": {"last": names[-1]},
    }
    stepper(layout, names, narrow=stacked)
    return Film(data, layout, film)


def _curves(
    time: Array, paths: Array, width: float, opacity: float, colours: Palette
) -> dict[str, Any]:
    """Trajectories as one broken line."""
    across: list[Any] = []
    up: list[Any] = []
    for path in paths:
        across += [*plain(time, 3), None]
        up += [*plain(path), None]
    colour = translucent(colours.solver("ode"), opacity)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "trajectories",
        "x": across,
        "y": up,
        "line": {"color": colour, "width": width, "simplify": False},
        "hovertemplate": "x(%{x:.2f}) = %{y:.4f}<extra></extra>",
    }


def _looks(colours: Palette) -> list[dict[str, Any]]:
    """How the two moving traces look."""
    ring = {"color": colours.page, "width": 1.5}
    return [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": "iterates",
            "line": {"color": colours.solver("picard"), "width": 1.5, "simplify": False},
            "marker": {"size": 9, "color": colours.solver("picard"), "line": ring},
            "hovertemplate": "x<sub>%{x}</sub> = %{y:.4f}<extra></extra>",
        },
        {
            "type": "scatter",
            "mode": "markers",
            "name": "now",
            "marker": {"size": 11, "color": colours.solver("ode"), "line": ring},
            "hoverinfo": "skip",
        },
    ]


def _moment(time: Array, paths: Array, dots: Array, k: int) -> list[dict[str, Any]]:
    """The iterates up to time k, and where each trajectory is then."""
    n = min(int(time[k] + 1e-9), len(dots) - 1)
    return [
        {"type": "scatter", "x": list(range(n + 1)), "y": plain(dots[: n + 1])},
        {
            "type": "scatter",
            "x": [round(float(time[k]), 3)] * len(paths),
            "y": plain(paths[:, k]),
        },
    ]


def _said(time: Array, paths: Array, dots: Array, k: int) -> str:
    """The slider's words at time k."""
    n = min(int(time[k] + 1e-9), len(dots) - 1)
    flow = f"at {paths[0, k]:.4g}" if np.isfinite(paths[0, k]) else "gone"
    said = f"t = {time[k]:.2f}: the flow is {flow}"
    if n >= 0:
        said += f", iterate {n} at {dots[n]:.4g}"
    return said.replace("-", "−")


def _axes(
    end: float, view: tuple[float, float], speed: Array, stacked: bool, colours: Palette
) -> dict[str, Any]:
    room = 0.03 * (view[1] - view[0])
    span = plain([view[0] - room, view[1] + room], 4)
    known = np.abs(speed[np.isfinite(speed)])
    fastest = min(float(known.max()) if len(known) else 1.0, 2 * (view[1] - view[0])) or 1.0
    main, side = _BESIDE
    quiet = {"automargin": False}
    return {
        "xaxis": axis(
            colours,
            title="time t; step n" if stacked else "time t of the flow; step n of the iteration",
            range=[-0.012 * end, 1.012 * end],
            domain=list(main),
            **quiet,
        ),
        "yaxis": axis(colours, title="x", range=span, **quiet),
        "xaxis2": axis(
            colours,
            title="dx/dt",
            range=plain([-1.15 * fastest, 1.15 * fastest], 4),
            domain=list(side),
            anchor="y2",
            nticks=3,
            zeroline=True,
            zerolinecolor=colours.muted,
            zerolinewidth=1.5,
            **quiet,
        ),
        "yaxis2": axis(colours, anchor="x2", matches="y", showticklabels=False, **quiet),
    }


def _labels(
    paths: Array,
    dots: Array,
    time: Array,
    points: Sequence[Fixed],
    kinds: Sequence[str],
    view: tuple[float, float],
    stacked: bool,
    colours: Palette,
) -> list[dict[str, Any]]:
    """Names beside the things, and two titles above the panels."""
    above: dict[str, Any] = {"xref": "paper", "yref": "paper", "yanchor": "bottom", "yshift": 4}
    size = 13 if stacked else 15
    flow, jumps = colours.solver("ode"), colours.solver("picard")
    legend = f"<span style='color:{flow}'><b>━ the flow</b></span>"
    legend += f"   <span style='color:{jumps}'><b>●─● the iteration</b></span>"
    labels = [
        note(0.0, 1.0, legend, colours.ink, size=size, xanchor="left", **above),
        note(0.91, 1.0, "phase line", colours.muted, size=size, **above),
    ]
    seen = [(p, kind) for p, kind in zip(points, kinds, strict=True)][:4]
    for point, kind in seen:
        if view[0] <= point.x <= view[1]:
            text = f"<b>{kind}</b>" if len(seen) > 1 else "<b>x*</b>"
            labels.append(
                note(
                    float(time[-1]),
                    point.x,
                    text,
                    colours.accent,
                    size=14,
                    xanchor="right",
                    yshift=11,
                )
            )
    return labels
