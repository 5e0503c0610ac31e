"""The path of the hidden state from z₀ to the equilibrium z*, played in the browser.

One payload holds the still picture (the whole path) and all frames, so that playing and scrubbing
ask nothing of the server. A frame rewrites two traces only: the path so far, and its head, which
wears the digit that the readout would name if the solver stopped there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from deq.figures.shared.bars import percent
from deq.figures.shared.cloud import Cloud, bounds, cloud_traces, halo, regions
from deq.figures.shared.film import Film
from deq.figures.shared.frame import axis, base_layout, plain
from deq.figures.shared.palette import Palette, palette
from deq.figures.shared.player import player, stops, thin

CAMERA = {"eye": {"x": 1.15, "y": 1.2, "z": 0.85}, "center": {"x": 0, "y": 0, "z": -0.08}}
Points = npt.NDArray[np.float64]


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
    theme: str | None = "light",
) -> go.Figure:
    """Draw the path over the cloud of training equilibria, with frames to play.

    Parameters
    ----------
    points : array (T, 3)
        Recorded states on the model's fixed principal components; T = 0 draws the cloud alone.
    t : array (T,)
        Solver time of each state.
    probabilities : array (T, 10)
        What the readout says at each state.
    cloud : Cloud
        Equilibria of training digits on the same components.
    explained : array (3,), optional
        Share of the variance each component carries, for the axis titles.
    settled : bool
        Whether the last state is an equilibrium; if not it is not marked as one.
    dims : {2, 3}
        A flat map, or one to turn around.
    clock : str
        What t is called.
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
    shares = np.asarray(probabilities, dtype=np.float64).reshape(-1, 10)  # (T, 10)
    if not len(path) == len(times) == len(shares):
        raise ValueError("points, t and probabilities must describe the same states")

    layout: dict[str, Any] = base_layout(colours)
    layout["margin"] = {"l": 8, "r": 8, "t": 8, "b": 8}
    layout |= _axes(cloud, path, explained, dims, colours)
    data = [dict(trace) for trace in cloud_traces(cloud, colours, dims)]
    frames: list[dict[str, Any]] = []
    if len(path):
        data += _landmarks(path, settled, dims, colours, bounds(cloud, path, 1)[1])
        moving = [len(data), len(data) + 1]
        data += _moment(path, times, shares, len(path) - 1, dims, colours)
        shown = thin(len(path))
        captions = [f"{clock} = {times[k]:.3g}: {_guess(shares[k])}" for k in shown]
        moments = {}
        for k, share in stops(shown):
            moment = _moment(path, times, shares, k, dims, colours, share)
            name = str(k) if share == 1 else f"{k}:{share:.2f}"
            moments[name] = round(float(times[k] - (1 - share) * (times[k] - times[k - 1])), 4)
            slim = [_strip(trace) for trace in moment]
            frames.append({"name": name, "traces": moving, "data": slim})
        halts = [str(k) for k in shown]
        layout |= player(list(moments), halts, captions, redraw=dims == 3, colours=colours)
        layout["margin"]["b"] = 96
        layout["meta"] = {"times": moments, "last": halts[-1]}  # for charts that follow this one
    return Film(data, layout, frames)


def _guess(shares: Points) -> str:
    """What the readout says at one state."""
    best = int(shares.argmax())
    return f"reads {best} ({percent(float(shares[best]))})"


def _coordinates(path: Points, dims: int) -> dict[str, list[Any]]:
    return {name: plain(path[:, k], 3) for k, name in enumerate("xyz"[:dims])}


def _kind(dims: int) -> dict[str, Any]:
    return {"type": "scatter3d" if dims == 3 else "scatter"}


