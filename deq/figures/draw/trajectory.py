"""The path of the hidden state from z₀ to the equilibrium z*, played in the browser.

A frame changes two traces only: the path so far, and its head with the digit that the readout would
name if the solver stopped there, or a dash for "no digit".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from deq.figures.shared.bars import percent
from deq.figures.shared.classes import class_look
from deq.figures.shared.cloud import (
    Cloud,
    bounds,
    cloud_traces,
    coordinates,
    lettering,
    regions,
    scatter,
)
from deq.figures.shared.controls import slider_controls, thin
from deq.figures.shared.layout import axis, base_layout
from deq.figures.shared.palette import LARGE, Palette, palette
from deq.figures.shared.plain import PlainFigure
from deq.figures.shared.traces import Array, dots, rounded

_CAMERA = {"eye": {"x": 1.15, "y": 1.2, "z": 0.85}, "center": {"x": 0, "y": 0, "z": -0.08}}
# About this many frames in all: short paths are played with steps between their states.
_SMOOTH = 48


def trajectory(
    points: npt.ArrayLike,
    t: npt.ArrayLike,
    probabilities: npt.ArrayLike,
    cloud: Cloud,
    *,
    explained: npt.ArrayLike | None = None,
    settled: bool = True,
    dims: int = 2,
    clock: str = "t",
    start: str = "z₀",
    theme: str | None = "light",
) -> go.Figure:
    """Draw the path over the cloud of training equilibria, with frames to play.

    Parameters
    ----------
    points : array (T, 3)
        Recorded states on the model's fixed canonical variates; T = 0 draws the cloud alone.
    t : array (T,)
        Solver time of each state.
    probabilities : array (T, 10) or (T, 11)
        What the readout says at each state: the ten digits, and "no digit".
    cloud : Cloud
        Equilibria of training digits on the same variates.
    explained : array (3,), optional
        Share of the variance between digits along each variate, for the axis titles.
    settled : bool
        Whether the last state is an equilibrium; if not it is not marked as one.
    dims : {2, 3}
        A flat map, or one to turn around.
    clock, start : str
        What t is called, and the first state.
    theme : {"light", "dark"}
        Which colours to use.

    Returns
    -------
    plotly.graph_objects.Figure
        The last trace is the head of the path, the one before it the path so far.
        ``layout.meta["times"]`` tells the solver time of each frame.
    """
    if dims not in (2, 3):
        raise ValueError(f"dims must be 2 or 3, not {dims!r}")
    colours = palette(theme)
    path = np.asarray(points, dtype=np.float64).reshape(-1, 3)  # (T, 3)
    times = np.asarray(t, dtype=np.float64)  # (T,)
    shares = np.asarray(probabilities, dtype=np.float64)  # (T, 10) or (T, 11)
    if not len(path) == len(times) == len(shares):
        raise ValueError("points, t and probabilities must describe the same states")

    layout: dict[str, Any] = {
        **base_layout(colours),
        **_axes(cloud, path, explained, dims, colours),
        "margin": {"l": 8, "r": 8, "t": 8, "b": 96 if len(path) else 8},
    }
    data = [dict(trace) for trace in cloud_traces(cloud, colours, dims)]
    if not len(path):
        return PlainFigure(data, layout, [])
    data += _landmarks(path, start, settled, dims, colours, bounds(cloud, path, 1)[1])
    moving = [len(data), len(data) + 1]
    places = coordinates(path, dims, 3)
    last = _moment(path, places, shares, len(path) - 1, 1.0, colours)
    path_look, head_look = _looks(times, dims, colours)
    head_look["marker"] |= last[1].pop("marker")
    data += [{**last[0], **path_look}, {**last[1], **head_look}]
    shown = thin(len(path))
    frames, moments = [], {}
    for k, share in _stops(shown):
        name = str(k) if share == 1 else f"{k}:{share:.2f}"
        moments[name] = round(float(times[k] - (1 - share) * (times[k] - times[k - 1])), 4)
        moment = _moment(path, places, shares, k, share, colours)
        frames.append({"name": name, "traces": moving, "data": moment})
    stops = [str(k) for k in shown]
    captions = [f"{clock} = {times[k]:.3g}: {_reading(shares[k], colours)}" for k in shown]
    layout |= slider_controls(list(moments), stops, captions, colours, redraw=dims == 3)
    layout["meta"]["times"] = moments  # for charts that follow this one
    return PlainFigure(data, layout, frames)


def _stops(shown: list[int]) -> Iterator[tuple[int, float]]:
    """The states to show and, so that the eye can follow, points on the straight way to each."""
    yield shown[0], 1.0
    between = max(1, round(_SMOOTH / max(1, len(shown) - 1)))
    for k in shown[1:]:
        for part in range(1, between + 1):
            yield k, part / between


def _reading(shares: Array, colours: Palette) -> str:
    """What the readout says at one state."""
    best = int(shares.argmax())
    return f"{class_look(best, colours).reading} ({percent(float(shares[best]))})"


def _line(colour: str, width: float, dims: int, **more: Any) -> dict[str, Any]:
    """A line's style; in the plane Plotly would leave most points out."""
    return {"color": colour, "width": width, **more, **({} if dims == 3 else {"simplify": False})}


