"""Many states on the map at once, each on its way; the still picture shows where they ended."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from deq.figures.shared.cloud import Cloud, bounds, cloud_traces, regions
from deq.figures.shared.film import Film
from deq.figures.shared.frame import axis, base_layout, plain
from deq.figures.shared.palette import palette, translucent
from deq.figures.shared.player import player


def walkers(
    t: npt.ArrayLike,
    points: npt.ArrayLike,
    cloud: Cloud,
    *,
    target: npt.ArrayLike | None = None,
    theme: str | None = "light",
) -> Film:
    """Draw N paths over the cloud of training equilibria, and play them together.

    Parameters
    ----------
    t : array (T,)
        Solver times.
    points : array (T, N, ≥2)
        Places on the model's map.
    cloud : Cloud
        What is known of it.
    target : array (≥2,), optional
        Where z* is.
    theme : {"light", "dark"}
        Which colours to use.
    """
    colours = palette(theme)
    times = np.asarray(t, dtype=np.float64)  # (T,)
    places = np.asarray(points, dtype=np.float64)[..., :2]  # (T, N, 2)
    x: list[Any] = []
    y: list[Any] = []
    for n in range(places.shape[1]):
        x += [*plain(places[:, n, 0], 2), None]
        y += [*plain(places[:, n, 1], 2), None]
    ways = {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": {"color": translucent(colours.ink, 0.4), "width": 1.5, "simplify": False},
        "hoverinfo": "skip",
    }
    data = [*map(dict, cloud_traces(cloud, colours, 2)), ways]
    if target is not None:
        end = np.asarray(target, dtype=np.float64)
        data.append(
            {
                "type": "scatter", "mode": "markers+text", "x": plain(end[:1], 2),
                "y": plain(end[1:2], 2), "text": ["<b>z*</b>"], "textposition": "top right",
                "textfont": {"size": 18, "color": colours.accent},
                "marker": {"symbol": "diamond-open", "size": 30, "color": colours.accent,
                           "line": {"width": 2.5, "color": colours.accent}},
                "hovertemplate": "equilibrium z*<extra></extra>",
            }
        )  # fmt: skip
    moving = len(data)

    def heads(k: int) -> dict[str, Any]:
        return {"type": "scatter", "x": plain(places[k, :, 0], 2), "y": plain(places[k, :, 1], 2)}

    marker = {"size": 11, "color": colours.ink, "line": {"width": 1.5, "color": colours.page}}
    data.append({**heads(-1), "mode": "markers", "marker": marker, "hoverinfo": "skip"})
    flat = places.reshape(-1, 2)
    titles = [f"principal component {k + 1}" for k in (0, 1)]
    spans = [bounds(cloud, flat, k) for k in (0, 1)]
    layout: dict[str, Any] = {
        **base_layout(colours),
        "margin": {"l": 48, "r": 8, "t": 8, "b": 110},
        "shapes": list(regions(cloud, colours)),
        "xaxis": axis(colours, title=titles[0], range=spans[0], automargin=False),
        "yaxis": axis(colours, title=titles[1], range=spans[1], automargin=False),
    }
    names = [str(k) for k in range(len(times))]
    captions = [f"t = {time:.2f}" for time in times]
    layout |= player(names, names, captions, redraw=False, colours=colours)
    layout["meta"] = {"last": names[-1]}
    frames = [{"name": n, "traces": [moving], "data": [heads(k)]} for k, n in enumerate(names)]
    return Film(data, layout, frames)
