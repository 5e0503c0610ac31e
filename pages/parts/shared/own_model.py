"""A network of the visitor's own on the Draw page: trained in the lab, or brought as a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from deq.digits.classes import NO_DIGIT
from deq.figures.shared.cloud import Cloud
from deq.models import Classifier, WeightsError
from deq.models.weights import load_bytes
from pages.parts.shared import errors
from pages.parts.shared.engine import Engine
from pages.parts.shared.text import sentence

_KEY, _REFUSED = "own-model", "own-model-refused"
LARGEST = 8
"""Megabytes of an uploaded file; the largest that the lab can make has two."""
BRING = "Bring a file that **Weights (safetensors)** in the training lab has saved."
TRAIN = "Press **Start** to train it again."
DIGITS_ONLY = (
    "A network of the lab was shown digits only, and so calls most other drawings a digit, too."
)


@dataclass(frozen=True, eq=False)
class Own:
    """A network in place of the shipped one, for this visitor only."""

    model: Classifier
    cloud: Cloud
    origin: str  # where it comes from, a sentence in Markdown


def use(path: Path, origin: str) -> None:
    """Let the Draw page read with the network of a run. Raises `WeightsError`, which says why."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WeightsError("The network of this run is no longer on the server.", TRAIN) from error
    _use(content, "of this run", TRAIN, origin)


def _use(content: bytes, name: str, advice: str, origin: str) -> None:
    model = load_bytes(content, name, advice)
    if not len(model.cloud_points):
        raise WeightsError(
            f"The weights {name} have no known digits to draw the state among.", advice
        )
    st.session_state[_KEY] = Own(model, Cloud.of(model.cloud_points, model.cloud_labels), origin)


def drop() -> None:
    """Callback: back to the shipped network."""
    st.session_state.pop(_KEY, None)


def machine(shipped: Engine) -> Engine:
    """The engine with the visitor's network, or the shipped one."""
    own: Own | None = st.session_state.get(_KEY)
    return shipped if own is None else Engine(own.model, own.cloud, shipped.pool)


def notice() -> None:
    """Says that another network reads than the shipped one, with a way back."""
    own: Own | None = st.session_state.get(_KEY)
    if own is None:
        return
    with st.container(key="own-model", horizontal=True, vertical_alignment="center", gap="small"):
        st.badge("Your own network reads", icon=":material/model_training:", color="blue")
        st.caption(own.origin, width="content")
        if own.model.readout.out_features == NO_DIGIT:
            st.caption(DIGITS_ONLY, width="content")
        st.button(
            "Back to the shipped one",
            icon=":material/undo:",
            on_click=errors.callback(drop),
            key="drop-model",
        )


def bring(leave: Callable[[], None]) -> None:
    """An uploader for weights, and what became of the last file.

    ``leave`` is the callback of the button that goes to the Draw page.
    """
    st.file_uploader(
        "Bring weights along (.safetensors)",
        type="safetensors",
        max_upload_size=LARGEST,
        key="bring",
        on_change=errors.callback(_taken),
        help="A file from this lab, perhaps somebody else's. It is checked before it is used, and "
        "only you draw with it.",
    )
    if problem := st.session_state.get(_REFUSED):
        st.warning(problem, icon=errors.ICON)
    elif st.session_state.get("bring") is not None and _KEY in st.session_state:
        st.success("The network is yours to draw with.", icon=":material/check:")
        st.button(
            "Draw with it",
            icon=":material/draw:",
            key="draw-brought",
            on_click=errors.callback(leave),
        )


def _taken() -> None:
    """Callback of the uploader: check the file."""
    st.session_state.pop(_REFUSED, None)
    file = st.session_state.get("bring")
    if file is None:
        return
    try:
        origin = sentence("from the file {name}", name=file.name)
        _use(file.getvalue(), file.name, BRING, origin)
    except WeightsError as error:
        st.session_state[_REFUSED] = errors.in_words_of(error)
