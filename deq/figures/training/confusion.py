"""Which digit was taken for which."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from deq.figures.shared.layout import axis, base_layout, build
from deq.figures.shared.palette import palette, translucent


def confusion_matrix(counts: Sequence[Sequence[int]], *, theme: str | None = "light") -> go.Figure:
    """Ten by ten numbers: rows are what was written, columns what was read.

    Right answers stand on the diagonal in grey. Each wrong one is coloured by its share of its row.

    Parameters
    ----------
    counts : (10, 10)
        How often the digit of the row was taken for that of the column.
    theme : {"light", "dark"}
        Which colours to use.
    """
    colours = palette(theme)
    table = np.asarray(counts, dtype=np.int64)  # (10, 10)
    rows = table.sum(1, keepdims=True).clip(min=1)
    off = np.where(np.eye(len(table), dtype=bool), 0, table)
    share = off / rows
    digits = [str(k) for k in range(len(table))]
    heat = {
        "type": "heatmap",
        "x": digits,
        "y": digits,
        "z": (share / max(share.max(), 1e-9)).round(3).tolist(),
        "colorscale": [[0, translucent(colours.accent, 0)], [1, translucent(colours.accent, 0.85)]],
        "showscale": False,
        "text": [["" if n == 0 else str(n) for n in row] for row in table.tolist()],
        "texttemplate": "%{text}",
        "textfont": {"size": 14, "color": colours.ink},
        "customdata": table.tolist(),
        "hovertemplate": "%{y} read as %{x}: %{customdata}<extra></extra>",
        "xgap": 2,
        "ygap": 2,
    }
    marks = [
        {
            "type": "rect",
            "x0": k - 0.48,
            "x1": k + 0.48,
            "y0": k - 0.48,
            "y1": k + 0.48,
            "fillcolor": translucent(colours.muted, 0.16),
            "line": {"width": 0},
            "layer": "below",
        }
        for k in range(len(table))
    ]
    ticks = {"type": "category", "showgrid": False, "tickfont": {"size": 15, "color": colours.ink}}
    layout = {
        **base_layout(colours),
        "margin": {"l": 44, "r": 8, "t": 40, "b": 8},
        "shapes": marks,
        "xaxis": axis(colours, title="read as", **ticks) | {"side": "top"},
        "yaxis": axis(colours, title="written", autorange="reversed", **ticks),
    }
    return build([heat], layout)
