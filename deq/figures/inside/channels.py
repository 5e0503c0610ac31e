"""The state itself: one tile a channel, played over solver time."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from deq.figures.shared.animation import scrubbed
from deq.figures.shared.layout import base_layout
from deq.figures.shared.palette import mixed, palette
from deq.figures.shared.plain import PlainFigure
from deq.figures.shared.traces import Array

_LEVELS = 60  # whole numbers: half the bytes of decimals


def mosaic(state: npt.ArrayLike) -> Array:
    """Channels (C, H, W) as tiles of one picture, NaN between them, the first on top.

    Examples
    --------
    >>> mosaic(np.ones((4, 2, 2))).shape
    (5, 5)
    """
    channels = np.asarray(state, dtype=np.float64)  # (C, H, W)
    count, height, width = channels.shape
    across = math.ceil(math.sqrt(count))
    down = math.ceil(count / across)
    whole = np.full((down * (height + 1), across * (width + 1)), np.nan)
    for k, tile in enumerate(channels):
        row, column = divmod(k, across)
        top, left = row * (height + 1), column * (width + 1)
        whole[top : top + height, left : left + width] = tile
    return whole[:-1, :-1]


def channel_maps(
    t: npt.ArrayLike, states: npt.ArrayLike, *, theme: str | None = "light"
) -> PlainFigure:
    """All channels of a state at each time; the still picture is the last.

    Parameters
    ----------
    t : array (T,)
        Solver times.
    states : array (T, C, H, W)
        States. Channels are ordered by how strongly they end, the strongest first.
    theme : {"light", "dark"}
        Which colours to use.
    """
    colours = palette(theme)
    z = np.asarray(states, dtype=np.float64)  # (T, C, H, W)
    z = z[:, np.argsort(-np.abs(z[-1]).sum((1, 2)), kind="stable")]
    low, high = min(0.0, float(z[-1].min())), max(float(np.quantile(z[-1], 0.998)), 1e-9)

    def tiles(state: Array) -> list[list[int | None]]:
        share = ((mosaic(state) - low) / (high - low)).clip(0, 1) * _LEVELS
        return [[None if v != v else round(v) for v in row] for row in share.tolist()]

    look = {
        "zmin": 0,
        "zmax": _LEVELS,
        "colorscale": [
            [0, mixed(colours.page, colours.grid, 0.6)],
            [0.5, mixed(colours.page, colours.accent, 0.6)],
            [1, colours.accent if theme != "dark" else colours.ink],
        ],
        "showscale": False,
        "hoverinfo": "skip",
    }
    hidden = {"visible": False, "fixedrange": True, "constrain": "domain"}
    layout = {
        **base_layout(colours),
        "margin": {"l": 8, "r": 8, "t": 8, "b": 96},
        "xaxis": hidden,
        "yaxis": {**hidden, "autorange": "reversed", "scaleanchor": "x"},
    }
    moments = [[{"type": "heatmap", "z": tiles(state)}] for state in z]
    labels = [f"t = {time:.2f}" for time in np.asarray(t).tolist()]
    return scrubbed([], [look], moments, labels, layout, colours, redraw=True)
