"""How sure the network is of each digit and, where it can say so, that it is none."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from deq.digits.classes import NO_DIGIT
from deq.figures.shared.classes import class_looks
from deq.figures.shared.layout import axis, base_layout, build
from deq.figures.shared.palette import palette, translucent
from deq.figures.shared.traces import rounded


def probability_bars(
    probabilities: npt.ArrayLike, *, chosen: int | None = None, theme: str | None = "light"
) -> go.Figure:
    """One horizontal bar a class, labelled with its name and its share in per cent.

    Parameters
    ----------
    probabilities : array (10,) or (11,)
        Of the ten digits, and of "no digit". Zeros draw the empty scale.
    chosen : int, optional
        This class's bar is drawn in full colour, the others are paler.
    theme : {"light", "dark"}
        Which colours to use.
    """
    colours = palette(theme)
    shares = np.asarray(probabilities, dtype=np.float64)  # (10,) or (11,)
    classes = class_looks(len(shares), colours)
    names = [one.name for one in classes]
    bars = {
        "type": "bar",
        "x": rounded(100 * shares, 2),
        "y": names,
        "orientation": "h",
        "marker": {
            "color": [
                one.colour if k == chosen else translucent(one.colour, 0.55)
                for k, one in enumerate(classes)
            ]
        },
        "text": [percent(share) for share in shares],
        "textposition": "outside",
        "textfont": {
            "size": 13,
            "color": [colours.ink if share >= 0.01 else colours.muted for share in shares],
        },
        "cliponaxis": False,
        "hovertemplate": "%{y}: %{x:.2f} %<extra></extra>",
    }
    layout = {
        **base_layout(colours),
        "bargap": 0.28,
        "margin": {"l": 62 if len(shares) > NO_DIGIT else 22, "r": 60, "t": 4, "b": 4},
        "xaxis": axis(colours, range=[0, 100], visible=False),
        "yaxis": axis(
            colours,
            autorange="reversed",
            type="category",
            showgrid=False,
            tickmode="array",
            tickvals=names,
            tickfont={"size": 15, "color": colours.ink},
        ),
    }
    return build([bars], layout)


def percent(share: float) -> str:
    """A probability for people.

    Examples
    --------
    >>> percent(0.987), percent(0.0004), percent(0.0), percent(0.99999)
    ('98.7 %', '< 0.1 %', '', '> 99.9 %')
    """
    if share <= 0:
        return ""
    if share < 0.001:
        return "< 0.1 %"
    if share > 0.9995:
        return "> 99.9 %"
    return f"{100 * share:.1f} %"
