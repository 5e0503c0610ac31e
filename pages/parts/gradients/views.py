"""What the page Gradients shows of its measurement. Reads results; computes nothing."""

from __future__ import annotations

import streamlit as st

from deq.diagnostics.gradients import Measurement
from deq.figures.gradients.comparison import gradients_over_depth
from pages.parts.gradients import words
from pages.parts.look import downloads, hero, player_keys
from pages.parts.look.chart import Panel


def results(measured: list[Measurement]) -> None:
    """The three panels, and what to take away from them."""
    theme, narrow = st.context.theme.type, player_keys.narrow()
    verdict = words.verdict(measured)
    hero.verdict(verdict)
    figure = gradients_over_depth(measured, stacked=narrow, theme=theme)
    alt = words.alt(measured)
    height = 1000 if narrow else 460
    Panel(figure, "gradients-error", height, alt, name="gradients", fit="hero").show()
    player_keys.attach("gradients-error", f"{verdict} {theme}")
    st.caption(words.LOOK)
    downloads.both(
        "Numbers (CSV)",
        lambda: words.table(measured),
        "gradients",
        figure,
        "Gradients compared",
        verdict,
    )
