"""One way to put a figure on a page."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from deq.figures import palette


def chart(
    figure: go.Figure, name: str, *, height: int, alt: str, theme: str | None, camera: bool = True
) -> None:
    """Show a figure under the key ``<name>-chart``.

    Parameters
    ----------
    figure : Figure
        Transparent; it gets the page's colour, so that a saved picture has a background.
    name : str
        Also the saved picture's file name.
    height : int
        Pixels.
    alt : str
        What it shows, for people who cannot see it.
    theme : {"light", "dark"}
        The page's.
    camera : bool
        Offer the buttons on hover, among them the camera: a PNG made in the browser.
    """
    figure.layout.paper_bgcolor = palette(theme).page
    st.plotly_chart(
        figure,
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
