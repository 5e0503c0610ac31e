"""A picture that is spoilt more and more, its equilibrium on the map, and what is read from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from deq.figures.shared.bars import percent
from deq.figures.shared.cloud import Cloud, bounds, cloud_traces, regions
from deq.figures.shared.film import Film
from deq.figures.shared.frame import axis, base_layout, note, plain
from deq.figures.shared.palette import palette
from deq.figures.shared.player import player

if TYPE_CHECKING:  # figures do not import torch
    from deq.inside import Smudge

_BESIDE = ((0.0, 0.52, 0.0, 1.0), (0.58, 0.76, 0.2, 1.0), (0.82, 1.0, 0.0, 1.0))
_STACKED = ((0.0, 1.0, 0.0, 0.56), (0.0, 0.46, 0.68, 1.0), (0.56, 1.0, 0.68, 1.0))


def spoilt(
    found: Smudge, cloud: Cloud, *, stacked: bool = False, theme: str | None = "light"
) -> Film:
    """Three panels: map, picture, shares of the ten digits; scrubbed over the amount.

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
        The still picture is the unspoilt one, at the left end of the slider.
    """
    colours = palette(theme)
    places = np.asarray(found.points, dtype=np.float64)[:, :2]  # (A, 2)
    images = np.asarray(found.images, dtype=np.float64)  # (A, 28, 28)
    shares = np.asarray(found.probabilities, dtype=np.float64)  # (A, 10)
    amounts = np.asarray(found.amounts, dtype=np.float64)  # (A,)
    way = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": plain(places[:, 0], 2),
        "y": plain(places[:, 1], 2),
        "line": {"color": colours.muted, "width": 1.5, "dash": "dot", "simplify": False},
        "marker": {"size": 4, "color": colours.muted},
        "hoverinfo": "skip",
    }
    data = [*map(dict, cloud_traces(cloud, colours, 2)), way]
    moving = [len(data), len(data) + 1, len(data) + 2]
    digits = [str(k) for k in range(10)]

    def moment(k: int) -> list[dict[str, Any]]:
        best = int(shares[k].argmax())
        here = plain(places[k], 2)
        rows = (100 * images[k]).round().astype(int).tolist()
        return [
            {"type": "scatter", "x": here[:1], "y": here[1:], "text": [f"<b>{best}</b>"],
             "marker": {"color": colours.digits[best]}},
            {"type": "heatmap", "z": rows},
            {"type": "bar", "x": plain(100 * shares[k], 1)},
        ]  # fmt: skip

    head, picture, bars = moment(0)
    edge = {"color": colours.page, "width": 2}
    data += [
        {**head, "mode": "markers+text", "textfont": {"size": 14, "color": colours.page},
         "textposition": "middle center", "hoverinfo": "skip",
         "marker": {**head["marker"], "size": 24, "line": edge}},
        {**picture, "xaxis": "x2", "yaxis": "y2", "zmin": 0, "zmax": 100, "showscale": False,
         "colorscale": [[0, "#000000"], [1, "#ffffff"]], "hoverinfo": "skip"},
        {**bars, "y": digits, "orientation": "h", "xaxis": "x3", "yaxis": "y3",
         "marker": {"color": list(colours.digits)},
         "hovertemplate": "%{y}: %{x:.1f} %<extra></extra>"},
    ]  # fmt: skip
    panels = _STACKED if stacked else _BESIDE
    layout: dict[str, Any] = {
        **base_layout(colours),
        **_axes(places, cloud, panels, colours),
        "margin": {"l": 40, "r": 12, "t": 26, "b": 110},
        "shapes": list(regions(cloud, colours)),
        "annotations": _titles(panels, colours.ink),
    }
    names = [str(k) for k in range(len(amounts))]
    captions = [
        f"amount {amount:.2f}: reads {int(share.argmax())} ({percent(float(share.max()))})"
        for amount, share in zip(amounts, shares, strict=True)
    ]
    layout |= player(names, names, captions, redraw=True, colours=colours)
    layout["sliders"][0]["active"] = 0
    layout["meta"] = {"last": names[-1]}
    frames = [{"name": n, "traces": moving, "data": moment(k)} for k, n in enumerate(names)]
    return Film(data, layout, frames)


def _axes(
    places: npt.NDArray[np.float64], cloud: Cloud, panels: Any, colours: Any
) -> dict[str, Any]:
    spans = [bounds(cloud, places, k) for k in (0, 1)]
    domains = [{"domain": list(panel[:2])} for panel in panels]
    heights = [{"domain": list(panel[2:])} for panel in panels]
    bare = {"visible": False, "fixedrange": True, "constrain": "domain"}
    ten = {"tickvals": list(range(10)), "ticktext": [str(k) for k in range(10)]}
    return {
        "xaxis": axis(colours, title="principal component 1", range=spans[0], automargin=False,
                      **domains[0]),
        "yaxis": axis(colours, range=spans[1], automargin=False, **heights[0]),
        "xaxis2": {**bare, **domains[1], "anchor": "y2"},
        "yaxis2": {**bare, **heights[1], "anchor": "x2", "autorange": "reversed",
                   "scaleanchor": "x2"},
        "xaxis3": axis(colours, range=[0, 102], ticksuffix=" %", automargin=False, anchor="y3",
                       nticks=3, **domains[2]),
        "yaxis3": axis(colours, automargin=False, anchor="x3", range=[9.6, -0.6], showgrid=False,
                       **ten, **heights[2]),
    }  # fmt: skip


def _titles(panels: Sequence[tuple[float, ...]], ink: str) -> list[dict[str, Any]]:
    words = ("<b>z*</b> on its way", "what it sees", "what it reads")
    return [
        note(panel[0], panel[3], text, ink, xref="paper", yref="paper", xanchor="left",
             yanchor="bottom", yshift=3, size=13)
        for panel, text in zip(panels, words, strict=True)
    ]  # fmt: skip
