"""What to learn, and how: widgets whose values live in the URL."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from deq.models.doubling import VARIANTS
from deq.training.doubling.config import GRADIENTS, SOLVERS, DoublingConfig

USUAL = DoublingConfig()
LARGEST_SEED = 9999
# Widget → field of the configuration.
FIELDS: Mapping[str, str] = {
    "line-slope": "slope",
    "line-intercept": "intercept",
    "seed": "seed",
    "rate": "rate",
    "epochs": "epochs",
    "solver": "solver",
    "gradient": "gradient",
    "variant": "variant",
    "constrained": "constrained",
}
GRADIENT_HELP = (
    "**implicit**: exact, from one linear solve at the equilibrium. **phantom**: a few tracked "
    "steps from there, close to it. **unrolled**: through all steps of the solver."
)


def apply(settings: Mapping[str, object]) -> None:
    """Callback of the "what to try" buttons: set these widgets, the others to their defaults."""
    values: dict[str, object] = {key: getattr(USUAL, field) for key, field in FIELDS.items()}
    for name, value in {**values, **settings}.items():
        st.session_state[name] = value


def controls() -> DoublingConfig | str:
    """Show them; the configuration, or a sentence about what is wrong with it."""
    st.slider("Slope to learn", -0.9, 5.0, 2.0, 0.1, key="line-slope", bind="query-params")
    st.slider(
        "Intercept to learn", -10.0, 10.0, 0.0, 0.5, key="line-intercept", bind="query-params"
    )
    st.number_input("Seed of the weights", 0, LARGEST_SEED, 0, 1, key="seed", bind="query-params")
    st.toggle(
        "Keep a stable equilibrium",
        True,
        key="constrained",
        help="After each step the slope a of f is brought below 1. Without it one start in ten has "
        "no equilibrium that the flow could reach.",
        bind="query-params",
    )
    with st.expander("More"):
        st.number_input(
            "Learning rate", value=0.05, step=0.01, format="%.4g", key="rate", bind="query-params"
        )
        st.number_input("Epochs", value=400, step=100, key="epochs", bind="query-params")
        st.selectbox("Solver", list(SOLVERS), key="solver", bind="query-params")
        st.selectbox(
            "Gradient", list(GRADIENTS), key="gradient", help=GRADIENT_HELP, bind="query-params"
        )
        st.selectbox(
            "Cell",
            VARIANTS,
            key="variant",
            help="linear: f is a straight line, as in the article. tanh: five bent units.",
            bind="query-params",
        )
    values = {field: st.session_state[key] for key, field in FIELDS.items()}
    missing = [field for field, value in values.items() if value is None]
    if missing:
        return f"{missing[0]} needs a number."
    try:
        return DoublingConfig.of(values)
    except (TypeError, ValueError) as error:
        return f"{str(error)[0].upper()}{str(error)[1:]}"
