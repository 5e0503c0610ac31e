"""A run of y = 2x in four panels, played epoch by epoch.

The answers of the network, the path of its line f(u) = a u + b, the flow of the ten states at that
epoch, and the loss.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from deq.figures.shared.animation import stepped
from deq.figures.shared.layout import axes, band, base_layout, coloured, headings, minus
from deq.figures.shared.palette import Palette, palette, translucent
from deq.figures.shared.plain import PlainFigure
from deq.figures.shared.traces import dots, joined, line, rounded, significant

if TYPE_CHECKING:  # figures do not import torch
    from deq.training.doubling.curves import RunCurves

# Answers, path of the line, flows, loss.
_BESIDE = ((0, 0.46, 0.65, 1), (0.56, 1, 0.65, 1), (0, 0.46, 0, 0.35), (0.56, 1, 0, 0.35))
_STACKED = ((0, 1, 0.79, 1), (0, 1, 0.53, 0.72), (0, 1, 0.27, 0.45), (0, 1, 0, 0.19))
_FLOOR = 1e-12
_HOVER = "(%{x:.3f}, %{y:.3f})"


def learning(
    run: RunCurves, *, played: bool = True, stacked: bool = False, theme: str | None = "light"
) -> PlainFigure:
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
    panels = _STACKED if stacked else _BESIDE
    shown = range(len(run.epochs))
    if not played:
        shown = shown[-1:]
    below = {} if played else {"b": 60}
    layout = {
        **base_layout(colours),
        **axes(colours, panels, _axes(run)),
        "margin": {"l": 56, "r": 14, "t": 30, **below},
        # The half of the second panel that has no stable equilibrium.
        "shapes": [band(1, 1e3, translucent(colours.accent, 0.16), xref="x2", yref="y2 domain")],
        "annotations": headings(panels, _headings(run, colours), colours.ink),
    }
    return stepped(
        _still(run, colours),
        _looks(run, colours),
        [_moment(run, k) for k in shown],
        [_sentence(run, k) for k in shown],
        layout,
        colours,
        narrow=stacked,
        played=played,
    )


def _sentence(run: RunCurves, k: int) -> str:
    epoch = int(run.epochs[k])
    answer = run.outside[k]
    told = f"asked −5, it answers {answer:.3f}" if np.isfinite(answer) else "it has no answer"
    loss = f", loss {run.losses[epoch]:.2g}" if np.isfinite(run.losses[epoch]) else ""
    return minus(f"epoch {epoch}: {told}{loss}")


def _still(run: RunCurves, colours: Palette) -> list[dict[str, Any]]:
    """The line to learn, its ten numbers, the whole path of a and b, and the whole loss."""
    ends = np.array([run.x[0], run.x[-1]])
    every = slice(None, None, max(1, len(run.losses) // 400))
    epochs = np.arange(len(run.losses))[every].tolist()
    faint = translucent(colours.ink, 0.45)
    return [
        line(rounded(ends), rounded(run.slope * ends + run.intercept, 6), colours.accent,
             dash="dash"),
        dots(rounded(run.inputs), rounded(run.targets), colours.accent, 8, hover=_HOVER),
        line(rounded(run.slopes[every]), rounded(run.intercepts[every], 6), faint, panel=2),
        dots(rounded(run.goal[:1]), rounded(run.goal[1:]), colours.accent, 15, symbol="star",
             panel=2, hover=_HOVER),
        line(epochs, _loss(run.losses[every]), translucent(colours.ink, 0.6), panel=4),
    ]  # fmt: skip


def _loss(values: Any) -> list[float | None]:
    return significant(np.maximum(values, _FLOOR), 3)


def _looks(run: RunCurves, colours: Palette) -> list[dict[str, Any]]:
    """How the moving traces look; what moves of them is in `_moment`."""
    flow, count = colours.solver("ode"), len(run.inputs)
    return [
        line(rounded(run.x), None, flow, 3),
        dots([-5.0], None, flow, 13, hover=_HOVER),
        dots(None, None, colours.ink, 12, panel=2, hover=_HOVER),
        line(joined([run.t] * count, 3), None, flow, 1.8, panel=3),
        dots([float(run.t[-1])] * count, None, flow, 7, panel=3, hover=_HOVER),
        dots(None, None, colours.ink, 12, panel=4, hover=_HOVER),
    ]


def _moment(run: RunCurves, k: int) -> list[dict[str, Any]]:
    """What the moving traces show at the k-th epoch that is looked at."""
    epoch = int(run.epochs[k])
    now = slice(epoch, epoch + 1)
    flows = run.flows[k].clip(-1e3, 1e3)
    moving: list[dict[str, Any]] = [
        {"y": rounded(run.answers[k], 3)},
        {"x": [-5.0], "y": rounded(run.outside[k : k + 1])},
        {"x": rounded(run.slopes[now]), "y": rounded(run.intercepts[now])},
        {"y": joined(flows, 3)},
        {"y": rounded(flows[:, -1], 3)},
        {"x": [epoch], "y": _loss(run.losses[now])},
    ]
    return [{"type": "scatter", **part} for part in moving]


def _reach(values: Any, *others: float, room: float = 0.12) -> list[float]:
    """A range that holds the middle of what was seen, and the others, with some room."""
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    low, high = np.quantile(known, [0.02, 0.98]) if len(known) else (0.0, 1.0)
    low, high = min(low, *others), max(high, *others)
    margin = room * max(high - low, 1.0)
    return [round(float(low - margin), 4), round(float(high + margin), 4)]


def _axes(run: RunCurves) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """The options of each panel's axes."""
    ends = run.slope * np.array([run.x[0], run.x[-1]]) + run.intercept
    epochs = len(run.losses)
    slopes = _reach(run.slopes, run.goal[0], run.slopes[0], 1.08)
    log = {"type": "log", "exponentformat": "power", "nticks": 4}
    return [
        ({"title": "x", "range": [float(run.x[0]), float(run.x[-1])]},
         {"title": "answer z*", "range": _reach(ends, *ends, room=0.15)}),
        ({"title": "slope a" if run.variant == "linear" else "slope a, at most", "range": slopes},
         {"title": "intercept b", "range": _reach(run.intercepts, run.goal[1], run.intercepts[0])}),
        ({"title": "time t of the flow", "range": [-0.1, float(run.t[-1]) + 0.2]},
         {"title": "ten states z", "range": _reach(run.targets, 0.0, *run.targets, room=0.2)}),
        ({"title": "epoch", "range": [-0.02 * epochs, 1.03 * epochs]},
         {"title": "loss (log scale)", **log}),
    ]  # fmt: skip


def _headings(run: RunCurves, colours: Palette) -> tuple[str, ...]:
    flow = colours.solver("ode")
    sign = "−" if run.intercept < 0 else "+"
    target = f"{run.slope:g} x" + (f" {sign} {abs(run.intercept):g}" if run.intercept else "")
    star = f"<span style='color:{colours.accent}'>★</span>"
    line = f"<b>f(u) = a u + b</b> walks to {star}; shaded: unstable"
    return (
        f"{coloured('━ what it answers', flow)}   "
        f"{coloured(f'- - y = {minus(target)}', colours.accent)}",
        line if run.variant != "tanh" else "the slope of f, at most, and f(0)",
        coloured("the ten states follow the flow", flow),
        "<b>sum of squares</b>",
    )
