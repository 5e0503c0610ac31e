"""A run of the lab: the cloud of equilibria falling into ten clusters, and four curves beside it.

One payload: a frame rewrites the cloud, a dot on each curve, and the caption.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from deq.figures.shared.caption import caption, said
from deq.figures.shared.film import Film
from deq.figures.shared.frame import axis, base_layout, note, plain
from deq.figures.shared.palette import Palette, palette, translucent
from deq.figures.shared.player import player, thin
from deq.figures.shared.stepper import stepper

if TYPE_CHECKING:  # figures do not import what trains
    from deq.training.lab.curves import Log

# Panels as (x from, x to, y from, y to): cloud, loss, accuracy, evaluations, residual.
_BESIDE = (
    (0, 0.42, 0, 1),
    (0.5, 0.72, 0.6, 1),
    (0.8, 1, 0.6, 1),
    (0.5, 0.72, 0, 0.4),
    (0.8, 1, 0, 0.4),
)
_STACKED = ((0, 1, 0.66, 1), (0, 1, 0.49, 0.61), (0, 1, 0.33, 0.45), (0, 1, 0.165, 0.285),
            (0, 1, 0, 0.12))  # fmt: skip
_FRAMES = 40
_SMOOTH = 9  # steps of the moving average


def lab(
    run: Log, *, played: bool = True, stacked: bool = False, theme: str | None = "light"
) -> Film:
    """Draw a run as it stands, with frames to play it again.

    Parameters
    ----------
    run : Log
        The curves; there may be nothing in them yet.
    played : bool
        With frames; a run that still goes on needs none.
    stacked : bool
        One panel below the other, for narrow screens.
    theme : {"light", "dark"}
        Which colours to use.

    Returns
    -------
    plotly.graph_objects.Figure
        With frames its last seven traces move.
    """
    colours = palette(theme)
    still = _curves(run, colours)
    shown = thin(len(run.look_x), _FRAMES)
    last = len(run.look_x) - 1
    panels = _STACKED if stacked else _BESIDE
    layout: dict[str, Any] = {
        **base_layout(colours),
        **_axes(run, panels, colours),
        "margin": {"l": 44 if stacked else 10, "r": 14, "t": 30, "b": 142 if stacked else 108},
        "annotations": _titles(panels, colours),
    }
    moving = [{**look, **now} for look, now in zip(_looks(run, colours), _moment(run, last),
                                                   strict=True)]  # fmt: skip
    if not played or len(shown) < 2:
        layout["margin"]["b"] = 56
        return Film([*still, *moving], layout, [])
    data = [*still, *moving, caption(_said(run, last), colours, narrow=stacked)]
    traces = list(range(len(still), len(data)))
    frames = [
        {
            "name": str(k),
            "traces": traces,
            "data": [*_moment(run, look), said(_said(run, look), narrow=stacked)],
        }
        for k, look in enumerate(shown)
    ]
    frames.append({**frames[0], "name": "start"})  # see stepper
    names = [str(k) for k in range(len(shown))]
    layout |= player(names, ["start", *names], redraw=False, colours=colours)
    layout["meta"] = {"last": names[-1]}
    stepper(layout, names, narrow=stacked)
    return Film(data, layout, frames)


def _said(run: Log, k: int) -> str:
    if k < 0:
        return ""
    return (
        f"epoch {run.look_x[k]:.1f}: {100 * run.accuracy[k]:.0f} % of 300 digits, "
        f"spectral radius {run.radius[k]:.2f}"
    )


def smooth(values: Any, width: int = _SMOOTH) -> Any:
    """The mean of each value and those just before it, (S,); losses jump from batch to batch.

    Examples
    --------
    >>> smooth(np.array([4.0, 2.0, 0.0]), 2).tolist()
    [4.0, 3.0, 1.0]
    """
    sums = np.concatenate([[0.0], np.cumsum(values)])
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(ends - width, 0)
    return (sums[ends] - sums[starts]) / (ends - starts)


def _curves(run: Log, colours: Palette) -> list[dict[str, Any]]:
    forward, backward = colours.solver("ode"), colours.solver("anderson")
    return [
        _line(run.x, run.loss, translucent(colours.muted, 0.4), "2", width=1),
        _line(run.x, smooth(run.loss), colours.ink, "2"),
        _line(run.look_x, 100 * run.accuracy, colours.ink, "3"),
        _line(run.x, run.evals, forward, "4"),
        _line(run.x, run.adjoint_evals, backward, "4"),
        _line(run.x, run.residual, forward, "5"),
        _line(run.look_x, run.radius, colours.accent, "5"),
        _line(run.x, run.bound, translucent(colours.accent, 0.6), "5", dash="dot"),
    ]


def _looks(run: Log, colours: Palette) -> list[dict[str, Any]]:
    """How the moving traces look; what moves of them is in `_moment`."""
    digits = run.digits.tolist()
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "marker": {
                "color": [colours.digits[d] for d in digits],
                "size": 7,
                "opacity": 0.75,
            },
            "text": [str(d) for d in digits],
            "hovertemplate": "a digit kept apart: %{text}<extra></extra>",
        },
        {
            "type": "scatter",
            "mode": "text",
            "text": [f"<b>{d}</b>" for d in range(10)],
            "textfont": {
                "size": 26,
                "color": list(colours.digits),
                "shadow": ", ".join([f"0 0 3px {colours.page}"] * 4),
            },
            "hoverinfo": "skip",
        },
        _dot("2", colours.ink),
        _dot("3", colours.ink),
        _dot("4", colours.solver("ode")),
        _dot("5", colours.accent),
    ]


def _moment(run: Log, k: int) -> list[dict[str, Any]]:
    """What the moving traces show at the k-th look; -1 before there is any."""
    if k < 0:
        nothing: dict[str, Any] = {"type": "scatter", "x": [], "y": []}
        return [dict(nothing) for _ in range(6)]
    cloud, at = run.clouds[k], run.look_x[k]
    middles = np.array([np.median(cloud[run.digits == d], axis=0) for d in range(10)])
    step = int(np.searchsorted(run.x, at - 1e-9))
    losses = smooth(run.loss)
    moving = [(cloud[:, 0], cloud[:, 1]), (middles[:, 0], middles[:, 1])]
    known = step < len(run.x)
    now = slice(step, step + 1) if known else slice(0, 0)
    moving += [
        (run.x[now], losses[now]),
        ([at], [100 * run.accuracy[k]]),
        (run.x[now], run.evals[now]),
        ([at], [run.radius[k]]),
    ]
    return [{"type": "scatter", "x": plain(x, 2), "y": plain(y, 4)} for x, y in moving]


def _line(
    x: Any, y: Any, colour: str, panel: str, *, width: float = 2, dash: str = "solid"
) -> dict[str, Any]:
    line = {"color": colour, "width": width, "dash": dash, "simplify": False}
    return {"type": "scatter", "mode": "lines", "x": plain(x, 3), "y": _rounded(y),
            "xaxis": f"x{panel}", "yaxis": f"y{panel}", "line": line,
            "hovertemplate": "epoch %{x:.2f}: %{y:.3g}<extra></extra>"}  # fmt: skip


def _rounded(values: Any) -> list[float | None]:
    """Three digits, however small; nothing where a number is unknown."""
    return [float(f"{v:.3g}") if np.isfinite(v) else None for v in np.asarray(values).tolist()]


def _dot(panel: str, colour: str) -> dict[str, Any]:
    return {"type": "scatter", "mode": "markers", "xaxis": f"x{panel}", "yaxis": f"y{panel}",
            "marker": {"size": 9, "color": colour}, "hoverinfo": "skip"}  # fmt: skip


def _axes(run: Log, panels: Any, colours: Palette) -> dict[str, Any]:
    found: dict[str, Any] = {}
    reach = float(np.abs(run.clouds).max()) * 1.08 if run.clouds.size else 3.0
    hidden = {"showticklabels": False, "automargin": False}
    square = axis(colours, range=[-reach, reach], domain=list(panels[0][:2]), **hidden)
    found["xaxis"] = square | axis(colours, title="the plane in which the classes differ most")
    found["xaxis"] |= hidden
    found["yaxis"] = {**square, "domain": list(panels[0][2:])}
    ends = [-0.02 * run.epochs, 1.03 * run.epochs]
    for k, panel in enumerate(panels[1:], start=2):
        below = k == 5 or (k == 4 and panel[2] == 0)
        found[f"xaxis{k}"] = axis(
            colours, range=ends, domain=list(panel[:2]), anchor=f"y{k}", automargin=False,
            nticks=6, **({"title": "epoch"} if below else {}))  # fmt: skip
        found[f"yaxis{k}"] = axis(
            colours, domain=list(panel[2:]), anchor=f"x{k}", automargin=False, nticks=5
        )
    log = {"type": "log", "exponentformat": "power", "dtick": 1}
    found["yaxis2"] |= log
    found["yaxis3"] |= {"range": [0, 102], "ticksuffix": " %"}
    found["yaxis4"] |= {"rangemode": "tozero"}
    found["yaxis5"] |= log
    return found


def _titles(panels: Any, colours: Palette) -> list[dict[str, Any]]:
    forward, backward = colours.solver("ode"), colours.solver("anderson")
    words = (
        "<b>200 equilibria z*</b> of digits it does not learn from",
        "<b>loss</b> (log scale)",
        "<b>named right</b>, of 300",
        f"<b>evaluations</b>: <span style='color:{forward}'>forward</span>, "
        f"<span style='color:{backward}'>backward</span>",
        f"<span style='color:{forward}'><b>residual</b></span>, "
        f"<span style='color:{colours.accent}'><b>spectral radius</b></span> (log)",
    )
    return [
        note(panel[0], panel[3], text, colours.ink, xref="paper", yref="paper", xanchor="left",
             yanchor="bottom", yshift=4, size=13)
        for panel, text in zip(panels, words, strict=True)
    ]  # fmt: skip
