"""Euler's step h along dx/dt = g(x) − x: its path beside the exact flow, and what each h costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from deq.figures.shared.layout import axis, base_layout, build, coloured, heading, note, upright
from deq.figures.shared.palette import palette, translucent
from deq.figures.shared.traces import dots, line, marker, rounded, within

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
    end = float(np.asarray(t)[-1])
    path, xs = within(states, view), within(iterates, view)
    flow, iteration, step = (colours.solver(name) for name in ("ode", "picard", "anderson"))
    data, labels = [], []
    euler = f"●─● Euler, h = {h:.4g}" + (": the iteration itself" if h == 1 else "")
    legend = [coloured("━ the flow", flow), coloured(euler, step)]
    if np.isfinite(limit):
        data.append(
            line([0.0, end], rounded([limit, limit], 5), colours.accent, dash="dash", name="x*")
        )
        labels.append(note(end, limit, "<b>x*</b>", colours.accent, size=15, xanchor="right",
                           yshift=11))  # fmt: skip
    if len(xs) and h != 1:
        jumps = colours.look("picard")
        faint = translucent(iteration, 0.45)
        data.append(
            line(list(range(len(xs))), rounded(xs, 5), faint, 1.2, dash=jumps.dash,
                 mode="lines+markers", name="iteration",
                 marker=marker(faint, 7, symbol="circle-open"))
        )  # fmt: skip
        legend.append(coloured("○╌○ iteration", iteration))
    data += [
        line(rounded(t), rounded(x, 5), flow, 3, name="flow"),
        line(rounded(h * np.arange(len(path))), rounded(path, 5), step, 1.8, name="Euler",
             mode="lines+markers" if len(path) <= _MOST_DOTS else "lines",
             marker=marker(step, 9 if len(path) <= 40 else 6, edge=(colours.page, 1)),
             hover="x = %{y:.4f} at t = %{x:.3g}"),
    ]  # fmt: skip
    labels.append(heading(0, 1, "   ".join(legend), colours.ink, size=14, yshift=3))
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
    top = float(np.log10(max(most, 20)) * 1.18)  # in decades
    wide = bool(length[-1] > 8)
    present = max(now, 1) if now is not None else 10**top / 1.25
    data = [
        line(rounded(length), rounded(height, 5), step, 3, name="steps",
             hover="h = %{x:.3f}: %{y} steps"),
        dots(rounded([h], 5), [present], step, 15, symbol="circle" if now is not None else "x",
             edge=(colours.page, 2), name="now", hover=f"h = {h:.4g}"),
    ]  # fmt: skip

    def at(x: float) -> float:
        return float(np.log10(x)) if wide else x

    marks = [
        (1.0, "h = 1, iteration", colours.solver("picard"), 16),
        (best, f"best {best:.4g}", colours.accent, 1),
        (limit, f"limit {limit:.4g}", colours.accent, 1),
    ]
    seen = [mark for mark in marks if 0 < mark[0] <= length[-1] * 1.05]
    labels = [
        note(at(x), 1, text, colour, size=13, yref="paper", yanchor="bottom", yshift=yshift)
        for x, text, colour, yshift in seen
    ]
    if h <= length[-1] * 1.03:
        place: dict[str, Any] = {"yshift": 18}
        if np.log10(present) > 0.6 * top:  # beside, clear of the names above
            left = h < 0.5 * length[-1]
            place = {"xanchor": "left" if left else "right", "xshift": 13 if left else -13}
        text = f"<b>{now:,} steps</b>" if now is not None else "<b>never</b>"
        labels.append(note(at(h), float(np.log10(present)), text, step, size=15,
                           halo=colours.page, **place))  # fmt: skip
    end = length[-1] * 1.03
    layout = {
        **base_layout(colours),
        "margin": {"l": 58, "r": 12, "t": 38, "b": 40},
        "annotations": labels,
        "shapes": [upright(x, colour) for x, _, colour, _ in seen],
        "xaxis": axis(colours, title="step h (log scale)" if wide else "step h",
                      type="log" if wide else "linear",
                      range=[at(length[0]), at(end)] if wide else [0, end], automargin=False),
        "yaxis": axis(colours, title="steps (log scale)", type="log", nticks=5, dtick=1,
                      range=[0, top], automargin=False),
    }  # fmt: skip
    return build(data, layout)
