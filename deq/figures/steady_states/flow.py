"""One number in a flow: slope field, trajectories and equilibria over time, the phase line beside.

Played, a dot runs along each trajectory while the iterates of the same map jump along the same
axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from deq.figures.shared.animation import stepped
from deq.figures.shared.layout import axes, base_layout, coloured, heading, minus, note
from deq.figures.shared.palette import palette, translucent
from deq.figures.shared.plain import PlainFigure
from deq.figures.shared.traces import Array, dots, joined, line, marker, moved, rounded, within
from deq.figures.steady_states.phase_line import field_of_slopes, flow_stability, level, phase_line

if TYPE_CHECKING:  # figures do not import torch
    from deq.scalar import FixedPoint

_FRAMES = 49
_PANELS = ((0.0, 0.76, 0, 1), (0.82, 1.0, 0, 1))
# At most so many equilibria have a label.
_MOST_LABELS = 4


def flow_field(
    t: npt.ArrayLike,
    courses: npt.ArrayLike,
    iterates: npt.ArrayLike,
    x: npt.ArrayLike,
    speed: npt.ArrayLike,
    *,
    view: tuple[float, float],
    points: Sequence[FixedPoint] = (),
    stacked: bool = False,
    theme: str | None = "light",
) -> PlainFigure:
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
    stacked : bool
        For narrow screens: no room for the speed beside the phase line.
    theme : {"light", "dark"}
        Which colours to use.

    Returns
    -------
    plotly.graph_objects.Figure
        The last three traces move: the iterates so far, a dot on each trajectory, the sentence.
    """
    colours = palette(theme)
    time = np.asarray(t, dtype=np.float64)  # (T,)
    paths = within(courses, view).reshape(-1, len(time))  # (S, T)
    xs = within(iterates, view)  # (n + 1,)
    place, rate = np.asarray(x, dtype=np.float64), np.asarray(speed, dtype=np.float64)
    end = float(time[-1])
    kinds = [flow_stability(point) for point in points]
    flow, jumps = colours.solver("ode"), colours.look("picard")

    def trajectories(some: Array, width: float, opacity: float) -> dict[str, Any]:
        return line(joined([time] * len(some), 3), joined(some), translucent(flow, opacity), width,
                    name="trajectories", hover="x(%{x:.2f}) = %{y:.4f}")  # fmt: skip

    still = [
        field_of_slopes(place, rate, end, view, colours),
        *(level(point, kind, end, colours) for point, kind in zip(points, kinds, strict=True)),
        *phase_line(place, rate, points, kinds, view, colours),
        trajectories(paths[1:], 1.6, 0.55),
        trajectories(paths[:1], 3.2, 1.0),
    ]
    edge = (colours.page, 1.5)
    looks = [
        line(None, None, jumps.colour, 1.5, dash=jumps.dash, mode="lines+markers", name="iterates",
             marker=marker(jumps.colour, 9, symbol=jumps.symbol, edge=edge),
             hover="x<sub>%{x}</sub> = %{y:.4f}"),
        dots(None, None, flow, 11, edge=edge, name="now"),
    ]  # fmt: skip
    shown = np.unique(np.linspace(0, len(time) - 1, _FRAMES).round().astype(int)).tolist()
    room = 0.03 * (view[1] - view[0])
    known = np.abs(rate[np.isfinite(rate)])
    fastest = min(float(known.max(initial=0.0)), 2 * (view[1] - view[0])) or 1.0
    title = "time t; step n" if stacked else "time t of the flow; step n of the iteration"
    zero = {"zeroline": True, "zerolinecolor": colours.muted, "zerolinewidth": 1.5}
    options = (
        ({"title": title, "range": [-0.012 * end, 1.012 * end]},
         {"title": "x", "range": rounded([view[0] - room, view[1] + room])}),
        ({"title": "dx/dt", "range": rounded([-1.15 * fastest, 1.15 * fastest]), "nticks": 3,
          **zero},
         {"matches": "y", "showticklabels": False}),
    )  # fmt: skip
    size = 13 if stacked else 15
    legend = f"{coloured('━ the flow', flow)}   {coloured('●╌● the iteration', jumps.colour)}"
    named = [
        note(end, point.x, f"<b>{kind}</b>" if len(points) > 1 else "<b>x*</b>", colours.accent,
             size=14, xanchor="right", yshift=11)
        for point, kind in list(zip(points, kinds, strict=True))[:_MOST_LABELS]
        if view[0] <= point.x <= view[1]
    ]  # fmt: skip
    layout = {
        **base_layout(colours),
        **axes(colours, _PANELS, options),
        "margin": {"l": 52, "r": 14, "t": 30},
        "annotations": [
            heading(0.0, 1.0, legend, colours.ink, size=size),
            heading(0.91, 1.0, "phase line", colours.muted, size=size, xanchor=None),
            *named,
        ],
    }

    def moment(k: int) -> list[dict[str, Any]]:
        so_far = rounded(xs[: int(time[k] + 1e-9) + 1])
        now = [round(float(time[k]), 3)] * len(paths)
        return [moved(list(range(len(so_far))), so_far), moved(now, rounded(paths[:, k]))]

    def sentence(k: int) -> str:
        n = min(int(time[k] + 1e-9), len(xs) - 1)
        place = f"at {paths[0, k]:.4g}" if np.isfinite(paths[0, k]) else "gone"
        iterate = f", iterate {n} at {xs[n]:.4g}" if n >= 0 else ""
        return minus(f"t = {time[k]:.2f}: the flow is {place}{iterate}")

    return stepped(
        still,
        looks,
        [moment(k) for k in shown],
        [sentence(k) for k in shown],
        layout,
        colours,
        names=[str(k) for k in shown],
        narrow=stacked,
    )
