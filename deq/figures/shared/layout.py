"""What all figures share: transparent background, fonts, quiet axes, labels, panels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from deq.figures.shared.palette import FONT, Palette
from deq.figures.shared.plain import PlainFigure

# These buttons of Plotly's do nothing useful here.
_UNUSED = ("select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d")
Panel = tuple[float, float, float, float]
"""A part of a figure, from 0 to 1: x from, x to, y from, y to."""
WHOLE: Panel = (0, 1, 0, 1)


def build(data: Iterable[Mapping[str, Any]], layout: Mapping[str, Any]) -> PlainFigure:
    """A figure without frames, from plain dictionaries, without Plotly's validation.

    Validation costs up to 25 ms a figure. The tests build every figure again with validation, so
    they find a misspelt property.
    """
    return PlainFigure(data, layout)


def base_layout(colours: Palette) -> dict[str, Any]:
    """The layout that every figure starts from.

    The template is empty because Plotly's default one depends on what ran before in the process.
    """
    font = {"family": FONT, "size": 14, "color": colours.ink}
    return {
        "template": {"layout": {}},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": font,
        "showlegend": False,
        "hoverlabel": {"bgcolor": colours.panel, "bordercolor": colours.grid, "font": font},
        "modebar": {
            "bgcolor": "rgba(0,0,0,0)",
            "color": colours.muted,
            "activecolor": colours.ink,
            "remove": list(_UNUSED),
        },
    }


def axis(colours: Palette, *, title: str = "", **more: Any) -> dict[str, Any]:
    """A quiet axis: thin grid, muted ticks, no zero line. One that is not visible needs no look."""
    if not more.get("visible", True):
        return more
    quiet: dict[str, Any] = {
        "showgrid": True,
        "gridcolor": colours.grid,
        "zeroline": False,
        "automargin": True,
        "linecolor": colours.grid,
        "tickfont": {"size": 12, "color": colours.muted},
    }
    if title:
        font = {"size": 13, "color": colours.muted}
        quiet["title"] = {"text": title, "font": font, "standoff": 6}
    return quiet | more


def axes(
    colours: Palette,
    panels: Sequence[Panel],
    options: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]],
) -> dict[str, Any]:
    """The axes of several panels, with options for each panel's x and y.

    Margins are fixed: to fit them to the labels would double the time of drawing.
    """
    layout = {}
    for panel, (x, y), k in zip(panels, options, ["", *"23456"], strict=False):
        for name, other, domain, more in (("x", "y", panel[:2], x), ("y", "x", panel[2:], y)):
            shared = {"domain": list(domain), "anchor": f"{other}{k}", "automargin": False}
            chosen: dict[str, Any] = {**shared, **more}
            layout[f"{name}axis{k}"] = axis(colours, **chosen)
    return layout


def note(
    x: float,
    y: float,
    text: str,
    colour: str,
    *,
    size: int = 17,
    halo: str = "",
    xshift: float = 0,
    yshift: float = 0,
    **more: Any,
) -> dict[str, Any]:
    """A label inside the figure, beside the thing that it names.

    `halo` is the page's colour: drawn around the letters, it sets them apart from lines and points.
    """
    font = {"size": size, "color": colour, **({"shadow": glow(halo)} if halo else {})}
    shift = {"xshift": xshift, "yshift": yshift}
    return {"x": x, "y": y, "text": text, "showarrow": False, **shift, "font": font, **more}


def glow(page: str) -> str:
    """The CSS shadow of a halo around letters, in the page's colour."""
    return ", ".join([f"0 0 3px {page}"] * 4)


def heading(
    x: float, y: float, text: str, colour: str, *, size: int = 13, yshift: float = 4, **more: Any
) -> dict[str, Any]:
    """A line of text above the corner (x, y) of a panel."""
    place: dict[str, Any] = {"xanchor": "left", "yanchor": "bottom", **more}
    return note(x, y, text, colour, size=size, yshift=yshift, xref="paper", yref="paper", **place)


def headings(
    panels: Sequence[Panel], words: Sequence[str], colour: str, *, yshift: float = 4
) -> list[dict[str, Any]]:
    """A heading above the left end of each panel."""
    return [
        heading(panel[0], panel[3], text, colour, yshift=yshift)
        for panel, text in zip(panels, words, strict=True)
    ]


def coloured(text: str, colour: str) -> str:
    """Bold text in a colour, for headings that are also legends."""
    return f"<span style='color:{colour}'><b>{text}</b></span>"


def upright(x: float, colour: str, *, yref: str = "paper") -> dict[str, Any]:
    """A vertical line through the whole panel, as a layout shape."""
    style = {"color": colour, "width": 1.5, "dash": "dot"}
    return {"type": "line", "yref": yref, "x0": x, "x1": x, "y0": 0, "y1": 1, "line": style}


def band(
    x0: float, x1: float, colour: str, *, y: Sequence[float] = (0, 1), yref: str, **more: Any
) -> dict[str, Any]:
    """A rectangle behind the traces, as a layout shape."""
    return {"type": "rect", "x0": x0, "x1": x1, "y0": y[0], "y1": y[1], "yref": yref,
            "layer": "below", "line": {"width": 0}, "fillcolor": colour, **more}  # fmt: skip


def minus(text: str) -> str:
    """The text with typographic minus signs."""
    return text.replace("-", "−")
