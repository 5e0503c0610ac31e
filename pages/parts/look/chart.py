"""How a figure is put on a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import plotly.graph_objects as go
import streamlit as st

from deq.figures import palette
from deq.figures.shared.enlarge import enlarged
from deq.figures.shared.plain import PlainFigure
from pages.parts.look import player_keys, teacher
from pages.parts.shared import pace

Fit = Literal["", "hero", "beside", "half", "small"]
"""How high a figure is where the window is wide: as given; what the window leaves it; as high as
such a one beside it, below a heading; half of that; one of three small ones (style.py)."""


def chart(
    figure: go.Figure, name: str, height: int, alt: str, *, camera: bool = True, fit: Fit = ""
) -> None:
    """Show a figure under the key ``<name>-chart``.

    `name` is also the saved picture's file name, `height` is in pixels, `alt` says what the figure
    shows to people who cannot see it, `camera` offers the buttons on hover.
    """
    if fit:
        with st.container(key=f"fit-{fit}-{name}"):
            chart(figure, name, height, alt, camera=camera)
        return
    if teacher.large() and not player_keys.narrow():  # a phone is read from near
        figure, height = enlarged(figure), int(1.15 * height)
    pace.give_way()
    whole = figure.to_dict()
    # Figures are transparent; a saved picture needs a background.
    layout = {**whole["layout"], "paper_bgcolor": palette(st.context.theme.type).page}
    st.plotly_chart(
        PlainFigure(whole["data"], layout, whole["frames"]),
        height=height,
        theme=None,  # the colours are our own; Streamlit's would replace them
        config={
            "displaylogo": False,
            "displayModeBar": "hover" if camera else False,
            "scrollZoom": False,  # scrolling the page must not zoom a figure
            "toImageButtonOptions": {"format": "png", "scale": 2, "filename": name},
        },
        key=f"{name}-chart",
        alt=alt,
    )


@dataclass(frozen=True)
class Panel:
    """A figure in a container of its own."""

    figure: go.Figure
    key: str  # of the container
    height: int
    alt: str
    caption: str = ""  # Markdown, as is the heading
    heading: str = ""
    name: str = ""  # of the chart, if not the key
    camera: bool = True
    fit: Fit = ""

    def show(self, place: Any = st) -> None:
        """Show it in a container or column."""
        name = self.name or self.key
        with place.container(key=self.key, gap="xsmall"):
            if self.heading:
                st.header(self.heading, anchor=False)
            chart(self.figure, name, self.height, self.alt, camera=self.camera, fit=self.fit)
            if self.caption:
                st.caption(self.caption)
