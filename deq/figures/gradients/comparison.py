"""Implicit against unrolled against phantom: error, memory and time over depth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from deq.figures.shared.frame import axis, base_layout, build, note
from deq.figures.shared.palette import Palette, palette

if TYPE_CHECKING:  # figures do not import torch
    from deq.diagnostics.gradients import Measurement

_BESIDE = ((0.0, 0.27, 0, 1), (0.365, 0.635, 0, 1), (0.73, 1.0, 0, 1))
_STACKED = ((0, 1, 0.72, 1), (0, 1, 0.37, 0.63), (0, 1, 0, 0.27))
_KIB = 1024
_MARKS = {"implicit": "circle", "unrolled": "square", "phantom": "diamond", "JFB": "x"}
_WORDS = {"JFB": "JFB (phantom, 1 step)"}


def gradients_over_depth(
    measured: Sequence[Measurement], *, stacked: bool = False, theme: str | None = "light"
) -> go.Figure:
    """Three panels over the depth k, all on logarithmic axes.

    Parameters
    ----------
    measured : sequence of Measurement
        From `deq.diagnostics.gradients.gradients`; as many depths as there are by now.
    stacked : bool
        One panel below the other, for narrow screens.
    theme : {"light", "dark"}
        Which colours to use.
    """
    colours = palette(theme)
    inks = _inks(colours)
    panels = _STACKED if stacked else _BESIDE
    data: list[dict[str, Any]] = []
    for method, ink in reversed(inks.items()):  # the implicit one on top of what it meets
        some = [m for m in measured if m.method == method]
        for k, values in enumerate(
            ([m.error for m in some], [m.kept / _KIB for m in some], [m.cost for m in some])
        ):
            panel = "" if k == 0 else str(k + 1)
            data.append(
                {
                    "type": "scatter",
                    "mode": "lines+markers",
                    "x": [m.depth for m in some],
                    "y": [float(f"{v:.3g}") if np.isfinite(v) and v > 0 else None for v in values],
                    "xaxis": f"x{panel}",
                    "yaxis": f"y{panel}",
                    "line": {"color": ink, "width": 2.5, "simplify": False},
                    "marker": {"size": 9, "symbol": _MARKS[method], "color": ink},
                    "hovertemplate": f"{method}, k = %{{x}}: %{{y}}<extra></extra>",
                }
            )
    layout: dict[str, Any] = {
        **base_layout(colours),
        "margin": {"l": 52, "r": 14, "t": 60 if not stacked else 96, "b": 46},
        "annotations": _titles(panels, inks, colours, stacked=stacked),
    }
    depths = sorted({m.depth for m in measured}) or [5, 200]
    for k, (left, right, low, high) in enumerate(panels):
        panel = "" if k == 0 else str(k + 1)
        layout[f"xaxis{panel}"] = axis(
            colours, title="depth k", type="log", tickmode="array", tickvals=depths,
            ticktext=[str(d) for d in depths], domain=[left, right], anchor=f"y{panel}",
            automargin=False)  # fmt: skip
        layout[f"yaxis{panel}"] = axis(
            colours, type="log", exponentformat="power", domain=[low, high], anchor=f"x{panel}",
            automargin=False, dtick=3 if k == 0 else 1)  # fmt: skip
    return build(data, layout)


def _inks(colours: Palette) -> dict[str, str]:
    return {
        "implicit": colours.accent,
        "unrolled": colours.solver("ode"),
        "phantom": colours.solver("anderson"),
        "JFB": colours.muted,
    }


def _titles(
    panels: Any, inks: dict[str, str], colours: Palette, *, stacked: bool
) -> list[dict[str, Any]]:
    words = (
        "<b>error</b> against the exact gradient",
        "<b>memory</b> for the backward pass, KiB",
        "<b>time</b>, in evaluations of the cell",
    )
    found = [
        note(panel[0], panel[3], text, colours.ink, xref="paper", yref="paper", xanchor="left",
             yanchor="bottom", yshift=3, size=13)
        for panel, text in zip(panels, words, strict=True)
    ]  # fmt: skip
    names = [
        f"<span style='color:{ink}'><b>━ {_WORDS.get(name, name)}</b></span>"
        for name, ink in inks.items()
    ]
    lines = ["     ".join(names[:2]), "     ".join(names[2:])] if stacked else ["     ".join(names)]
    found.append(note(0, 1, "<br>".join(lines), colours.ink, xref="paper", yref="paper",
                      xanchor="left", yanchor="bottom", yshift=28, size=14,
                      align="left"))  # fmt: skip
    return found
