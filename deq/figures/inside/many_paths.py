"""Paths of many states on the map, played together; the still picture shows where they ended."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from deq.figures.shared.animation import scrubbed
from deq.figures.shared.cloud import Cloud, bounds, cloud_traces, regions
from deq.figures.shared.layout import WHOLE, axes, base_layout
from deq.figures.shared.palette import palette, translucent
from deq.figures.shared.plain import PlainFigure
from deq.figures.shared.traces import dots, joined, line, moved, rounded


def many_paths(
    t: npt.ArrayLike,
    points: npt.ArrayLike,
    cloud: Cloud,
    *,
    target: npt.ArrayLike | None = None,
    theme: str | None = "light",
) -> PlainFigure:
    """Draw N paths over the cloud of training equilibria.

    Parameters
    ----------
    t : array (T,)
        Solver times.
    points : array (T, N, ≥2)
        Places on the model's map.
    cloud : Cloud
        Equilibria of training digits on the map.
    target : array (≥2,), optional
        Where z* is.
    theme : {"light", "dark"}
        Which colours to use.
    """
    colours = palette(theme)
    places = np.asarray(points, dtype=np.float64)[..., :2]  # (T, N, 2)
    x_paths, y_paths = (joined(places[..., k].T, 2) for k in (0, 1))
    data = [
        *map(dict, cloud_traces(cloud, colours, 2)),
        line(x_paths, y_paths, translucent(colours.ink, 0.4), 1.5),
    ]
    if target is not None:
        x, y = rounded(target, 2)[:2]
        data.append(
            dots([x], [y], colours.accent, 30, symbol="diamond-open", edge=(colours.accent, 2.5),
                 mode="markers+text", text=["<b>z*</b>"], textposition="top right",
                 textfont={"size": 18, "color": colours.accent}, hover="equilibrium z*")
        )  # fmt: skip
    titles = [
        {"title": f"canonical variate {k + 1}", "range": bounds(cloud, places.reshape(-1, 2), k)}
        for k in (0, 1)
    ]
    layout = {
        **base_layout(colours),
        **axes(colours, [WHOLE], [(titles[0], titles[1])]),
        "margin": {"l": 48, "r": 8, "t": 8, "b": 110},
        "shapes": list(regions(cloud, colours)),
    }
    return scrubbed(
        data,
        [dots(None, None, colours.ink, 11, edge=(colours.page, 1.5))],
        [[moved(*rounded(now.T, 2))] for now in places],
        [f"t = {time:.2f}" for time in np.asarray(t).tolist()],
        layout,
        colours,
    )
