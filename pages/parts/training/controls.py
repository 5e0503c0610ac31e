"""What to train, on what, and how: widgets whose values live in the URL."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from deq.digits.mnist import mnist_found
from deq.training.lab.config import GRADIENTS, MODELS, SIZES, SOLVERS, WIDEST, LabConfig
from pages.parts.draw.controls import TOLERANCES

USUAL = LabConfig()
LARGEST_SEED = 9999
FIELDS = (
    "model",
    "data",
    "epochs",
    "contained",
    "contraction",
    "width",
    "batch",
    "rate",
    "solver",
    "tol",
    "gradient",
    "penalty",
    "vary",
    "seed",
)
"""Widgets, called like the fields of the configuration that they set."""
GRADIENT_HELP = (
    "**implicit**: exact, from one linear solve at the equilibrium. **phantom**: three tracked "
    "steps from there. **unrolled**: through all steps of the solver, and it stores them all."
)
MISSING = (
    "MNIST is not on this machine. **Download MNIST** fetches its four files, 11 MB, from a public "
    "mirror; until then train on the 4,000 digits that come with the app."
)


def apply(settings: Mapping[str, object]) -> None:
    """Callback of the "what to try" buttons: set these widgets, the others to their defaults."""
    for name in FIELDS:
        st.session_state[name] = settings.get(name, _shown(name))


def _shown(name: str) -> object:
    """The usual value of a widget."""
    value = getattr(USUAL, name)
    return _tolerance(value) if name == "tol" else value


def _tolerance(value: float) -> str:
    return min(TOLERANCES, key=lambda text: abs(float(text) - value))


def controls() -> LabConfig | str:
    """Show them; the configuration, or a sentence about what is wrong with it."""
    st.segmented_control(
        "Network",
        MODELS,
        default=USUAL.model,
        required=True,
        key="model",
        bind="query-params",
        help="**article**: 784 → 100 → equilibrium of [100 → 500, tanh, → 100] → 10, with 180,110 "
        "numbers to learn. **convolutional**: the kind that ships, at a width of your choice.",
    )
    st.segmented_control(
        "Learn from",
        tuple(SIZES),
        default=USUAL.data,
        required=True,
        key="data",
        help="**subset**: 4,000 of the 5,000 digits that come with the app; the others are kept "
        "apart. **mnist**: all 60,000, with its 10,000 test digits kept apart.",
        bind="query-params",
    )
    st.number_input("Epochs", value=USUAL.epochs, step=1, key="epochs", bind="query-params")
    st.toggle(
        "Keep it a contraction",
        USUAL.contained,
        key="contained",
        bind="query-params",
        help="After each step the weights are scaled so that the cell's contraction constant is at "
        "most κ. Then every digit has exactly one equilibrium.",
    )
    with st.expander("More"):
        _more()
    values = {name: st.session_state[name] for name in FIELDS}
    values["tol"] = float(values["tol"])
    missing = [name for name, value in values.items() if value is None]
    if missing:
        return f"{missing[0]} needs a number."
    if values["data"] == "mnist" and not mnist_found():
        return MISSING
    try:
        return LabConfig.of(values)
    except (TypeError, ValueError) as error:
        return f"{str(error)[0].upper()}{str(error)[1:]}"


def _more() -> None:
    """The controls that few need."""
    st.slider(
        "Contraction constant κ",
        0.1,
        0.99,
        USUAL.contraction,
        0.01,
        key="contraction",
        bind="query-params",
    )
    st.slider(
        "Width of the convolutional one",
        4,
        WIDEST,
        USUAL.width,
        4,
        key="width",
        bind="query-params",
    )
    st.number_input("Digits a step", value=USUAL.batch, step=16, key="batch", bind="query-params")
    st.number_input(
        "Learning rate",
        value=USUAL.rate,
        step=1e-3,
        format="%.4g",
        key="rate",
        bind="query-params",
    )
    st.selectbox("Solver", list(SOLVERS), key="solver", bind="query-params")
    st.select_slider(
        "Tolerance", TOLERANCES, value=_tolerance(USUAL.tol), key="tol", bind="query-params"
    )
    st.selectbox(
        "Gradient", list(GRADIENTS), key="gradient", help=GRADIENT_HELP, bind="query-params"
    )
    st.number_input(
        "Jacobian penalty",
        value=USUAL.penalty,
        step=0.1,
        format="%.4g",
        key="penalty",
        bind="query-params",
        help="Weight of ‖∂f/∂z‖² in the loss: a pull towards contraction, where the switch above "
        "is a limit.",
    )
    st.toggle(
        "Vary the digits",
        USUAL.vary,
        key="vary",
        bind="query-params",
        help="Turn, stretch, slant, shift and thicken each digit a little, anew in every epoch.",
    )
    st.number_input("Seed", 0, LARGEST_SEED, USUAL.seed, 1, key="seed", bind="query-params")
