"""A run of the lab: equilibria falling into ten clusters, and four curves beside them.

A frame changes the equilibria, a dot on each curve, and the sentence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from deq.figures.shared.animation import stepped
from deq.figures.shared.cloud import class_names
from deq.figures.shared.controls import thin
from deq.figures.shared.layout import axes, base_layout, coloured, headings
from deq.figures.shared.palette import Palette, palette, translucent
from deq.figures.shared.plain import PlainFigure
from deq.figures.shared.traces import dots, line, moved, rounded, significant, trace

if TYPE_CHECKING:  # figures do not import what trains
    from deq.training.lab.curves import Log

# Equilibria, loss, accuracy, evaluations, residual.
_BESIDE = (
    (0, 0.4, 0, 1),
    (0.46, 0.7, 0.65, 1),
    (0.77, 1, 0.65, 1),
    (0.46, 0.7, 0, 0.35),
    (0.77, 1, 0, 0.35),
)
_STACKED = (
    (0, 1, 0.66, 1),
    (0, 1, 0.49, 0.61),
    (0, 1, 0.33, 0.45),
    (0, 1, 0.18, 0.285),
    (0, 1, 0, 0.115),
)
_FRAMES = 40
_SMOOTH = 9  # steps of the moving average


def lab(
    run: Log, *, played: bool = True, stacked: bool = False, theme: str | None = "light"
) -> PlainFigure:
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
    panels = _STACKED if stacked else _BESIDE
    shown = thin(len(run.look_x), _FRAMES) or [-1]
    played = played and len(shown) > 1
    if not played:
        shown = shown[-1:]
    below = {} if played else {"b": 56}
    layout = {
        **base_layout(colours),
        **axes(colours, panels, _axes(run, stacked)),
        "margin": {"l": 44 if stacked else 10, "r": 14, "t": 30, **below},
        "annotations": [
            {**words, "align": "left"}
            for words in headings(panels, _headings(colours), colours.ink)
        ],
    }
    return stepped(
        _curves(run, colours),
        _looks(run, colours),
        [_moment(run, k) for k in shown],
        [_sentence(run, k) for k in shown] if played else [],
        layout,
        colours,
        narrow=stacked,
        played=played,
    )


def _sentence(run: Log, k: int) -> str:
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
    curves: list[tuple[int, Any, Any, str, float, str]] = [
        (2, run.x, run.loss, translucent(colours.muted, 0.4), 1, "solid"),
        (2, run.x, smooth(run.loss), colours.ink, 2, "solid"),
        (3, run.look_x, 100 * run.accuracy, colours.ink, 2, "solid"),
        (4, run.x, run.evals, forward, 2, "solid"),
        (4, run.x, run.adjoint_evals, backward, 2, "dash"),
        (5, run.x, run.residual, forward, 2, "solid"),
        (5, run.look_x, run.radius, colours.accent, 2, "dash"),
        (5, run.x, run.bound, translucent(colours.accent, 0.6), 2, "dot"),
    ]
    return [
        line(rounded(x, 3), significant(y, 3), colour, width, dash=dash, panel=panel,
             hover="epoch %{x:.2f}: %{y:.3g}")
        for panel, x, y, colour, width, dash in curves
    ]  # fmt: skip


def _looks(run: Log, colours: Palette) -> list[dict[str, Any]]:
    """How the moving traces look; what moves of them is in `_moment`."""
    digits = run.digits.tolist()
    places = {"color": [colours.digits[d] for d in digits], "size": 7, "opacity": 0.75}
    ends = (colours.ink, colours.ink, colours.solver("ode"), colours.accent)
    return [
        trace(mode="markers", marker=places, text=[str(d) for d in digits],
              hover="a digit kept apart: %{text}"),
        class_names({}, range(10), colours),
        *(dots(None, None, colour, 9, panel=panel) for panel, colour in enumerate(ends, 2)),
    ]  # fmt: skip


def _moment(run: Log, k: int) -> list[dict[str, Any]]:
    """What the moving traces show at the k-th look; -1 before there is any."""
    if k < 0:
        return [moved([], []) for _ in range(6)]
    cloud, at = run.clouds[k], run.look_x[k]
    middles = np.array([np.median(cloud[run.digits == d], axis=0) for d in range(10)])
    step = int(np.searchsorted(run.x, at - 1e-9))
    now = slice(step, step + 1)  # empty after the last step
    moving = [
        cloud.T,
        middles.T,
        (run.x[now], smooth(run.loss)[now]),
        ([at], [100 * run.accuracy[k]]),
        (run.x[now], run.evals[now]),
        ([at], [run.radius[k]]),
    ]
    return [moved(rounded(x, 2), rounded(y)) for x, y in moving]


def _axes(run: Log, stacked: bool) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """The options of each panel's axes."""
    reach = float(np.abs(run.clouds).max()) * 1.08 if run.clouds.size else 3.0
    plane = {"range": [-reach, reach], "showticklabels": False}
    epochs = {"range": [-0.02 * run.epochs, 1.03 * run.epochs], "nticks": 6}
    low = {**epochs, "title": "epoch"}  # with nothing below it
    log = {"type": "log", "exponentformat": "power", "dtick": 1, "nticks": 5}
    return [
        ({**plane, "title": "the plane in which the classes differ most"}, plane),
        (epochs, log),
        (epochs, {"nticks": 5, "range": [0, 102], "ticksuffix": " %"}),
        (epochs if stacked else low, {"nticks": 5, "rangemode": "tozero"}),
        (low, log),
    ]


def _headings(colours: Palette) -> tuple[str, ...]:
    forward, backward = colours.solver("ode"), colours.solver("anderson")
    return (
        "<b>200 equilibria z*</b> of digits it does not learn from",
        "<b>loss</b> (log scale)",
        "<b>named right</b>, of 300",
        f"<b>evaluations</b>: <span style='color:{forward}'>━ forward</span>, "
        f"<span style='color:{backward}'>╍ backward</span>",
        f"{coloured('━ residual', forward)}, {coloured('╍ spectral radius', colours.accent)},<br>"
        f"{coloured('┈ contraction constant', colours.accent)} (log)",
    )
