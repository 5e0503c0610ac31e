"""Which pixels speak for a digit and which against it, by two kinds of gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from deq.figures.shared.frame import base_layout, build, note
from deq.figures.shared.palette import palette

if TYPE_CHECKING:  # figures do not import torch
    from deq.inside import Sensitivity

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
    implicit = np.asarray(found.implicit, dtype=np.float64)
    unrolled = np.asarray(found.unrolled, dtype=np.float64)
    most = max(float(np.quantile(np.abs(implicit), 0.995)), 1e-12)
    scale = [[0, colours.solver("ode")], [0.5, colours.page], [1, colours.accent]]
    maps: list[dict[str, Any]] = [
        {"z": np.asarray(image, dtype=np.float64).round(2).tolist(), "zmin": 0, "zmax": 1,
         "colorscale": [[0, "#000000"], [1, "#ffffff"]],
         "hovertemplate": "ink %{z}<extra></extra>"},
        *(
            {"z": [[float(f"{v:.3g}") for v in row] for row in np.nan_to_num(g).tolist()],
             "zmin": -most, "zmax": most, "colorscale": scale,
             "hovertemplate": "%{z:.2g} per unit of ink<extra></extra>"}
            for g in (implicit, unrolled)
        ),
    ]  # fmt: skip
    panels = _STACKED if stacked else _BESIDE
    layout: dict[str, Any] = {
        **base_layout(colours),
        "margin": {"l": 6, "r": 6, "t": 28, "b": 8},
    }
    data = []
    for k, (heat, panel) in enumerate(zip(maps, panels, strict=True)):
        name = "" if k == 0 else str(k + 1)
        data.append({"type": "heatmap", "showscale": False, **heat, "xaxis": f"x{name}",
                     "yaxis": f"y{name}"})  # fmt: skip
        bare = {"visible": False, "constrain": "domain"}
        layout[f"xaxis{name}"] = {**bare, "domain": list(panel[:2]), "anchor": f"y{name}"}
        layout[f"yaxis{name}"] = {**bare, "domain": list(panel[2:]), "anchor": f"x{name}",
                                  "autorange": "reversed", "scaleanchor": f"x{name}"}  # fmt: skip
    words = (
        "what it sees",
        "<b>implicit</b>, at z* alone",
        f"<b>unrolled</b>, back through {found.steps} step{'s' * (found.steps != 1)}",
    )
    layout["annotations"] = [
        note(panel[0], panel[3], text, colours.ink, xref="paper", yref="paper", xanchor="left",
             yanchor="bottom", yshift=3, size=13)
        for panel, text in zip(panels, words, strict=True)
    ]  # fmt: skip
    return build(data, layout)
