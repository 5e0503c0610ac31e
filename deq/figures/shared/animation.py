"""Figures with frames: what each frame shows, in one payload with the still picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from deq.figures.shared.controls import sentence, slider_controls, step_controls
from deq.figures.shared.palette import Palette

Traces = Sequence[Mapping[str, Any]]


class AnimatedFigure(go.Figure):  # type: ignore[misc]  # plotly comes without types
    """A Plotly figure whose frames stay plain dictionaries until they are asked for.

    Plotly needs half a millisecond to make an object of each trace of each frame: 50 ms for a path
    of forty steps, each time that a visitor moves a slider.

    Parameters
    ----------
    data, layout, frames
        As plain dictionaries, which are not validated; see `deq.figures.shared.layout.build`.

    Examples
    --------
    >>> frame = {"name": "0", "traces": [0], "data": []}
    >>> figure = AnimatedFigure([{"type": "scatter", "y": [1]}], {}, [frame])
    >>> figure.to_dict()["frames"], figure.frames[0].name
    ([{'name': '0', 'traces': [0], 'data': []}], '0')
    """

    def __init__(
        self, data: Traces, layout: Mapping[str, Any], frames: Iterable[Mapping[str, Any]]
    ) -> None:
        super().__init__({"data": list(data), "layout": dict(layout)}, _validate=False)
        self._plain_frames = list(frames)

    @property
    def frames(self) -> tuple[go.Frame, ...]:
        """The frames as Plotly's objects."""
        return tuple(go.Frame(frame) for frame in self._plain_frames)

    def to_dict(self) -> dict[str, Any]:
        """The whole figure as plain dictionaries and lists."""
        return {**super().to_dict(), "frames": self._plain_frames}


def has_frames(figure: go.Figure) -> bool:
    """Whether a figure can be played."""
    animated = isinstance(figure, AnimatedFigure)
    return bool(figure._plain_frames if animated else figure.frames)


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
) -> AnimatedFigure:
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
    AnimatedFigure
        The last traces move; the very last one is the sentence.
    """
    if not played:
        return AnimatedFigure([*still, *_shown(looks, moments[-1])], layout, [])
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
    return AnimatedFigure(
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
) -> AnimatedFigure:
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
    return AnimatedFigure([*still, *_shown(looks, moments[shown])], {**layout, **controls}, frames)


def _shown(looks: Traces, moment: Traces) -> list[dict[str, Any]]:
    return [{**now, **look} for look, now in zip(looks, moment, strict=True)]
