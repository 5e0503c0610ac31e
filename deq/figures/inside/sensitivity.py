"""Which pixels speak for a digit and which against it, by two kinds of gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from deq.figures.shared.layout import axes, base_layout, build, headings
from deq.figures.shared.palette import palette
from deq.figures.shared.traces import rounded, significant

if TYPE_CHECKING:  # figures do not import torch
    from deq.inside import Sensitivity

_NAMES = ("", "2", "3")  # of the panels' axes, after x and y
_BESIDE = ((0.0, 0.31, 0.0, 1.0), (0.345, 0.655, 0.0, 1.0), (0.69, 1.0, 0.0, 1.0))
_STACKED = ((0.0, 1.0, 0.7, 1.0), (0.0, 1.0, 0.35, 0.65), (0.0, 1.0, 0.0, 0.3))


def sensitivity_maps(
    image: npt.ArrayLike, found: Sensitivity, *, stacked: bool = False, theme: str | None = "light"
) -> go.Figure:
    """The picture, and ∂ logit/∂ pixel by implicit and by unrolled differentiation.

    Parameters
    ----------
    image : array (28, 28)
        Ink from 0 to 1.
    found : Sensitivity
        From `deq.inside.sensitivity`.
    stacked : bool
        For narrow screens.
    theme : {"light", "dark"}
        Which colours to use; both gradients have the same scale, symmetric around nothing.
    """
    colours = palette(theme)
    gradients = [np.nan_to_num(np.asarray(g)) for g in (found.implicit, found.unrolled)]
    most = max(float(np.quantile(np.abs(gradients[0]), 0.995)), 1e-12)
    look = {
        "zmin": -most,
        "zmax": most,
        "colorscale": [[0, colours.solver("ode")], [0.5, colours.page], [1, colours.accent]],
        "hovertemplate": "%{z:.2g} per unit of ink<extra></extra>",
    }
    maps: list[dict[str, Any]] = [
        {"z": rounded(image, 2), "zmin": 0, "zmax": 1,
         "colorscale": [[0, "#000000"], [1, "#ffffff"]],
         "hovertemplate": "ink %{z}<extra></extra>"},
        *({"z": [significant(row, 3) for row in gradient], **look} for gradient in gradients),
    ]  # fmt: skip
    panels = _STACKED if stacked else _BESIDE
    words = (
        "what it sees",
        "<b>implicit</b>, at z* alone",
        f"<b>unrolled</b>, back through {found.steps} step{'s' * (found.steps != 1)}",
    )
    flat = {"visible": False, "constrain": "domain"}
    options = [(flat, {**flat, "autorange": "reversed", "scaleanchor": f"x{k}"}) for k in _NAMES]
    layout = {
        **base_layout(colours),
        **axes(colours, panels, options),
        "margin": {"l": 6, "r": 6, "t": 28, "b": 8},
        "annotations": headings(panels, words, colours.ink, yshift=3),
    }
    data = [
        {"type": "heatmap", "showscale": False, **heat, "xaxis": f"x{k}", "yaxis": f"y{k}"}
        for heat, k in zip(maps, _NAMES, strict=True)
    ]
    return build(data, layout)
