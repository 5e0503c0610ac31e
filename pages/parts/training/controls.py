"""What to train, on what, and how: the table of the training lab."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import streamlit as st

from deq.digits import DataError
from deq.digits.mnist import mnist_found
from deq.training.lab.config import (
    GRADIENTS,
    MAX_EPOCHS,
    MODELS,
    SIZES,
    SOLVERS,
    WIDEST,
    LabConfig,
)
from pages.parts.draw.controls import TOLERANCES
from pages.parts.shared import errors
from pages.parts.shared.settings import current, random_seed, said, setting, show
from pages.parts.shared.text import literal
from pages.parts.shared.widgets import Choice, NumberInput, Segments, Slider, Steps, Toggle

USUAL = LabConfig()
MISSING = (
    "MNIST is not on this machine. **Download MNIST** fetches its four files, 11 MB, from a public "
    "mirror; until then train on the 4,000 digits that come with the app."
)


@dataclass(frozen=True)
class Settings:
    """Every control of the page, called like the field of the configuration that it sets."""

    model: str = setting(
        Segments(
            "Network",
            USUAL.model,
            MODELS,
            help="**article**: 784 → 100 → equilibrium of [100 → 500, tanh, → 100] → 10, with "
            "180,110 numbers to learn. **convolutional**: the kind that ships, at a width of your "
            "choice.",
        )
    )
    data: str = setting(
        Segments(
            "Learn from",
            USUAL.data,
            tuple(SIZES),
            help="**subset**: 4,000 of the 5,000 digits that come with the app; the others are "
            "kept apart. **mnist**: all 60,000, with its 10,000 test digits kept apart.",
        )
    )
    epochs: int = setting(NumberInput("Epochs", USUAL.epochs, 1, MAX_EPOCHS, 1, open=True))
    contained: bool = setting(
        Toggle(
            "Keep it a contraction",
            USUAL.contained,
            help="After each step the weights are scaled so that the cell's contraction constant "
            "is at most κ. Then every digit has exactly one equilibrium.",
        )
    )
    contraction: float = setting(
        Slider("Contraction constant κ", USUAL.contraction, 0.1, 0.99, 0.01)
    )
    width: int = setting(Slider("Width of the convolutional one", USUAL.width, 4, WIDEST, 4))
    batch: int = setting(
        NumberInput("Digits a step", USUAL.batch, 1, SIZES["subset"], 16, open=True)
    )
    rate: float = setting(
        NumberInput("Learning rate", USUAL.rate, 0.0, 1.0, 1e-3, open=True, look={"format": "%.4g"})
    )
    solver: str = setting(Choice("Solver", USUAL.solver, tuple(SOLVERS)))
    tol: str = setting(
        Steps(
            "Tolerance",
            min(TOLERANCES, key=lambda text: abs(float(text) - USUAL.tol)),
            TOLERANCES,
        )
    )
    gradient: str = setting(
        Choice(
            "Gradient",
            USUAL.gradient,
            tuple(GRADIENTS),
            help="**implicit**: exact, from one linear solve at the equilibrium. **phantom**: "
            "three tracked steps from there. **unrolled**: through all steps of the solver, and it "
            "stores them all.",
        )
    )
    penalty: float = setting(
        NumberInput(
            "Jacobian penalty",
            USUAL.penalty,
            0.0,
            100.0,
            0.1,
            open=True,
            look={"format": "%.4g"},
            help="Weight of ‖∂f/∂z‖² in the loss: a pull towards contraction, where the switch "
            "above is a limit.",
        )
    )
    vary: bool = setting(
        Toggle(
            "Vary the digits",
            USUAL.vary,
            help="Turn, stretch, slant, shift and thicken each digit a little, anew in every "
            "epoch.",
        )
    )
    seed: int = random_seed("Seed", USUAL.seed)


OPEN = ("model", "data", "epochs", "contained")
FOLDED = tuple(name for name in Settings.__dataclass_fields__ if name not in OPEN)


def no_mnist() -> str:
    """Why MNIST cannot be learnt from; empty if it can."""
    try:
        return "" if mnist_found() else MISSING
    except DataError as error:
        return errors.in_words_of(error)


def controls() -> LabConfig | str:
    """Show them; the configuration, or a sentence about what is wrong with it."""
    said()
    for key in OPEN:
        show(Settings, key)
    with st.expander("More"):
        for key in FOLDED:
            show(Settings, key)
    values = asdict(current(Settings))
    missing = [name for name, value in values.items() if value is None]
    if missing:
        return f"{missing[0]} needs a number."
    if values["data"] == "mnist" and (why := no_mnist()):
        return why
    try:
        return LabConfig.of({**values, "tol": float(values["tol"])})
    except (TypeError, ValueError) as error:
        return literal(f"{str(error)[0].upper()}{str(error)[1:]}")
