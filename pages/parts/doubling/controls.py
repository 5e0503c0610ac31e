"""What to learn, and how: the table of the page y = 2x."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import streamlit as st

from deq.models.doubling import VARIANTS
from deq.training.doubling.config import GRADIENTS, MAX_EPOCHS, SOLVERS, DoublingConfig
from pages.parts.shared.settings import controls as table
from pages.parts.shared.settings import current, random_seed, said, setting, show
from pages.parts.shared.text import literal
from pages.parts.shared.widgets import Choice, NumberInput, Slider, Toggle

USUAL = DoublingConfig()


@dataclass(frozen=True)
class Settings:
    """Every control of the page."""

    line_slope: float = setting(
        Slider(
            "Slope to learn",
            USUAL.slope,
            -0.9,
            5.0,
            0.1,
            help="s in y = s x + c, the line that the ten numbers lie on.",
        )
    )
    line_intercept: float = setting(
        Slider("Intercept to learn", USUAL.intercept, -10.0, 10.0, 0.5, help="c in y = s x + c.")
    )
    seed: int = random_seed("Seed of the weights", USUAL.seed)
    constrained: bool = setting(
        Toggle(
            "Keep a stable equilibrium",
            USUAL.constrained,
            help="At the start and after each step the slope a of f is brought down to at most "
            "0.98. Without it one start in ten has no equilibrium that the flow could reach.",
        )
    )
    rate: float = setting(
        NumberInput("Learning rate", USUAL.rate, 0.0, 1.0, 0.01, open=True, look={"format": "%.4g"})
    )
    epochs: int = setting(
        NumberInput(
            "Epochs",
            USUAL.epochs,
            1,
            MAX_EPOCHS,
            100,
            open=True,
            help="An epoch is one step of training, on all ten numbers.",
        )
    )
    solver: str = setting(
        Choice(
            "Solver",
            USUAL.solver,
            tuple(SOLVERS),
            help="What finds z\\*. **Picard**: f again and again. **Anderson**, **Broyden**: they "
            "use past steps to take longer ones. **ODE**: follows dz/dt = f(z + x) − z.",
        )
    )
    gradient: str = setting(
        Choice(
            "Gradient",
            USUAL.gradient,
            tuple(GRADIENTS),
            help="**implicit**: exact, from one linear solve at the equilibrium. **phantom**: a "
            "few tracked steps from there, close to it. **unrolled**: through all steps of the "
            "solver.",
        )
    )
    variant: str = setting(
        Choice(
            "Cell",
            USUAL.variant,
            VARIANTS,
            help="**linear**: f is a straight line, as in the article. **tanh**: f is a sum of "
            "five tanh units, a curve.",
        )
    )


def controls() -> DoublingConfig | str:
    """Show them; the configuration, or a sentence about what is wrong with it."""
    said()
    for key in ("line-slope", "line-intercept", "seed", "constrained"):
        show(Settings, key)
    with st.expander("More"):
        for key in ("rate", "epochs", "solver", "gradient", "variant"):
            show(Settings, key)
    return config()


def config() -> DoublingConfig | str:
    """The configuration that is chosen, or what is wrong with it."""
    values = {
        name.removeprefix("line_"): value for name, value in asdict(current(Settings)).items()
    }
    missing = [name for name, value in values.items() if value is None]
    if missing:
        return f"{missing[0]} needs a number."
    try:
        return DoublingConfig.of(values)
    except (TypeError, ValueError) as error:
        return literal(f"{str(error)[0].upper()}{str(error)[1:]}")


def labelled(config: DoublingConfig) -> dict[str, object]:
    """What a visitor can choose of a configuration, by the labels of the controls."""
    return {
        control.label: getattr(config, key.removeprefix("line-"))
        for key, control in table(Settings).items()
    }