def _landmarks(
    path: Points, settled: bool, dims: int, colours: Palette, top: float
) -> Iterator[dict[str, Any]]:
    """What stands still: the whole path, faintly; its start; its end."""
    # Labels stand clear of the path: z₀ behind its first step, z* beyond its last one.
    ahead, behind = ("left", "right") if path[-1, 0] < path[0, 0] else ("right", "left")
    height = "middle" if path[-1, 1] > 0.75 * top else "top"  # is there room above?
    places = {"z₀": f"bottom {behind}", "z*": f"{height} {ahead}"}
    line = {"color": colours.muted, "width": 2 if dims == 3 else 1.5, "dash": "dot"}
    yield {
        **_kind(dims),
        "mode": "lines",
        **_coordinates(path, dims),
        "line": line if dims == 3 else {**line, "simplify": False},
        "hoverinfo": "skip",
    }
    for state, name, symbol, size, hover in (
        (path[:1], "z₀", "circle-open", 13, "start z₀"),
        (path[-1:], "z*", "diamond-open", 20 if dims == 3 else 30, "equilibrium z*"),
    ):
        if name == "z*" and not settled:
            continue
        yield {
            **_kind(dims),
            "mode": "markers+text",
            **_coordinates(state, dims),
            "marker": {
                "symbol": symbol,
                "size": size / 2 if dims == 3 else size,
                "color": colours.accent if name == "z*" else colours.ink,
                "line": {"width": 2.5, "color": colours.accent if name == "z*" else colours.ink},
            },
            "text": [f"<b>{name}</b>"],
            "textposition": places[name],
            "textfont": {
                "size": 18,
                "color": colours.accent if name == "z*" else colours.ink,
                **halo(colours, dims),
            },
            "hovertemplate": hover + "<extra></extra>",
        }


def _moment(
    path: Points,
    times: Points,
    shares: Points,
    k: int,
    dims: int,
    colours: Palette,
    share: float = 1.0,
) -> list[dict[str, Any]]:
    """The two traces that move: the path up to state k, and the head with its digit.

    With `share` below 1 the last piece is only begun; the head still wears the digit of the state
    it comes from, because nothing was read in between.
    """
    if share < 1:
        path = np.concatenate(
            [path[:k], path[k - 1 : k] + share * (path[k : k + 1] - path[k - 1 : k])]
        )
        times = np.append(times[:k], times[k - 1] + share * (times[k] - times[k - 1]))
        shares = np.concatenate([shares[:k], shares[k - 1 : k]])
    best = int(shares[k].argmax())
    line = {"color": colours.ink, "width": 5 if dims == 3 else 3}
    so_far = {
        **_kind(dims),
        "mode": "lines+markers",
        **_coordinates(path[: k + 1], dims),
        "line": line if dims == 3 else {**line, "simplify": False},
        "marker": {"size": 3 if dims == 3 else 6, "color": colours.ink},
        "customdata": plain(times[: k + 1], 3),
        "hovertemplate": "t = %{customdata}<extra></extra>",
    }
    head = {
        **_kind(dims),
        "mode": "markers+text",
        **_coordinates(path[k : k + 1], dims),
        "marker": {
            "size": 10 if dims == 3 else 20,
            "color": colours.digits[best],
            "line": {"color": colours.page, "width": 2},
        },
        "text": [f"<b>{best}</b>"],
        "textposition": "middle center",
        "textfont": {"size": 14, "color": colours.page},
        "hovertemplate": "reads %{text}<extra></extra>",
    }
    return [so_far, head]


def _strip(trace: dict[str, Any]) -> dict[str, Any]:
    """Only what changes from frame to frame; the rest is in the figure already."""
    slim: dict[str, Any] = {
        name: trace[name] for name in ("type", "x", "y", "z", "text") if name in trace
    }
    if "text" in slim:  # the head
        slim["marker"] = {"color": trace["marker"]["color"]}
    return slim


def _axes(
    cloud: Cloud, path: Points, explained: npt.ArrayLike | None, dims: int, colours: Palette
) -> dict[str, Any]:
    """Axes in the basis's own units; fixed by the cloud, so that drawings can be compared."""
    shares = None if explained is None else np.asarray(explained, dtype=np.float64)  # (3,)
    titles = [
        f"principal component {k + 1}"
        + ("" if shares is None else f" ({100 * shares[k]:.0f} % of the spread)")
        for k in range(dims)
    ]
    spans = [bounds(cloud, path, k) for k in range(dims)]
    if dims == 3:
        scene = {
            f"{name}axis": {
                "title": {
                    "text": f"component {k + 1}",
                    "font": {"size": 13, "color": colours.muted},
                },
                "range": spans[k],
                "gridcolor": colours.grid,
                "linecolor": colours.grid,
                "zeroline": False,
                "showbackground": False,
                "showticklabels": False,
            }
            for k, name in enumerate("xyz")
        }
        return {"scene": {**scene, "aspectmode": "cube", "uirevision": "keep", "camera": CAMERA}}
    return {
        "shapes": list(regions(cloud, colours)),
        "xaxis": axis(colours, title=titles[0], range=spans[0], showticklabels=False),
        "yaxis": axis(colours, title=titles[1], range=spans[1], showticklabels=False),
    }
