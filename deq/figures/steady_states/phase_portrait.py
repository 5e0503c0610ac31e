"""A state of two numbers: vector field, trajectories, and its path from layer to layer.

A frame changes, in each panel, the path so far and its head, and the sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from deq.figures.shared.animation import stepped
from deq.figures.shared.layout import axes, base_layout, coloured, heading, minus, note
from deq.figures.shared.palette import Palette, palette, translucent
from deq.figures.shared.plain import PlainFigure
from deq.figures.shared.traces import Array, dots, joined, line, marker, moved, rounded, significant
from deq.figures.steady_states.vector_field import arrows

# Distances below are rounding.
_FLOOR = 1e-12
_BESIDE = ((0.0, 0.56, 0.0, 1.0), (0.66, 1.0, 0.0, 1.0))
_STACKED = ((0.0, 1.0, 0.44, 1.0), (0.0, 1.0, 0.0, 0.3))


def portrait(
    xs: npt.ArrayLike,
    ys: npt.ArrayLike,
    field: npt.ArrayLike,
    courses: Sequence[npt.ArrayLike],
    layers: npt.ArrayLike,
    distances: npt.ArrayLike,
    equilibrium: npt.ArrayLike,
    *,
    radius: float = float("nan"),
    settles: bool = True,
    stacked: bool = False,
    theme: str | None = "light",
) -> PlainFigure:
    """Phase portrait of dz/dt = f(z) − z with the states after 0, 1, … layers, and their distance.

    Parameters
    ----------
    xs, ys : array (X,), (Y,)
        The grid of the vector field.
    field : array (Y, X, 2)
        f(z) − z there.
    courses : sequence of array (T, 2)
        Trajectories of the flow; the first begins where the layers begin.
    layers : array (k + 1, 2)
        z₀, z₁ = f(z₀), ….
    distances : array (k + 1,)
        ‖z_k − z*‖.
    equilibrium : array (2,)
        z*.
    radius : float
        The spectral radius at z*: draws the slope that the distances end up with, if below 1.
    settles : bool
        Whether the flow settles at z*: filled, else hollow.
    stacked : bool
        One panel above the other, for narrow screens.
    theme : {"light", "dark"}
        Which colours to use.

    Returns
    -------
    plotly.graph_objects.Figure
        The last five traces move, the sentence among them.
    """
    colours = palette(theme)
    z, end = np.asarray(layers, dtype=np.float64), np.asarray(equilibrium, dtype=np.float64)
    x, y = np.asarray(xs, dtype=np.float64), np.asarray(ys, dtype=np.float64)
    far = np.asarray(distances, dtype=np.float64)  # (k + 1,)
    far = np.where(far > _FLOOR, far, np.nan)
    depth = len(z) - 1
    flow, iteration = colours.solver("ode"), colours.solver("picard")
    flows = [np.asarray(course, dtype=np.float64).reshape(-1, 2) for course in courses]

    def trajectories(some: Sequence[Array], width: float, opacity: float) -> dict[str, Any]:
        x, y = (joined(path[:, k] for path in some) for k in (0, 1))
        return line(x, y, translucent(flow, opacity), width, name="trajectories")

    still = [
        arrows(x, y, np.asarray(field, dtype=np.float64), colours),
        trajectories(flows[1:], 1.8, 0.5),
        trajectories(flows[:1], 3.2, 1.0),
        dots(rounded(end[:1], 5), rounded(end[1:], 5), colours.accent, 22,
             symbol="diamond" if settles else "diamond-open",
             edge=(colours.page if settles else colours.accent, 2),
             name="z*", hover="z* = (%{x:.4f}, %{y:.4f})"),
    ]  # fmt: skip
    labels = []
    theory = _theory(far, radius)
    if theory is not None:
        k, (high, low) = theory
        still.append(line(k, [high, low], colours.accent, dash="dash", name="theory", panel=2,
                          hover=f"ρᵏ with ρ = {radius:.3f}"))  # fmt: skip
        labels.append(
            note(k[1] / 2, float(np.log10(high * low)) / 2, f"<b>× ρ = {radius:.2f} a layer</b>",
                 colours.accent, size=13, xref="x2", yref="y2", xanchor="left", xshift=10,
                 yshift=10)
        )  # fmt: skip
    top = float(np.nanmax(far, initial=1e-3))
    low = min(max(float(np.nanmin(far, initial=top)) / 3, _FLOOR), top / 100)
    span = [float(np.log10(low)), float(np.log10(top * 3))]
    decades = {"exponentformat": "power", "dtick": 1 if span[1] - span[0] < 8 else 2}
    options = (
        ({"title": "z<sub>1</sub>", "range": [float(x[0]), float(x[-1])]},
         {"title": "z<sub>2</sub>", "range": [float(y[0]), float(y[-1])]}),
        ({"title": "depth k (layers)", "range": [-0.03 * depth, 1.03 * depth]},
         {"title": "log scale", "type": "log", "range": span, **decades}),
    )  # fmt: skip
    panels = _STACKED if stacked else _BESIDE
    (left, _, _, over), (right, _, _, over_right) = panels
    size = 13 if stacked else 15
    legend = f"{coloured('●╌● layers', iteration)}   {coloured('━ the flow', flow)}"
    layout = {
        **base_layout(colours),
        **axes(colours, panels, options),
        "margin": {"l": 52, "r": 14, "t": 30},
        "annotations": [
            *labels,
            heading(left, over, legend, colours.ink, size=size),
            heading(right, over_right, "distance ‖z<sub>k</sub> − z*‖", colours.muted, size=size),
            note(float(end[0]), float(end[1]), "<b>z*</b>", colours.accent, halo=colours.page,
                 xshift=17, yshift=-15),
        ],
    }  # fmt: skip
    x_path, y_path, far_path = *rounded(z.T), significant(far, 3)
    moments = [
        [
            moved(x_path[: k + 1], y_path[: k + 1]),
            moved([x_path[k]], [y_path[k]]),
            moved(list(range(k + 1)), far_path[: k + 1]),
            moved([k], [far_path[k]]),
        ]
        for k in range(depth + 1)
    ]
    sentences = [
        minus(f"depth {k}: z = ({z[k, 0]:.3f}, {z[k, 1]:.3f}), {_distance(far[k])} from z*")
        for k in range(depth + 1)
    ]
    return stepped(still, _looks(colours), moments, sentences, layout, colours, narrow=stacked)


def _looks(colours: Palette) -> list[dict[str, Any]]:
    """How the moving traces look: in each panel the path so far and its head."""
    look = colours.look("picard")
    colour = look.colour
    path: dict[str, Any] = {"mode": "lines+markers", "dash": look.dash,
                            "marker": marker(colour, 7, symbol=look.symbol)}  # fmt: skip
    head = dots(None, None, colour, 13, symbol=look.symbol, edge=(colours.page, 2))
    return [
        line(None, None, colour, 1.5, **path, name="layers", hover="(%{x:.4f}, %{y:.4f})"),
        {**head, "name": "now"},
        line(None, None, colour, 1.5, **path, name="distances", panel=2,
             hover="depth %{x}: %{y:.2g} from z*"),
        {**head, "xaxis": "x2", "yaxis": "y2", "name": "depth"},
    ]  # fmt: skip


def _theory(far: Array, radius: float) -> tuple[list[float], list[float]] | None:
    """The ends of the line ρᵏ through the first distance, if it falls."""
    known = np.flatnonzero(np.isfinite(far))
    if not (0 < radius < 1) or not len(known):
        return None
    k = np.array([0.0, float(len(far) - 1)])
    heights = float(far[known[0]]) * radius ** (k - known[0])
    return k.tolist(), [float(f"{d:.3g}") for d in np.maximum(heights, 1e-14).tolist()]


def _distance(distance: float) -> str:
    return f"{distance:.2g}" if np.isfinite(distance) else "less than 1e-12"
