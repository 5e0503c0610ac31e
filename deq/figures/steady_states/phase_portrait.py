"""A state of two numbers: vector field, trajectories, and the layers' way, played over the depth.

One payload: a frame rewrites four traces, in each panel the way so far and its head.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from deq.figures.shared.caption import caption, said
from deq.figures.shared.cloud import halo
from deq.figures.shared.film import Film
from deq.figures.shared.frame import axis, base_layout, note, plain
from deq.figures.shared.palette import Palette, palette, translucent
from deq.figures.shared.player import player
from deq.figures.shared.stepper import stepper
from deq.figures.shared.vector_field import arrows

Array = npt.NDArray[np.float64]
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
) -> Film:
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
        The last five traces move, the caption among them.
    """
    colours = palette(theme)
    z, far = np.asarray(layers, dtype=np.float64), np.asarray(distances, dtype=np.float64)
    end = np.asarray(equilibrium, dtype=np.float64).reshape(2)
    x, y = np.asarray(xs, dtype=np.float64), np.asarray(ys, dtype=np.float64)
    far = np.where(far > _FLOOR, far, np.nan)
    depth = len(z) - 1
    data = [
        arrows(x, y, np.asarray(field, dtype=np.float64), colours),
        _flows([np.asarray(c, dtype=np.float64).reshape(-1, 2) for c in courses[1:]], 1.8, 0.5,
               colours),
        _flows([np.asarray(c, dtype=np.float64).reshape(-1, 2) for c in courses[:1]], 3.2, 1.0,
               colours),
        _equilibrium(end, settles, colours),
        *_theory(far, radius, colours),
    ]  # fmt: skip
    path, far_path = (plain(z[:, 0]), plain(z[:, 1])), [_short(d) for d in far.tolist()]
    moving = [len(data) + k for k in range(5)]
    sentences = [
        f"depth {k}: z = ({z[k, 0]:.3f}, {z[k, 1]:.3f}), {_told(far[k])} from z*".replace("-", "−")
        for k in range(depth + 1)
    ]
    data += [
        {**look, **place}
        for look, place in zip(_looks(colours), _moment(path, far_path, depth), strict=True)
    ]
    data.append(caption(sentences[-1], colours, narrow=stacked))
    film = [
        {
            "name": str(k),
            "traces": moving,
            "data": [*_moment(path, far_path, k), said(sentence, narrow=stacked)],
        }
        for k, sentence in enumerate(sentences)
    ]
    film.append({**film[0], "name": "start"})  # see stepper
    names = [str(k) for k in range(depth + 1)]
    flow, jumps = colours.solver("ode"), colours.solver("picard")
    legend = f"<span style='color:{jumps}'><b>●─● layers</b></span>   "
    legend += f"<span style='color:{flow}'><b>━ the flow</b></span>"
    left, right = _STACKED if stacked else _BESIDE
    size = 13 if stacked else 15
    above: dict[str, Any] = {"xref": "paper", "yref": "paper", "xanchor": "left",
                             "yanchor": "bottom", "yshift": 4, "size": size}  # fmt: skip
    layout: dict[str, Any] = {
        **base_layout(colours),
        **_axes(x, y, depth, far, left, right, colours),
        "margin": {"l": 52, "r": 14, "t": 30, "b": 142 if stacked else 108},
        "annotations": [
            *_slope(far, radius, colours),
            note(left[0], left[3], legend, colours.ink, **above),
            note(right[0], right[3], "distance ‖z<sub>k</sub> − z*‖", colours.muted, **above),
            note(float(end[0]), float(end[1]), "<b>z*</b>", colours.accent, xshift=17, yshift=-15,
                 font={"size": 17, "color": colours.accent, **halo(colours, 2)}),
        ],
        **player(names, ["start", *names], redraw=False, colours=colours),
        "meta": {"last": names[-1]},
    }  # fmt: skip
    stepper(layout, names, narrow=stacked)
    layout["sliders"][0]["active"] = depth + 1
    return Film(data, layout, film)


def _flows(
    paths: Sequence[Array], width: float, opacity: float, colours: Palette
) -> dict[str, Any]:
    across: list[Any] = []
    up: list[Any] = []
    for path in paths:
        across += [*plain(path[:, 0]), None]
        up += [*plain(path[:, 1]), None]
    colour = translucent(colours.solver("ode"), opacity)
    line = {"color": colour, "width": width, "simplify": False}
    return {"type": "scatter", "mode": "lines", "name": "trajectories", "x": across, "y": up,
            "line": line, "hoverinfo": "skip"}  # fmt: skip


