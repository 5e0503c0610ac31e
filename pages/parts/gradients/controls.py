"""Which layer is measured: the table of the page Gradients."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import streamlit as st

from deq.diagnostics.gradients import Setting
from pages.parts.shared.settings import current, random_seed, said, setting, show
from pages.parts.shared.widgets import Slider

USUAL = Setting()


@dataclass(frozen=True)
class Settings:
    """Every control of the page."""

    gain: float = setting(
        Slider(
            "Gain γ of the layer",
            USUAL.gain,
            0.1,
            1.2,
            0.01,
            help="The layer is z\\* = tanh(γ Q z\\* + x) with a rotation Q. Below 1 it is a "
            "contraction: f brings any two states closer, at least by the factor γ.",
        )
    )
    width: int = setting(
        Slider("Width", USUAL.width, 8, 256, 8, help="How many numbers a state z has.")
    )
    batch: int = setting(
        Slider("Samples", USUAL.batch, 1, 128, 1, help="How many inputs x at once.")
    )
    seed: int = random_seed("Seed", USUAL.seed)


def controls() -> Setting:
    """Show them; the layer that is measured."""
    said()
    show(Settings, "gain")
    with st.expander("More"):
        for key in ("width", "batch", "seed"):
            show(Settings, key)
    return Setting(**asdict(current(Settings)))
