"""A run of y = 2x in four panels, played epoch by epoch.

What it answers, where its line f(u) = a u + b walks, how the ten states flow at that epoch, and the
loss. One payload: a frame rewrites a curve or a dot in each panel, and the caption.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from deq.figures.shared.caption import caption, said
from deq.figures.shared.film import Film
from deq.figures.shared.frame import axis, base_layout, note, plain
from deq.figures.shared.palette import Palette, palette, translucent
from deq.figures.shared.player import player
from deq.figures.shared.stepper import stepper

if TYPE_CHECKING:  # figures do not import torch
    from deq.training.doubling.curves import RunCurves

# Panels as (x from, x to, y from, y to): answers, walk, flows, loss.
_BESIDE = ((0, 0.46, 0.57, 1), (0.56, 1, 0.57, 1), (0, 0.46, 0, 0.4), (0.56, 1, 0, 0.4))
_STACKED = ((0, 1, 0.79, 1), (0, 1, 0.53, 0.72), (0, 1, 0.27, 0.45), (0, 1, 0, 0.19))
_FLOOR = 1e-12


def learning(
    run: RunCurves, *, played: bool = True, stacked: bool = False, theme: str | None = "light"
) -> Film:
    """Draw a run as it stands, with frames to play it again.

    Parameters
    ----------
    run : RunCurves
        The curves.
    played : bool
        With frames; a run that still goes on needs none.
    stacked : bool
        One panel below the other, for narrow screens.
    theme : {"light", "dark"}
        Which colours to use.

    Returns
    -------
    plotly.graph_objects.Figure
        The last seven traces move.
    """
    colours = palette(theme)
    still = _still(run, colours)
    moving = [len(still) + k for k in range(7)]
    last = len(run.epochs) - 1
    looks = _looks(run, colours)
    data = [
        *still,
        *({**look, **now} for look, now in zip(looks, _moment(run, last), strict=True)),
        caption(_said(run, last), colours, narrow=stacked),
    ]
    panels = _STACKED if stacked else _BESIDE
    layout: dict[str, Any] = {
        **base_layout(colours),
        **_axes(run, panels, colours),
        "margin": {"l": 56, "r": 14, "t": 30, "b": 142 if stacked else 108},
        "shapes": [_unstable(run, colours)],
        "annotations": _titles(run, panels, colours),
    }
    if not played:
        layout["margin"]["b"] = 60
        return Film(data[:-1], layout, [])
    frames = [
        {
            "name": str(k),
            "traces": moving,
            "data": [*_moment(run, k), said(_said(run, k), narrow=stacked)],
        }
        for k in range(last + 1)
    ]
    frames.append({**frames[0], "name": "start"})  # see stepper
    names = [str(k) for k in range(last + 1)]
    layout |= player(names, ["start", *names], redraw=False, colours=colours)
    layout["meta"] = {"last": names[-1]}
    stepper(layout, names, narrow=stacked)
    return Film(data, layout, frames)


def _said(run: RunCurves, k: int) -> str:
    epoch = int(run.epochs[k])
    answer = run.outside[k]
    told = f"asked −5, it answers {answer:.3f}" if np.isfinite(answer) else "it has no answer"
    loss = f", loss {run.losses[epoch]:.2g}" if np.isfinite(run.losses[epoch]) else ""
    return f"epoch {epoch}: {told}{loss}".replace("-", "−")


def _still(run: RunCurves, colours: Palette) -> list[dict[str, Any]]:
    """The line to learn, its ten numbers, the whole walk, and the whole loss."""
    ends = np.array([run.x[0], run.x[-1]])
    epochs = np.arange(len(run.losses))
    every = max(1, len(epochs) // 400)
    return [
        _line(ends, run.slope * ends + run.intercept, colours.accent, dash="dash"),
        _dots(run.inputs, run.targets, colours.accent, 8),
        _line(run.slopes[::every], run.intercepts[::every], translucent(colours.ink, 0.45), "2"),
        _dots([run.goal[0]], [run.goal[1]], colours.accent, 15, "2", symbol="star"),
        {
            **_line(epochs[::every], [], translucent(colours.ink, 0.6), "4"),
            "y": [_loss(loss) for loss in run.losses[::every]],
        },
    ]


def _loss(value: float) -> float | None:
    """Three digits, however small; nothing where it is unknown."""
    return float(f"{max(value, _FLOOR):.3g}") if np.isfinite(value) else None


def _looks(run: RunCurves, colours: Palette) -> list[dict[str, Any]]:
    """How the moving traces look; what moves of them is in `_moment`."""
    flow = colours.solver("ode")
    across: list[Any] = []
    for _ in run.inputs:
        across += [*plain(run.t, 3), None]
    return [
        _line(run.x, run.x, flow, width=3),
        _dots([0], [0], flow, 13),
        _dots([0], [0], colours.ink, 12, "2"),
        {**_line([0], [0], flow, "3", width=1.8), "x": across},
        {**_dots([0], [0], flow, 7, "3"), "x": [float(run.t[-1])] * len(run.inputs)},
        _dots([0], [0], colours.ink, 12, "4"),
    ]


def _moment(run: RunCurves, k: int) -> list[dict[str, Any]]:
    """What the moving traces show at the k-th epoch looked at."""
    epoch = int(run.epochs[k])
    up: list[Any] = []
    for path in run.flows[k]:
        up += [*plain(path.clip(-1e3, 1e3), 3), None]
    ends = plain(run.flows[k][:, -1].clip(-1e3, 1e3), 3)
    moving: list[dict[str, Any]] = [
        {"y": plain(run.answers[k], 3)},
        {"x": [-5.0], "y": plain(run.outside[k : k + 1], 4)},
        {"x": plain(run.slopes[epoch : epoch + 1]), "y": plain(run.intercepts[epoch : epoch + 1])},
        {"y": up},
        {"y": ends},
        {"x": [epoch], "y": [_loss(run.losses[epoch])]},
    ]
    return [{"type": "scatter", **part} for part in moving]


def _line(
    x: Any, y: Any, colour: str, panel: str = "", *, width: float = 2, dash: str = "solid"
) -> dict[str, Any]:
    line = {"color": colour, "width": width, "dash": dash, "simplify": False}
    return {"type": "scatter", "mode": "lines", "x": plain(x, 4), "y": plain(y, 6),
            "xaxis": f"x{panel}", "yaxis": f"y{panel}", "line": line,
            "hoverinfo": "skip"}  # fmt: skip


def _dots(
    x: Any, y: Any, colour: str, size: float, panel: str = "", symbol: str = "circle"
) -> dict[str, Any]:
    marker = {"size": size, "color": colour, "symbol": symbol}
    return {"type": "scatter", "mode": "markers", "x": plain(x, 4), "y": plain(y, 4),
            "xaxis": f"x{panel}", "yaxis": f"y{panel}", "marker": marker,
            "hovertemplate": "(%{x:.3f}, %{y:.3f})<extra></extra>"}  # fmt: skip


def _reach(values: Any, *others: float, room: float = 0.12) -> list[float]:
    """A range that holds the middle of what was seen, and the others, with some room."""
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    low, high = np.quantile(known, [0.02, 0.98]) if len(known) else (0.0, 1.0)
    low, high = min(low, *others), max(high, *others)
    margin = room * max(high - low, 1.0)
    return [round(float(low - margin), 4), round(float(high + margin), 4)]


def _axes(run: RunCurves, panels: Any, colours: Palette) -> dict[str, Any]:
    ends = run.slope * np.array([run.x[0], run.x[-1]]) + run.intercept
    straight = run.variant == "linear"
    titles = (
        ("x", "answer z*"),
        ("slope a" if straight else "slope a, at most", "intercept b"),
        ("time t of the flow", "ten states z"),
        ("epoch", "loss (log scale)"),
    )
    ranges: list[tuple[Any, Any]] = [
        ([float(run.x[0]), float(run.x[-1])], _reach(ends, *ends, room=0.15)),
        (
            _reach(run.slopes, run.goal[0], run.slopes[0], 1.08),
            _reach(run.intercepts, run.goal[1], run.intercepts[0]),
        ),
        ([-0.1, float(run.t[-1]) + 0.2], _reach(run.targets, 0.0, *run.targets, room=0.2)),
        ([-0.02 * len(run.losses), 1.03 * len(run.losses)], None),
    ]
    found: dict[str, Any] = {}
    for k, ((across, up), (x, y), panel) in enumerate(zip(titles, ranges, panels, strict=True)):
        name = "" if k == 0 else str(k + 1)
        x_axis = axis(colours, title=across, range=x, domain=list(panel[:2]), anchor=f"y{name}",
                      automargin=False)  # fmt: skip
        y_axis = axis(colours, title=up, domain=list(panel[2:]), anchor=f"x{name}",
                      automargin=False)  # fmt: skip
        if y is not None:
            y_axis["range"] = y
        found[f"xaxis{name}"], found[f"yaxis{name}"] = x_axis, y_axis
    found["yaxis4"] |= {"type": "log", "exponentformat": "power", "nticks": 6}
    return found


def _unstable(run: RunCurves, colours: Palette) -> dict[str, Any]:
    """The half of the walk's map that has no stable equilibrium."""
    return {"type": "rect", "xref": "x2", "yref": "y2 domain", "x0": 1, "x1": 1e3, "y0": 0, "y1": 1,
            "fillcolor": translucent(colours.accent, 0.16), "line": {"width": 0},
            "layer": "below"}  # fmt: skip


def _titles(run: RunCurves, panels: Any, colours: Palette) -> list[dict[str, Any]]:
    flow = colours.solver("ode")
    sign = "−" if run.intercept < 0 else "+"
    target = f"{run.slope:g} x" + (f" {sign} {abs(run.intercept):g}" if run.intercept else "")
    target = target.replace("-", "−")
    words = (
        f"<span style='color:{flow}'><b>━ what it answers</b></span>   "
        f"<span style='color:{colours.accent}'><b>- - y = {target}</b></span>",
        f"<b>f(u) = a u + b</b> walks to <span style='color:{colours.accent}'>★</span>; "
        "shaded: unstable",
        f"<span style='color:{flow}'><b>ten states flow to their equilibria</b></span>",
        "<b>sum of squares</b>",
    )
    if run.variant == "tanh":
        words = (words[0], "the slope of f, at most, and f(0)", *words[2:])
    return [
        note(
            panel[0],
            panel[3],
            text,
            colours.ink,
            xref="paper",
            yref="paper",
            xanchor="left",
            yanchor="bottom",
            yshift=4,
            size=13,
        )
        for panel, text in zip(panels, words, strict=True)
    ]
