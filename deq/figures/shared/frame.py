"""What all figures share: transparent background, fonts, quiet axes, and plain numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from deq.figures.shared.palette import FONT, Palette

# Plotly only renders the modebar's buttons it is told to keep; these do nothing useful here.
UNUSED_BUTTONS = ("select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d")


class Course(Protocol):
    """What `deq.Trajectory` offers; figures do not import torch."""

    @property
    def t(self) -> Any:
        """Solver time (T,)."""

    @property
    def z(self) -> Any:
        """States (T, B, …)."""

    @property
    def residual(self) -> Any:
        """Residuals (T, B)."""


def build(data: Iterable[Mapping[str, Any]], layout: Mapping[str, Any]) -> go.Figure:
    """A figure from plain dictionaries, without Plotly's validation; with frames, it is a `Film`.

    Validation costs up to 25 ms a figure, which a class of thirty that draws at once would wait
    for. The tests build every figure again with it, so a misspelt property is found there.
    """
    return go.Figure({"data": list(data), "layout": dict(layout)}, _validate=False)


def base_layout(colours: Palette) -> dict[str, Any]:
    """The layout every figure starts from.

    A template of our own: Plotly's default one depends on what ran before in the process.
    """
    return {
        "template": {"layout": {}},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 14, "color": colours.ink},
        "showlegend": False,
        "hoverlabel": {
            "bgcolor": colours.panel,
            "bordercolor": colours.grid,
            "font": {"family": FONT, "size": 14, "color": colours.ink},
        },
        "modebar": {
            "bgcolor": "rgba(0,0,0,0)",
            "color": colours.muted,
            "activecolor": colours.ink,
            "remove": list(UNUSED_BUTTONS),
        },
    }


def axis(colours: Palette, **more: Any) -> dict[str, Any]:
    """A quiet axis: thin grid, muted ticks, no zero line."""
    title = more.pop("title", None)
    return {
        "showgrid": True,
        "gridcolor": colours.grid,
        "zeroline": False,
        "automargin": True,
        "linecolor": colours.grid,
        "tickfont": {"size": 12, "color": colours.muted},
        **(
            {"title": {"text": title, "font": {"size": 13, "color": colours.muted}, "standoff": 6}}
            if title
            else {}
        ),
        **more,
    }


def note(
    x: float,
    y: float,
    text: str,
    colour: str,
    *,
    size: int = 17,
    xshift: float = 0,
    yshift: float = 0,
    **more: Any,
) -> dict[str, Any]:
    """A label written into the figure, beside the thing it names."""
    return {
        "x": x,
        "y": y,
        "text": text,
        "showarrow": False,
        "xshift": xshift,
        "yshift": yshift,
        "font": {"size": size, "color": colour},
        **more,
    }


def plain(values: npt.ArrayLike, digits: int = 4) -> list[Any]:
    """Rounded Python numbers: half the bytes of an array in the page's JSON.

    Parameters
    ----------
    values : array
        Any shape; NaN and infinities become None, which Plotly leaves out.
    digits : int
        Decimals kept.

    Examples
    --------
    >>> plain([0.123456, float("nan"), 2.0], 3)
    [0.123, None, 2.0]
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim > 1:
        return [plain(row, digits) for row in array]
    return [round(value, digits) if np.isfinite(value) else None for value in array.tolist()]
