"""Buttons, slider and sentence of an animated figure, readable in both themes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from deq.figures.shared.palette import Palette

# A slider cannot show more states apart.
MOST_FRAMES = 60
# Milliseconds a frame. A machine without GPU shows about 20 frames a second at most.
_FAST, _SLOW = 45, 180
# With step buttons: milliseconds of a whole short animation, and of one of its frames at most.
_WHOLE, _SLOWEST = 1600, 300
# Browsers draw every 17 ms, so a frame that asks for 20 gets 33. Long animations ask for less than
# 17 and are shown as fast as the machine can, 30 to 60 frames a second.
_LONG, _QUICKEST = 48, 16
_SLOWER = 4
_FOREVER = 3_600_000
# The sentence has axes of its own over the whole figure, so that no zoom moves it.
_AXIS = "9"
# This many empty lines put it between buttons and slider.
_EMPTY_LINES = {False: 3, True: 6}


def slider_controls(
    names: Sequence[str],
    stops: Sequence[str],
    labels: Sequence[str],
    colours: Palette,
    *,
    redraw: bool,
) -> dict[str, Any]:
    """The layout of a figure with three buttons: play, slowly, pause.

    `names` are all frames in the order in which they are played; the slider has the `stops` among
    them, with a label each.
    """
    buttons = [
        _button("▶ Play", _play(names, _FAST, redraw=redraw, fromcurrent=True)),
        _button("▶ ¼×", _play(names, _SLOW, redraw=redraw, fromcurrent=True)),
        _button("❚❚", _show(None, redraw=redraw)),
    ]
    return _controls(buttons, stops, labels, colours, redraw=redraw)


def step_controls(names: Sequence[str], colours: Palette, *, narrow: bool) -> dict[str, Any]:
    """The layout of a figure with five buttons: play, slowly, pause, step, begin again.

    Plotly has no "next frame", but it can play on from the present frame: with a pause of an hour
    behind each frame, that is one step. It only finds the present frame from the second place of
    its list on, and shows the first place when it does not find it. So the list begins with another
    frame, "start", that looks like the first, and a second list has the two the other way round;
    Plotly takes the lists in turn as long as the same button is pressed.

    On a `narrow` screen the slider and the sentence stand below the buttons instead of beside them.
    """
    brief = _QUICKEST if len(names) >= _LONG else min(_WHOLE // max(len(names), 1), _SLOWEST)
    first, *rest = names
    step = _play(["start", first, *rest], _FOREVER, fromcurrent=True)
    again = _play([first, "start", *rest], _FOREVER, fromcurrent=True)
    buttons = [
        _button("▶ Play", _play(names, brief, fromcurrent=True)),
        _button(f"▶ 1/{_SLOWER}", _play(names, _SLOWER * brief, fromcurrent=True)),
        _button("❚❚", _show(None)),
        _button("Step", step) | {"args2": again},
        _button("Reset", _play([first], 0, fromcurrent=False)),
    ]
    stops = ["start", *names]
    layout = _controls(buttons, stops, (), colours, tops=(52, 124 if narrow else 90))
    layout["meta"]["first"] = 1  # of the slider's stops; "start" looks like it
    hidden = {"domain": [0, 1], "range": [0, 1], "fixedrange": True, "visible": False}
    layout[f"xaxis{_AXIS}"] = {**hidden, "anchor": f"y{_AXIS}"}
    layout[f"yaxis{_AXIS}"] = {**hidden, "anchor": f"x{_AXIS}"}
    return layout


def sentence(text: str, *, narrow: bool, colours: Palette | None = None) -> dict[str, Any]:
    """The text below a figure with step buttons, as a trace that every frame changes.

    With `colours` it is the look of that trace, without it what a frame changes in it. Plotly's
    slider can show a text a step, but it measures all of them each time that the figure is drawn:
    90 ms for eighty texts.
    """
    if colours is None:
        return {"type": "scatter", "text": ["<br>" * _EMPTY_LINES[narrow] + text]}
    return {
        "type": "scatter",
        "name": "caption",
        "mode": "text",
        "x": [0 if narrow else 1],
        "y": [0],
        "xaxis": f"x{_AXIS}",
        "yaxis": f"y{_AXIS}",
        "textposition": "bottom right" if narrow else "bottom left",
        "textfont": {"size": 13 if narrow else 14, "color": colours.ink},
        "cliponaxis": False,
        "hoverinfo": "skip",
    }


def thin(count: int, most: int = MOST_FRAMES) -> list[int]:
    """Which of `count` states get a frame: at most so many, with the first and the last.

    Examples
    --------
    >>> thin(3), thin(9, most=3)
    ([0, 1, 2], [0, 4, 8])
    """
    if count <= most:
        return list(range(count))
    return [int(k) for k in np.unique(np.linspace(0, count - 1, most).round())]


def _button(label: str, args: list[Any]) -> dict[str, Any]:
    return {"label": label, "method": "animate", "args": args}


def _play(names: Sequence[str], duration: int, *, redraw: bool = False, **more: Any) -> list[Any]:
    """What makes Plotly show frames one after the other, each for so many milliseconds."""
    timing = {"frame": {"duration": duration, "redraw": redraw}, "transition": {"duration": 0}}
    return [list(names), {**timing, "mode": "immediate", **more}]


def _show(name: str | None, *, redraw: bool = False) -> list[Any]:
    """What makes Plotly show one frame; for None, stay where it is."""
    return [[name], {"mode": "immediate", "frame": {"duration": 0, "redraw": redraw}}]


def _controls(
    buttons: list[dict[str, Any]],
    stops: Sequence[str],
    labels: Sequence[str],
    colours: Palette,
    *,
    redraw: bool = False,
    tops: tuple[int, int] = (40, 46),
) -> dict[str, Any]:
    """Buttons and slider; without every colour, the dark theme's buttons are white on white."""
    place = {"x": 0, "xanchor": "left", "y": 0, "yanchor": "top", "bordercolor": colours.muted}
    menu = {
        **place,
        "type": "buttons",
        "direction": "right",
        "showactive": False,
        "pad": {"t": tops[0], "l": 0},
        "bgcolor": colours.panel,
        "font": {"size": 13, "color": colours.ink},
        "buttons": buttons,
    }
    slider = {
        **place,
        "active": len(stops) - 1,
        "len": 1,
        "pad": {"t": tops[1], "b": 0},
        "bgcolor": colours.panel,
        "activebgcolor": colours.accent,
        "ticklen": 0,
        "minorticklen": 0,
        "tickcolor": colours.muted,
        "font": {"size": 1, "color": "rgba(0,0,0,0)"},
        "currentvalue": {
            "visible": bool(labels),
            "prefix": "",
            "xanchor": "right",
            "offset": 14,
            "font": {"size": 14, "color": colours.ink},
        },
        "steps": [
            _button(label, _show(name, redraw=redraw))
            for name, label in zip(stops, labels or [""] * len(stops), strict=True)
        ],
    }
    return {"updatemenus": [menu], "sliders": [slider], "meta": {"first": 0, "last": stops[-1]}}
