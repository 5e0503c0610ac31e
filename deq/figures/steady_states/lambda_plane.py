"""The plane of λ, the slope at an equilibrium: where iteration, Euler and the flow settle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from deq.figures.shared.cloud import halo
from deq.figures.shared.frame import axis, base_layout, build, note
from deq.figures.shared.palette import palette, translucent

_CORNERS = 120
_CROWD = 6  # so many are named; of more, only the first


def euler_disc(h: float) -> tuple[float, float]:
    """Centre and radius of {λ : |1 + h(λ − 1)| < 1}, where Euler's step h settles.

    Examples
    --------
    >>> euler_disc(1.0), euler_disc(0.5)
    ((0.0, 1.0), (-1.0, 2.0))
    """
    return 1 - 1 / h, 1 / h


def lambda_plane(
    values: npt.ArrayLike,
    *,
    h: float | None = None,
    chosen: int = 0,
    names: Sequence[str] = (),
    brief: bool = False,
    theme: str | None = "light",
) -> go.Figure:
    """Eigenvalues between the regions |λ| < 1, |1 + h(λ − 1)| < 1 and Re λ < 1.

    Parameters
    ----------
    values : array (K,), real or complex
        The slope g′(x*) at each fixed point, or the eigenvalues of one Jacobian.
    h : float, optional
        Euler's step: draws its disc, which for h = 1 is iteration's.
    chosen : int
        This one is filled, as are all if it is −1.
    names : sequence of str
        What to tell on hovering, one for each.
    brief : bool
        For small figures: less text.
    theme : {"light", "dark"}
        Which colours to use.

    References
    ----------
    Hairer & Wanner, "Solving ordinary differential equations II", 1996, chapter IV.
    """
    colours = palette(theme)
    points = np.atleast_1d(np.asarray(values, dtype=np.complex128))  # (K,)
    points = points[np.isfinite(points)]
    low = min(-1.5 if brief else -2.3, 1.2 * float(points.real.min(initial=0.0)) - 0.3)
    high = max(1.6 if brief else 1.9, 1.1 * float(points.real.max(initial=0.0)) + 0.3)
    tall = max(1.35, 0.36 * (high - low), 1.2 * float(np.abs(points.imag).max(initial=0.0)))
    flow, jumps, step = (colours.solver(name) for name in ("ode", "picard", "anderson"))
    data = [_circle(0.0, 1.0, "iteration settles", jumps, 2.5, "solid")]
    labels = [
        note(low, tall, "<b>flow</b> Re λ < 1", flow, size=13, xanchor="left", yanchor="top",
             xshift=5),
        note(0.0, -1, "<b>iteration</b>" + ("" if brief else " |λ| < 1"), jumps, size=12,
             yanchor="top", yshift=-1),
    ]  # fmt: skip
    if h is not None:
        centre, radius = euler_disc(h)
        data.insert(0, _circle(centre, radius, "Euler's step settles", step, 2.5, "dash"))
        labels.append(
            note(low, -tall, f"<b>Euler</b> h = {h:.4g}", step, size=13, xanchor="left",
                 yanchor="bottom", xshift=5)
        )  # fmt: skip
    full = [chosen in (k, -1) for k in range(len(points))]
    crowd = len(points) > _CROWD
    told = list(names) or [_told(value) for value in points.tolist()]
    data.append(
        {
            "type": "scatter",
            "mode": "markers",
            "name": "λ",
            "x": points.real.round(5).tolist(),
            "y": points.imag.round(5).tolist(),
            "marker": {
                "symbol": ["diamond" if f else "diamond-open" for f in full],
                "size": [(8 if crowd else 12 if brief else 15) if f else 11 for f in full],
                "color": colours.accent,
                "line": {
                    "width": 1 if crowd else 2,
                    "color": [colours.page if f else colours.accent for f in full],
                },
            },
            "text": told,
            "hovertemplate": "%{text}<extra></extra>",
        }
    )  # fmt: skip
    for k, value in enumerate(points.tolist()):
        if full[k] and value.imag >= 0 and not brief and not (crowd and k):
            named = _told(value)
            labels.append(
                note(value.real, value.imag, f"<b>{named}</b>", colours.accent, yshift=19,
                     font={"size": 14, "color": colours.accent, **halo(colours, 2)})
            )  # fmt: skip
    layout = {
        **base_layout(colours),
        "margin": {"l": 40, "r": 8, "t": 8, "b": 40},
        "annotations": labels,
        "shapes": [
            {
                "type": "rect",
                "yref": "paper",
                "x0": low - 50 * (high - low),
                "x1": 1,
                "y0": 0,
                "y1": 1,
                "layer": "below",
                "line": {"width": 0},
                "fillcolor": translucent(flow, 0.13),
            },
            _upright(1.0, flow),
        ],
        "xaxis": axis(colours, title="Re λ", range=[low, high], automargin=False, zeroline=True,
                      zerolinecolor=colours.grid, constrain="domain"),
        "yaxis": axis(colours, title="Im λ", range=[-tall, tall], automargin=False, zeroline=True,
                      zerolinecolor=colours.muted, scaleanchor="x", constrain="domain"),
    }  # fmt: skip
    return build(data, layout)


def _told(value: complex) -> str:
    if abs(value.imag) < 5e-4:
        return f"λ = {value.real:.3g}".replace("-", "−")
    return f"λ = {value.real:.2g} ± {abs(value.imag):.2g} i".replace("-", "−")


def _circle(
    centre: float, radius: float, name: str, colour: str, width: float, dash: str
) -> dict[str, Any]:
    # A huge circle is drawn through its right end, with corners close together there.
    angle = np.pi * np.linspace(-1, 1, 2 * _CORNERS + 1) ** 3
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": (centre + radius * np.cos(angle)).round(4).tolist(),
        "y": (radius * np.sin(angle)).round(4).tolist(),
        "fill": "toself",
        "fillcolor": translucent(colour, 0.13),
        "line": {"color": colour, "width": width, "dash": dash, "simplify": False},
        "hoverinfo": "skip",
    }


def _upright(x: float, colour: str) -> dict[str, Any]:
    line = {"color": colour, "width": 2}
    return {"type": "line", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1, "line": line}
