"""Several runs of the lab on one chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from deq.figures.shared.frame import axis, base_layout, build, note, plain
from deq.figures.shared.palette import palette
from deq.figures.training.run import smooth

if TYPE_CHECKING:
    from deq.training.lab.curves import Log

MOST = 4
_INKS = ("ode", "anderson", "picard", "broyden")
_DASHES = ("solid", "dash", "dot", "dashdot")
_PANELS = (("loss", 0.0, 0.29), ("named right, of 300", 0.36, 0.64), ("evaluations", 0.71, 1.0))


def runs(logs: Sequence[Log], names: Sequence[str], *, theme: str | None = "light") -> go.Figure:
    """Loss, accuracy and evaluations of up to four runs over epochs, each in a colour of its own.

    Parameters
    ----------
    logs : sequence of Log
        One to four.
    names : sequence of str
        How each is called; written in its colour above the panels.
    theme : {"light", "dark"}
        Which colours to use.

    Raises
    ------
    ValueError
        If there are more than four.
    """
    if len(logs) > MOST:
        raise ValueError(f"at most {MOST} runs fit on one chart, not {len(logs)}.")
    colours = palette(theme)
    data: list[dict[str, Any]] = []
    for log, name, ink, dash in zip(logs, names, _INKS, _DASHES, strict=False):
        curves = (
            (log.x, smooth(log.loss)),
            (log.look_x, 100 * log.accuracy),
            (log.x, smooth(log.evals)),
        )
        for k, (x, y) in enumerate(curves):
            panel = "" if k == 0 else str(k + 1)
            data.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "x": plain(x, 3),
                    "y": plain(y, 4),
                    "xaxis": f"x{panel}",
                    "yaxis": f"y{panel}",
                    "line": {"color": colours.solver(ink), "width": 2.5, "dash": dash,
                             "simplify": False},
                    "hovertemplate": f"{name}<br>epoch %{{x:.2f}}: %{{y:.3g}}<extra></extra>",
                }
            )  # fmt: skip
    margin = {"l": 44, "r": 12, "t": 54, "b": 44}
    layout: dict[str, Any] = {**base_layout(colours), "margin": margin}
    titles = []
    for k, (title, left, right) in enumerate(_PANELS):
        panel = "" if k == 0 else str(k + 1)
        layout[f"xaxis{panel}"] = axis(colours, title="epoch", domain=[left, right],
                                       anchor=f"y{panel}", rangemode="tozero")  # fmt: skip
        layout[f"yaxis{panel}"] = axis(colours, anchor=f"x{panel}", nticks=6)
        titles.append(note(left, 1, f"<b>{title}</b>", colours.ink, xref="paper", yref="paper",
                           xanchor="left", yanchor="bottom", yshift=2, size=13))  # fmt: skip
    layout["yaxis"] |= {"type": "log", "exponentformat": "power"}
    layout["yaxis2"] |= {"ticksuffix": " %"}
    layout["yaxis3"] |= {"rangemode": "tozero"}
    key = "     ".join(
        f"<span style='color:{colours.solver(ink)}'><b>{mark} {name}</b></span>"
        for name, ink, mark in zip(names, _INKS, ("━", "╍", "┈", "┅"), strict=False)
    )
    titles.append(note(0, 1, key, colours.ink, xref="paper", yref="paper", xanchor="left",
                       yanchor="bottom", yshift=26, size=13))  # fmt: skip
    layout["annotations"] = titles
    return build(data, layout)
