"""A picture that is smudged more and more, its equilibrium on the map, and what is read from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from deq.figures.shared.animation import scrubbed
from deq.figures.shared.bars import percent
from deq.figures.shared.classes import class_looks
from deq.figures.shared.cloud import Cloud, bounds, cloud_traces, regions
from deq.figures.shared.layout import axes, base_layout, headings
from deq.figures.shared.palette import LARGE, palette
from deq.figures.shared.plain import PlainFigure
from deq.figures.shared.traces import line, moved, rounded

if TYPE_CHECKING:  # figures do not import torch
    from deq.inside import Smudge

_BESIDE = ((0.0, 0.52, 0.0, 1.0), (0.58, 0.76, 0.2, 1.0), (0.82, 1.0, 0.0, 1.0))
_STACKED = ((0.0, 1.0, 0.0, 0.56), (0.0, 0.42, 0.68, 1.0), (0.62, 1.0, 0.68, 1.0))


def smudged(
    found: Smudge, cloud: Cloud, *, stacked: bool = False, theme: str | None = "light"
) -> PlainFigure:
    """Three panels: map, picture, shares of the digits; scrubbed over the amount.

    Parameters
    ----------
    found : Smudge
        From `deq.inside.smudge`.
    cloud : Cloud
        Equilibria of training digits on the map.
    stacked : bool
        For narrow screens.
    theme : {"light", "dark"}
        Which colours to use.

    Returns
    -------
    plotly.graph_objects.Figure
        The still picture is the one before any smudge, at the left end of the slider.
    """
    colours = palette(theme)
    places = np.asarray(found.points, dtype=np.float64)[:, :2]  # (A, 2)
    images = np.asarray(found.images, dtype=np.float64)  # (A, 28, 28)
    shares = np.asarray(found.probabilities, dtype=np.float64)  # (A, 10) or (A, 11)
    amounts = np.asarray(found.amounts, dtype=np.float64)  # (A,)
    classes = class_looks(shares.shape[1], colours)
    names, rows = [one.name for one in classes], list(range(len(classes)))
    best = [classes[k] for k in shares.argmax(1)]
    x_path, y_path = rounded(places.T, 2)
    still = [
        *map(dict, cloud_traces(cloud, colours, 2)),
        line(x_path, y_path, colours.muted, 1.5, dash="dot", mode="lines+markers",
             marker={"size": 4, "color": colours.muted}),
    ]  # fmt: skip
    head = {"size": 26, "line": {"color": colours.page, "width": 2}}
    looks: list[dict[str, Any]] = [
        {"mode": "markers+text", "textfont": {"size": LARGE, "color": colours.page},
         "textposition": "middle center", "hoverinfo": "skip",
         "marker": {**head, "color": best[0].colour}},
        {"xaxis": "x2", "yaxis": "y2", "zmin": 0, "zmax": 100, "showscale": False,
         "colorscale": [[0, "#000000"], [1, "#ffffff"]], "hoverinfo": "skip"},
        {"y": rows, "customdata": names, "orientation": "h", "xaxis": "x3", "yaxis": "y3",
         "marker": {"color": [one.colour for one in classes]},
         "hovertemplate": "%{customdata}: %{x:.1f} %<extra></extra>"},
    ]  # fmt: skip
    moments = [
        [
            moved([x], [y], text=[f"<b>{read.mark}</b>"], marker={"color": read.colour}),
            {"type": "heatmap", "z": (100 * image).round().astype(int).tolist()},
            {"type": "bar", "x": rounded(100 * share, 1)},
        ]
        for (x, y), read, image, share in zip(rounded(places, 2), best, images, shares, strict=True)
    ]
    before = "" if stacked else "amount "  # which would stand behind the buttons
    labels = [
        f"{before}{amount:.2f}: {read.reading} ({percent(float(share.max()))})"
        for amount, read, share in zip(amounts, best, shares, strict=True)
    ]
    panels = _STACKED if stacked else _BESIDE
    bare = {"visible": False, "fixedrange": True, "constrain": "domain"}
    options = (
        ({"title": "canonical variate 1", "range": bounds(cloud, places, 0)},
         {"range": bounds(cloud, places, 1)}),
        (bare, {**bare, "autorange": "reversed", "scaleanchor": "x2"}),
        ({"range": [0, 102], "ticksuffix": " %", "nticks": 3},
         {"range": [len(rows) - 0.4, -0.6], "showgrid": False, "tickvals": rows,
          "ticktext": names}),
    )  # fmt: skip
    words = ("<b>z*</b> on its way", "what it sees", "what it reads")
    layout = {
        **base_layout(colours),
        **axes(colours, panels, options),
        "margin": {"l": 40, "r": 12, "t": 26, "b": 110},
        "shapes": list(regions(cloud, colours)),
        "annotations": headings(panels, words, colours.ink, yshift=3),
    }
    return scrubbed(still, looks, moments, labels, layout, colours, shown=0, redraw=True)