def _landmarks(
    path: Array, first: str, settled: bool, dims: int, colours: Palette, top: float
) -> Iterator[dict[str, Any]]:
    """What does not move: the whole path, faintly; its start; its end."""
    yield {
        "type": scatter(dims),
        "mode": "lines",
        **coordinates(path, dims, 3),
        "line": _line(colours.muted, 2 if dims == 3 else 1.5, dims, dash="dot"),
        "hoverinfo": "skip",
    }
    # Labels stand clear of the path: z₀ behind its first step, z* beyond its last one.
    ahead, behind = ("left", "right") if path[-1, 0] < path[0, 0] else ("right", "left")
    height = "middle" if path[-1, 1] > 0.75 * top else "top"  # is there room above?
    start = (path[:1], first, f"bottom {behind}", "circle-open", colours.ink, (13, 6.5),
             f"start {first}")  # fmt: skip
    end = (path[-1:], "z*", f"{height} {ahead}", "diamond-open", colours.accent, (38, 10),
           "equilibrium z*")  # fmt: skip
    for state, name, position, symbol, colour, size, hover in (start, end)[: 1 + settled]:
        yield dots(
            **coordinates(state, dims, 3),
            type=scatter(dims),
            colour=colour,
            size=size[dims - 2],
            symbol=symbol,
            edge=(colour, 2.5),
            mode="markers+text",
            text=[f"<b>{name}</b>"],
            textposition=position,
            textfont=lettering(18, colour, colours, dims),
            hover=hover,
        )


def _looks(times: Array, dims: int, colours: Palette) -> list[dict[str, Any]]:
    """How the two moving traces look: the path so far, and its head."""
    return [
        {
            "mode": "lines+markers",
            "line": _line(colours.ink, 5 if dims == 3 else 3, dims),
            "marker": {"size": 3 if dims == 3 else 6, "color": colours.ink},
            "customdata": rounded(times, 3),
            "hovertemplate": "t = %{customdata}<extra></extra>",
        },
        {
            "mode": "markers+text",
            "marker": {
                "size": 10 if dims == 3 else 25,
                "line": {"color": colours.page, "width": 2},
            },
            "textposition": "middle center",
            "textfont": {"size": 14 if dims == 3 else LARGE, "color": colours.page},
            "hovertemplate": "reads %{text}<extra></extra>",
        },
    ]


def _moment(
    path: Array, places: dict[str, Any], shares: Array, k: int, share: float, colours: Palette
) -> list[dict[str, Any]]:
    """What moves: the path up to state k, and the head with its digit; `places` are its x, y, z.

    With `share` below 1 the last step is only begun. Its head has the digit of the state before,
    because nothing was read in between.
    """
    dims = len(places)
    end = path[k] if share == 1 else path[k - 1] + share * (path[k] - path[k - 1])
    head = coordinates(end[None], dims, 3)
    so_far = {name: [*values[:k], *head[name]] for name, values in places.items()}
    read = class_look(int(shares[k if share == 1 else k - 1].argmax()), colours)
    return [
        {"type": scatter(dims), **so_far},
        {
            "type": scatter(dims),
            **head,
            "text": [f"<b>{read.mark}</b>"],
            "marker": {"color": read.colour},
        },
    ]


def _axes(
    cloud: Cloud, path: Array, explained: npt.ArrayLike | None, dims: int, colours: Palette
) -> dict[str, Any]:
    """Axes in the basis's own units; fixed by the cloud, so that drawings can be compared."""
    shares = None if explained is None else np.asarray(explained, dtype=np.float64)  # (3,)
    told = ["" if shares is None else f"{100 * shares[k]:.0f} %" for k in range(dims)]
    titles = [  # the upright one is short: it must not be longer than a low figure is high
        "canonical variate 1" + (f" ({told[0]} of the spread)" if told[0] else ""),
        "variate 2" + (f" ({told[1]})" if told[1] else ""),
    ]
    spans = [bounds(cloud, path, k) for k in range(dims)]
    if dims == 3:
        font = {"size": 13, "color": colours.muted}
        scene = {
            f"{name}axis": {
                "title": {"text": f"variate {k + 1}", "font": font},
                "range": spans[k],
                "gridcolor": colours.grid,
                "linecolor": colours.grid,
                "zeroline": False,
                "showbackground": False,
                "showticklabels": False,
            }
            for k, name in enumerate("xyz")
        }
        return {"scene": {**scene, "aspectmode": "cube", "uirevision": "keep", "camera": _CAMERA}}
    return {
        "shapes": list(regions(cloud, colours)),
        "xaxis": axis(colours, title=titles[0], range=spans[0], showticklabels=False),
        "yaxis": axis(colours, title=titles[1], range=spans[1], showticklabels=False),
    }
