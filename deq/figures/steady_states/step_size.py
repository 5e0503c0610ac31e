"""Euler's step h along dx/dt = g(x) − x: its path beside the exact flow, and what each h costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from deq.figures.shared.cloud import halo
from deq.figures.shared.frame import axis, base_layout, build, note, plain
from deq.figures.shared.palette import palette, translucent

_FAR = 20.0
# A path of more dots is drawn as a line.
_MOST_DOTS = 120


def euler_path(
    t: npt.ArrayLike,
    x: npt.ArrayLike,
    states: npt.ArrayLike,
    h: float,
    *,
    view: tuple[float, float],
    iterates: npt.ArrayLike = (),
    limit: float = float("nan"),
    theme: str | None = "light",
) -> go.Figure:
    """Euler's states at t = 0, h, 2h, … on the exact curve's axes.

    Parameters
    ----------
    t, x : array (T,)
        The exact flow.
    states : array (n + 1,)
        x₀, x₁, … with xₖ₊₁ = xₖ + h·(g(xₖ) − xₖ).
    h : float
        The step.
    view : (float, float)
        The vertical axis.
    iterates : array (m + 1,)
        Plain iteration from the same start, faintly, at t = 0, 1, ….
    limit : float
        The equilibrium.
    theme : {"light", "dark"}
        Which colours to use.
    """
    colours = palette(theme)
    time = np.asarray(t, dtype=np.float64)
    end = float(time[-1])
    far = _FAR * (view[1] - view[0])
    path = np.asarray(states, dtype=np.float64).clip(view[0] - far, view[1] + far)
    plain_path = np.asarray(iterates, dtype=np.float64).clip(view[0] - far, view[1] + far)
    flow, jumps, step = (colours.solver(name) for name in ("ode", "picard", "anderson"))
    data: list[dict[str, Any]] = []
    labels: list[dict[str, Any]] = []
    if np.isfinite(limit):
        data.append(_line([0, end], [limit, limit], "x*", colours.accent, 2, dash="dash"))
        labels.append(note(end, limit, "<b>x*</b>", colours.accent, size=15, xanchor="right",
                           yshift=11))  # fmt: skip
    if len(plain_path) and h != 1:
        faint = translucent(jumps, 0.45)
        data.append(
            {
                **_line(range(len(plain_path)), plain_path, "iteration", faint, 1.2),
                "mode": "lines+markers",
                "marker": {"size": 5, "color": faint},
            }
        )
    data.append(_line(time, x, "flow", flow, 3))
    dots = len(path) <= _MOST_DOTS
    data.append(
        {
            **_line(h * np.arange(len(path)), path, "Euler", step, 1.8),
            "mode": "lines+markers" if dots else "lines",
            "marker": {
                "size": 9 if len(path) <= 40 else 6,
                "color": step,
                "line": {"color": colours.page, "width": 1},
            },
            "hovertemplate": "x = %{y:.4f} at t = %{x:.3g}<extra></extra>",
        }
    )
    euler = f"●─● Euler, h = {h:.4g}" + (": the iteration itself" if h == 1 else "")
    titles = [("━ the flow", flow), (euler, step)]
    if h != 1 and len(plain_path):
        titles.append(("·─· iteration", jumps))
    legend = "   ".join(f"<span style='color:{c}'><b>{words}</b></span>" for words, c in titles)
    labels.append(note(0, 1, legend, colours.ink, size=14, xref="paper", yref="paper",
                       xanchor="left", yanchor="bottom", yshift=3))  # fmt: skip
    room = 0.03 * (view[1] - view[0])
    layout = {
        **base_layout(colours),
        "margin": {"l": 50, "r": 10, "t": 28, "b": 42},
        "annotations": labels,
        "xaxis": axis(colours, title="time t = steps · h", range=[-0.015 * end, 1.015 * end],
                      automargin=False),
        "yaxis": axis(colours, title="x", range=[view[0] - room, view[1] + room], automargin=False),
    }  # fmt: skip
    return build(data, layout)


def steps_over_h(
    hs: npt.ArrayLike,
    steps: npt.ArrayLike,
    h: float,
    now: int | None,
    *,
    best: float = float("nan"),
    limit: float = float("nan"),
    theme: str | None = "light",
) -> go.Figure:
    """How many steps each step length takes, with the present one on the curve.

    Parameters
    ----------
    hs, steps : array (H,)
        As `deq.scalar.steps_against_h` gives them: −1 for never.
    h, now : float, int or None
        The present step and what it takes; None for never.
    best, limit : float
        1/(1 − λ) and 2/(1 − λ), drawn where they are positive and finite.
    theme : {"light", "dark"}
        Which colours to use.
    """
    colours = palette(theme)
    step = colours.solver("anderson")
    length = np.asarray(hs, dtype=np.float64)  # (H,)
    count = np.asarray(steps, dtype=np.float64)  # (H,)
    settles = count >= 0
    height = np.where(settles, np.maximum(count, 1), np.nan)
    most = float(np.nanmax(height)) if settles.any() else 100.0
    top = 10 ** (np.log10(max(most, 20)) * 1.18)
    wide = bool(length[-1] > 8)
    data = [
        _line(length, height, "steps", step, 3)
        | {"hovertemplate": "h = %{x:.3f}: %{y} steps<extra></extra>"},
        {
            "type": "scatter",
            "mode": "markers",
            "name": "now",
            "x": plain([h], 5),
            "y": [max(now, 1) if now is not None else top / 1.25],
            "marker": {
                "symbol": "circle" if now is not None else "x",
                "size": 15,
                "color": step,
                "line": {"color": colours.page, "width": 2},
            },
            "hovertemplate": f"h = {h:.4g}<extra></extra>",
        },
    ]

    def at(x: float) -> float:
        return float(np.log10(x)) if wide else x

    marks = [
        (1.0, "h = 1, iteration", colours.solver("picard")),
        (best, "best", colours.accent),
        (limit, "limit", colours.accent),
    ]
    shapes, labels = [], []
    for x, name, colour in marks:
        if not (np.isfinite(x) and 0 < x <= length[-1] * 1.05):
            continue
        shapes.append({"type": "line", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1,
                       "line": {"color": colour, "width": 1.5, "dash": "dot"}})  # fmt: skip
        text = f"{name} {x:.4g}" if name != "h = 1, iteration" else name
        labels.append(note(at(x), 1, text, colour, size=13, yref="paper", yanchor="bottom",
                           yshift=16 if colour != colours.accent else 1))  # fmt: skip
    told = f"<b>{now:,} steps</b>" if now is not None else "<b>never</b>"
    inside = h <= length[-1] * 1.03
    if inside:
        high = float(np.log10(data[1]["y"][0]))
        left = h < 0.5 * length[-1]
        where: dict[str, Any] = {"yshift": 18}
        if high > 0.6 * np.log10(top):  # beside, clear of the names above
            where = {"xanchor": "left" if left else "right", "xshift": 13 if left else -13}
        font = {"size": 15, "color": step, **halo(colours, 2)}
        labels.append(note(at(h), high, told, step, font=font, **where))
    span = [length[0], length[-1] * 1.03]
    layout = {
        **base_layout(colours),
        "margin": {"l": 58, "r": 12, "t": 38, "b": 40},
        "annotations": labels,
        "shapes": shapes,
        "xaxis": axis(colours, title="step h (log scale)" if wide else "step h",
                      type="log" if wide else "linear",
                      range=[at(span[0]), at(span[1])] if wide else [0, span[1]],
                      automargin=False),
        "yaxis": axis(colours, title="steps (log scale)", type="log", nticks=5, dtick=1,
                      range=[0, float(np.log10(top))], automargin=False),
    }  # fmt: skip
    return build(data, layout)


def _line(
    x: npt.ArrayLike, y: npt.ArrayLike, name: str, colour: str, width: float, *, dash: str = "solid"
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": plain(np.asarray(x), 4),
        "y": plain(np.asarray(y), 5),
        "line": {"color": colour, "width": width, "dash": dash, "simplify": False},
        "hoverinfo": "skip",
    }