def _equilibrium(end: Array, settles: bool, colours: Palette) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "z*",
        "x": plain(end[:1], 5),
        "y": plain(end[1:], 5),
        "marker": {
            "symbol": "diamond" if settles else "diamond-open",
            "size": 22,
            "color": colours.accent,
            "line": {"width": 2, "color": colours.page if settles else colours.accent},
        },
        "hovertemplate": "z* = (%{x:.4f}, %{y:.4f})<extra></extra>",
    }


def _theory(far: Array, radius: float, colours: Palette) -> list[dict[str, Any]]:
    """The line ρᵏ through the first distance, if it falls."""
    known = np.flatnonzero(np.isfinite(far))
    if not (0 < radius < 1) or not len(known):
        return []
    k = np.array([0.0, float(len(far) - 1)])
    line = float(far[known[0]]) * radius ** (k - known[0])
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": "theory",
            "x": k.tolist(),
            "y": [float(f"{d:.3g}") for d in np.maximum(line, 1e-14).tolist()],
            "xaxis": "x2",
            "yaxis": "y2",
            "line": {"color": colours.accent, "width": 2, "dash": "dash"},
            "hovertemplate": f"ρᵏ with ρ = {radius:.3f}<extra></extra>",
        }
    ]


def _slope(far: Array, radius: float, colours: Palette) -> list[dict[str, Any]]:
    """What the line of theory says, beside its middle."""
    lines = _theory(far, radius, colours)
    if not lines:
        return []
    k, (high, low) = lines[0]["x"][1] / 2, lines[0]["y"]
    text = f"<b>× ρ = {radius:.2f} a layer</b>"
    return [note(k, float(np.log10(high * low)) / 2, text, colours.accent, size=13, xref="x2",
                 yref="y2", xanchor="left", xshift=10, yshift=10)]  # fmt: skip


def _looks(colours: Palette) -> list[dict[str, Any]]:
    jumps = colours.solver("picard")
    ring = {"size": 13, "color": jumps, "line": {"color": colours.page, "width": 2}}
    right = {"xaxis": "x2", "yaxis": "y2"}
    way = {
        "type": "scatter",
        "mode": "lines+markers",
        "line": {"color": jumps, "width": 1.5, "simplify": False},
        "marker": {"size": 7, "color": jumps},
    }
    head = {"type": "scatter", "mode": "markers", "marker": ring, "hoverinfo": "skip"}
    return [
        {**way, "name": "layers", "hovertemplate": "(%{x:.4f}, %{y:.4f})<extra></extra>"},
        {**head, "name": "now"},
        {**way, **right, "name": "distances",
         "hovertemplate": "depth %{x}: %{y:.2g} from z*<extra></extra>"},
        {**head, **right, "name": "depth"},
    ]  # fmt: skip


def _moment(path: tuple[list[Any], list[Any]], far: list[Any], k: int) -> list[dict[str, Any]]:
    """Both panels with the way up to depth k."""
    x, y = path
    return [
        {"type": "scatter", "x": x[: k + 1], "y": y[: k + 1]},
        {"type": "scatter", "x": [x[k]], "y": [y[k]]},
        {"type": "scatter", "x": list(range(k + 1)), "y": far[: k + 1]},
        {"type": "scatter", "x": [k], "y": [far[k]]},
    ]


def _axes(
    x: Array,
    y: Array,
    depth: int,
    far: Array,
    left: tuple[float, float, float, float],
    right: tuple[float, float, float, float],
    colours: Palette,
) -> dict[str, Any]:
    quiet = {"automargin": False}
    top = float(np.nanmax(far, initial=1e-3))
    low = max(float(np.nanmin(far, initial=top)) / 3, _FLOOR)
    low = min(low, top / 100)
    span = [float(np.log10(low)), float(np.log10(top * 3))]
    return {
        "xaxis": axis(colours, title="z<sub>1</sub>", range=[float(x[0]), float(x[-1])],
                      domain=list(left[:2]), **quiet),
        "yaxis": axis(colours, title="z<sub>2</sub>", range=[float(y[0]), float(y[-1])],
                      domain=list(left[2:]), **quiet),
        "xaxis2": axis(colours, title="depth k (layers)", range=[-0.03 * depth, 1.03 * depth],
                       domain=list(right[:2]), anchor="y2", **quiet),
        "yaxis2": axis(colours, title="log scale", type="log", range=span, anchor="x2",
                       domain=list(right[2:]), exponentformat="power",
                       dtick=1 if span[1] - span[0] < 8 else 2, **quiet),
    }  # fmt: skip


def _short(value: float) -> float | None:
    return float(f"{value:.3g}") if np.isfinite(value) else None


def _told(distance: float) -> str:
    return f"{distance:.2g}" if np.isfinite(distance) else "less than 1e-12"
