"""The plane of λ, the slope at an equilibrium: where iteration, Euler and the flow settle."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from deq.figures.shared.layout import axis, band, base_layout, build, minus, note, upright
from deq.figures.shared.palette import palette, translucent
from deq.figures.shared.traces import dots, line, rounded

_CORNERS = 120
_MOST = 6  # of more eigenvalues than this, only the first is named


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
    flow, iteration, step = (colours.solver(name) for name in ("ode", "picard", "anderson"))
    data = [_disc(0.0, 1.0, iteration, name="iteration settles")]
    labels = [
        note(low, tall, "<b>flow</b> Re λ < 1", flow, size=13, xanchor="left", yanchor="top",
             xshift=5),
        note(0.0, -1, "<b>iteration</b>" + ("" if brief else " |λ| < 1"), iteration, size=12,
             yanchor="top", yshift=-1),
    ]  # fmt: skip
    if h is not None:
        data.insert(0, _disc(*euler_disc(h), step, dash="dash", name="Euler's step settles"))
        labels.append(
            note(low, -tall, f"<b>Euler</b> h = {h:.4g}", step, size=13, xanchor="left",
                 yanchor="bottom", xshift=5)
        )  # fmt: skip
    full = [chosen in (k, -1) for k in range(len(points))]
    many = len(points) > _MOST
    size = 8 if many else 12 if brief else 15
    data.append(
        dots(
            rounded(points.real, 5),
            rounded(points.imag, 5),
            colours.accent,
            [size if f else 11 for f in full],
            symbol=["diamond" if f else "diamond-open" for f in full],
            edge=([colours.page if f else colours.accent for f in full], 1 if many else 2),
            name="λ",
            text=[_described(value) for value in points.tolist()],
            hover="%{text}",
        )
    )
    for k, value in enumerate(points.tolist()):
        if full[k] and value.imag >= 0 and not brief and not (many and k):
            labels.append(
                note(value.real, value.imag, f"<b>{_described(value)}</b>", colours.accent,
                     size=14, halo=colours.page, yshift=19)
            )  # fmt: skip
    shared = {"automargin": False, "zeroline": True, "constrain": "domain"}
    layout = {
        **base_layout(colours),
        "margin": {"l": 40, "r": 8, "t": 8, "b": 40},
        "annotations": labels,
        "shapes": [
            band(low - 50 * (high - low), 1, translucent(flow, 0.13), yref="paper"),
            {**upright(1.0, flow), "line": {"color": flow, "width": 2}},
        ],
        "xaxis": axis(colours, title="Re λ", range=[low, high], zerolinecolor=colours.grid,
                      **shared),
        "yaxis": axis(colours, title="Im λ", range=[-tall, tall], zerolinecolor=colours.muted,
                      scaleanchor="x", **shared),
    }  # fmt: skip
    return build(data, layout)


def _described(value: complex) -> str:
    if abs(value.imag) < 5e-4:
        return minus(f"λ = {value.real:.3g}")
    return minus(f"λ = {value.real:.2g} ± {abs(value.imag):.2g} i")


def _disc(centre: float, radius: float, colour: str, **more: Any) -> dict[str, Any]:
    # A huge circle is drawn through its right end, with corners close together there.
    angle = np.pi * np.linspace(-1, 1, 2 * _CORNERS + 1) ** 3
    x, y = centre + radius * np.cos(angle), radius * np.sin(angle)
    return line(rounded(x), rounded(y), colour, 2.5, fill="toself",
                fillcolor=translucent(colour, 0.13), **more)  # fmt: skip
