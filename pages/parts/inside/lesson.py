"""Looks inside one equilibrium, each computed once for all visitors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from deq import inside
from deq.inside import Scene
from pages.parts.pad.subject import image_of
from pages.parts.shared.engine import engine

SECTIONS = ("eigenvalues", "kick", "channels", "depth", "starts", "smudge", "sensitivity")


@dataclass(frozen=True)
class Look:
    """What is looked at."""

    section: str  # one of `SECTIONS`
    picture: bytes  # `Subject.key`
    gain: float  # γ of `deq.inside.Scene`
    options: tuple[tuple[str, Any], ...] = ()  # other arguments of the section's function


@dataclass(frozen=True, eq=False)
class Result:
    """A scene, and what the section found in it."""

    scene: Scene
    values: Any


@st.cache_resource(max_entries=64, show_spinner=False)
def result(look: Look) -> Result:
    """Compute it on the thread that has the network."""
    return engine().pool.submit(_compute, look).result()


def _compute(look: Look) -> Result:
    scene = Scene.of(engine().model, image_of(look.picture), look.gain)
    functions = {
        "eigenvalues": inside.spectrum,
        "kick": inside.kick,
        "channels": inside.flow,
        "depth": inside.depth,
        "starts": inside.starts,
        "smudge": inside.smudge,
        "sensitivity": inside.sensitivity,
    }
    values: Any = functions[look.section](scene, **dict(look.options))  # type: ignore[operator]
    _ = scene.z  # solved on this thread, since pages read it on theirs
    return Result(scene, values)
