"""A few named curves over one axis: distances, residuals, shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from deq.figures.shared.layout import axis, base_layout, build, note, upright
from deq.figures.shared.palette import Palette, palette
from deq.figures.shared.traces import line, significant

_TINY = 1e-12


@dataclass(frozen=True, eq=False)
class Curve:
    """One of them.

    Parameters
    ----------
    name : str
        Written at its end; empty for none.
    x, y : array (n,)
        Its points; infinite and unknown ones are left out, on a logarithmic axis also zeros.
    ink : str
        ``"ink"``, ``"muted"``, ``"accent"``, a digit, or a solver's name.
    width, dash
        Of the line.
    at : float
        Where the name stands: 1 at the end, 0.5 in the middle.
    """

    name: str
    x: npt.ArrayLike
    y: npt.ArrayLike
    ink: str = "ink"
    width: float = 2.5
    dash: str = "solid"
    at: float = 1.0


def curves(
    some: Sequence[Curve],
    *,
    across: str,
    up: str,
    log: bool = True,
    marks: Sequence[tuple[float, str]] = (),
    theme: str | None = "light",
) -> go.Figure:
    """Draw curves with their names.

    Parameters
    ----------
    some : sequence of Curve
        The last one on top.
    across, up : str
        What the axes say.
    log : bool
        A logarithmic axis upwards.
    marks : sequence of (x, text)
        Upright lines with a word.
    theme : {"light", "dark"}
        Which colours to use.

    Examples
    --------
    >>> figure = curves([Curve("halves", [0, 1, 2], [1, 0.5, 0.25])], across="step", up="error")
    >>> figure.data[0].name
    'halves'
    """
    colours = palette(theme)
    data, labels = [], []
    for curve in some:
        x = np.asarray(curve.x, dtype=np.float64)
        y = np.asarray(curve.y, dtype=np.float64)
        fine = np.isfinite(x) & np.isfinite(y) & ((y > _TINY) if log else True)
        if not fine.any():
            continue
        x, y = x[fine], y[fine]
        colour = _colour(curve.ink, colours)
        data.append(
            line(
                significant(x, 4),
                significant(y, 4),
                colour,
                curve.width,
                dash=curve.dash,
                mode="lines+markers" if 1 < len(x) <= 60 and curve.dash == "solid" else "lines",
                name=curve.name,
                marker={"size": 4.5, "color": colour},
                hover=f"{curve.name}: %{{y:.3g}} at %{{x:.3g}}",
            )
        )
        if curve.name:
            k = round(curve.at * (len(x) - 1))
            height = float(np.log10(y[k])) if log else float(y[k])
            right = curve.at > 0.85
            labels.append(
                note(float(x[k]), height, f"<b>{curve.name}</b>", colour, size=13,
                     halo=colours.page, yshift=11, xanchor="right" if right else "left",
                     xshift=0 if right else 5)
            )  # fmt: skip
    layout = {
        **base_layout(colours),
        "margin": {"l": 62, "r": 14, "t": 18, "b": 44},
        "annotations": [
            *labels,
            *(
                note(x, 1, text, colours.accent, yref="y domain", yanchor="top", xanchor="left",
                     xshift=5, size=13)
                for x, text in marks
            ),
        ],
        "shapes": [upright(x, colours.accent, yref="y domain") for x, _ in marks],
        "xaxis": axis(colours, title=across, automargin=False),
        "yaxis": axis(colours, title=up, automargin=False, **(_decades(data) if log else {})),
    }  # fmt: skip
    return build(data, layout)


def _decades(data: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A logarithmic axis with whole powers of ten where there are enough of them."""
    heights = np.concatenate([np.asarray(trace["y"]) for trace in data] or [np.ones(1)])
    span = float(np.log10(heights.max() / heights.min()))
    ticks = {"dtick": max(1, round(span / 4))} if span > 1.5 else {"nticks": 5}
    return {"type": "log", "exponentformat": "power", **ticks}


def _colour(ink: str, colours: Palette) -> str:
    if ink.isdigit():
        return colours.digits[int(ink)]
    named = {"ink": colours.ink, "muted": colours.muted, "accent": colours.accent}
    return named.get(ink) or colours.solver(ink)
