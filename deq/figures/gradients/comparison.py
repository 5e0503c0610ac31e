"""Implicit against unrolled against phantom: error, memory and time over depth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from deq.figures.shared.layout import (
    axes,
    base_layout,
    build,
    coloured,
    heading,
    headings,
    note,
)
from deq.figures.shared.palette import palette
from deq.figures.shared.traces import line, marker, significant

if TYPE_CHECKING:  # figures do not import torch
    from deq.diagnostics.gradients import Measurement

_BESIDE = ((0.0, 0.27, 0, 1), (0.365, 0.635, 0, 1), (0.73, 1.0, 0, 1))
_STACKED = ((0, 1, 0.72, 1), (0, 1, 0.37, 0.63), (0, 1, 0, 0.27))
_KIB = 1024
_HEADINGS = (
    "<b>error</b> against the exact gradient",
    "<b>memory</b> for the backward pass, KiB",
    "<b>time</b>, in evaluations of the cell",
)
_LONG = {"JFB": "JFB (phantom, 1 step)"}
_PERCENT = -2  # log₁₀ of the error at which a line helps the eye


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
    looks = {
        "implicit": (colours.accent, "circle", "solid", "●"),
        "unrolled": (colours.solver("ode"), "square", "dash", "■"),
        "phantom": (colours.solver("anderson"), "diamond", "dashdot", "◆"),
        "JFB": (colours.muted, "x", "dot", "✖"),
    }
    data: list[dict[str, Any]] = []
    for method, (colour, symbol, dash, _) in reversed(looks.items()):  # implicit on top
        some = [m for m in measured if m.method == method]
        curves = [m.error for m in some], [m.kept / _KIB for m in some], [m.cost for m in some]
        data += [
            line(
                [m.depth for m in some],
                significant(values, 3, log=True),
                colour,
                2.5,
                dash=dash,
                mode="lines+markers",
                panel=panel,
                marker=marker(colour, 9, symbol=symbol),
                hover=f"{method}, k = %{{x}}: %{{y}}",
            )
            for panel, values in enumerate(curves, 1)
        ]
    depths = sorted({m.depth for m in measured}) or [5, 200]
    ticks = {"tickmode": "array", "tickvals": depths, "ticktext": [str(d) for d in depths]}
    options = [
        (
            {"title": "depth k", "type": "log", **ticks},
            {"type": "log", "exponentformat": "power", "dtick": dtick},
        )
        for dtick in (3, 1, 1)
    ]
    names = [
        coloured(f"{sign} {_LONG.get(method, method)}", colour)
        for method, (colour, _, _, sign) in looks.items()
    ]
    gap = "     "
    legend = gap.join(names)
    if stacked:
        legend = gap.join(names[:2]) + "<br>" + gap.join(names[2:])
    panels = _STACKED if stacked else _BESIDE
    layout = {
        **base_layout(colours),
        **axes(colours, panels, options),
        "margin": {"l": 52, "r": 14, "t": 96 if stacked else 60, "b": 46},
        "annotations": [
            *headings(panels, _HEADINGS, colours.ink, yshift=3),
            heading(0, 1, legend, colours.ink, size=14, yshift=28, align="left"),
            note(0, _PERCENT, "1 %", colours.muted, size=12, yshift=8, xref="x domain", yref="y",
                 xanchor="left"),
        ],
        "shapes": [
            {"type": "line", "xref": "x domain", "x0": 0, "x1": 1,
             "y0": 10**_PERCENT, "y1": 10**_PERCENT,
             "line": {"color": colours.muted, "width": 1.5, "dash": "dot"}},
        ],
    }  # fmt: skip
    return build(data, layout)
