"""Figures with frames: what each frame shows, in one payload with the still picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from deq.figures.shared.controls import sentence, slider_controls, step_controls
from deq.figures.shared.palette import Palette
from deq.figures.shared.plain import PlainFigure

Traces = Sequence[Mapping[str, Any]]


def stepped(
    still: Traces,
    looks: Traces,
    moments: Sequence[Traces],
    sentences: Sequence[str],
    layout: Mapping[str, Any],
    colours: Palette,
    *,
    names: Sequence[str] = (),
    narrow: bool = False,
    played: bool = True,
) -> PlainFigure:
    """A figure played step by step, with a sentence for each frame below it.

    Parameters
    ----------
    still : traces
        What does not move.
    looks : traces
        How each moving trace looks. The still picture has the data of the last moment, except for
        what the look gives itself.
    moments : sequence of traces
        For each frame what changes in each moving trace.
    sentences : sequence of str
        One a frame.
    layout : dict
        The margin at the bottom, the controls and the sentence's axes are added to it.
    colours : Palette
        The theme's.
    names : sequence of str
        The frames'; 0, 1, … if none are given.
    narrow : bool
        For narrow screens: sentence and slider below the buttons.
    played : bool
        If not, only the still picture, without the sentence.

    Returns
    -------
    PlainFigure
        The last traces move; the very last one is the sentence.
    """
    if not played:
        return PlainFigure([*still, *_shown(looks, moments[-1])], layout, [])
    names = names or [str(k) for k in range(len(moments))]
    looks = [*looks, sentence("", narrow=narrow, colours=colours)]
    moments = [
        [*moment, sentence(text, narrow=narrow)]
        for moment, text in zip(moments, sentences, strict=True)
    ]
    moving = list(range(len(still), len(still) + len(looks)))
    frames = [
        {"name": name, "traces": moving, "data": moment}
        for name, moment in zip(names, moments, strict=True)
    ]
    frames.append({**frames[0], "name": "start"})  # see step_controls
    margin = {"b": 142 if narrow else 108, **layout["margin"]}
    controls = step_controls(names, colours, narrow=narrow)
    return PlainFigure(
        [*still, *_shown(looks, moments[-1])], {**layout, **controls, "margin": margin}, frames
    )


def scrubbed(
    still: Traces,
    looks: Traces,
    moments: Sequence[Traces],
    labels: Sequence[str],
    layout: Mapping[str, Any],
    colours: Palette,
    *,
    shown: int = -1,
    redraw: bool = False,
) -> PlainFigure:
    """A figure played by few buttons, and by a slider with a label for each frame.

    Parameters
    ----------
    still, looks, moments, layout, colours
        As for `stepped`.
    labels : sequence of str
        One a frame, above the slider.
    shown : int
        The moment that the still picture shows.
    redraw : bool
        All but flat lines and dots must be drawn anew for each frame.
    """
    names = [str(k) for k in range(len(moments))]
    moving = list(range(len(still), len(still) + len(looks)))
    frames = [
        {"name": name, "traces": moving, "data": moment}
        for name, moment in zip(names, moments, strict=True)
    ]
    controls = slider_controls(names, names, labels, colours, redraw=redraw)
    controls["sliders"][0]["active"] = shown % len(names)
    return PlainFigure([*still, *_shown(looks, moments[shown])], {**layout, **controls}, frames)


def _shown(looks: Traces, moment: Traces) -> list[dict[str, Any]]:
    return [{**now, **look} for look, now in zip(looks, moment, strict=True)]
