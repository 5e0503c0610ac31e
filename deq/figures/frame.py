"""What all figures share: transparent background, fonts, quiet axes, and plain numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from deq.figures.palette import FONT, Palette

# Plotly only renders the modebar's buttons it is told to keep; these do nothing useful here.
UNUSED_BUTTONS = ("select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d")


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
        "linecolor": colours.grid,
        "tickfont": {"size": 12, "color": colours.muted},
        **(
            {"title": {"text": title, "font": {"size": 13, "color": colours.muted}}}
            if title
            else {}
        ),
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
