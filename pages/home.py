"""The idea in one screen: layer → infinitely many layers → fixed point → ODE → digit."""

import streamlit as st
import torch

import deq
from deq.figures import cobweb, states_over_time
from deq.models import WeightsError
from pages.parts.draw import controls, views
from pages.parts.pad import examples
from pages.parts.shared import errors, guard, tasks
from pages.parts.shared.chart import chart
from pages.parts.shared.engine import engine, recorded

guard.through_app()

START = -1.0
TOLERANCE = 1e-3


@st.cache_resource(max_entries=1)
def settle_cosine() -> dict[str, deq.Solution]:
    """The smallest example there is, f(z) = cos z, settled by iteration and as an ODE."""
    z0 = torch.tensor([START], dtype=torch.float64)
    return {
        name: deq.solve(torch.cos, z0, solver=solver, tol=TOLERANCE, record=True)
        for name, solver in (("Picard", deq.Picard()), ("ODE", deq.ODE()))
    }


def one_number(theme: str | None) -> None:
    """The first three pictures, computed with the smallest layer there is."""
    found = settle_cosine()
    picard, ode = recorded(found["Picard"]), recorded(found["ODE"])
    limit = float(found["ODE"].z)
    layers, fixed, flow = st.columns(3, gap="medium")
    with layers, st.container(key="layers", gap="xsmall"):
        st.markdown("**1 · Stack the same layer without end**")
        chart(
            states_over_time({"Picard": picard}, limit, time="layer", theme=theme),
            "layers",
            height=215,
            alt="The state after each layer swings ever closer to 0.739.",
            theme=theme,
            camera=False,
        )
        st.caption(
            "Here the layer is the cosine key of a calculator, f(z) = cos z. **Look for** the "
            "depth at which one more layer changes nothing."
        )
    with fixed, st.container(key="fixed-point", gap="xsmall"):
        st.markdown("**2 · What remains is a fixed point, z\\* = f(z\\*)**")
        x = torch.linspace(-1.1, 1.3, 97, dtype=torch.float64)
        chart(
            cobweb(picard, x, torch.cos(x), limit, theme=theme),
            "cobweb",
            height=215,
            alt="A cobweb between the cosine and the diagonal winds into their crossing.",
            theme=theme,
            camera=False,
        )
        st.caption(
            "So nobody has to build the layers: find the crossing, by whatever method is best. "
            "**Look for** the web tightening around z\\*."
        )
    with flow, st.container(key="flow", gap="xsmall"):
        st.markdown("**3 · It is where an ODE stands still, dz/dt = f(z) − z**")
        chart(
            states_over_time({"Picard": picard, "ODE": ode}, limit, theme=theme),
            "flow",
            height=215,
            alt="The ODE glides to 0.739 where the iteration swings about it.",
            theme=theme,
            camera=False,
        )
        st.caption(
            "Walk a little towards f(z) instead of jumping there, and depth becomes time. "
            "**Look for** the curve that arrives without overshooting."
        )


def one_digit(theme: str | None) -> None:
    """The last picture: the same, with a state of thousands of numbers and a drawing."""
    machine = engine()
    seen = machine.look(examples.rgba(examples.FIRST), controls.DEFAULT)
    words, way = st.columns([1, 2], gap="medium")
    with words, st.container(key="digit"):
        size = machine.model.start(None).numel()
        st.markdown(f"**4 · Now let z be {size:,} numbers, and let x be a drawing**")
        st.latex(r"\frac{dz}{dt} = f(z, x) - z, \qquad z^\ast = f(z^\ast, x)")
        st.markdown(
            "Each drawing x has an equilibrium of its own, and a linear readout names its digit. "
            "That is a *deep equilibrium model*."
        )
        views.prediction(seen, theme, brief=True)
        if st.button("Draw your own digit", type="primary", icon=":material/draw:", key="to-draw"):
            st.switch_page("pages/draw.py")
    with way, st.container(key="trajectory", gap="xsmall"):
        views.path(seen, machine, 2, theme, height=375)
        st.caption(
            "**Look for** where the path ends: each colour is the region in which one digit's "
            "states come to rest."
        )


def main() -> None:
    theme = st.context.theme.type
    st.header("One layer, infinitely deep", anchor=False)
    one_number(theme)
    try:
        one_digit(theme)
    except WeightsError as error:
        st.error(str(error), icon=":material/error:")
    tasks.try_and_read(tasks.HOME_TRY, tasks.HOME_READ)


with errors.in_words():
    main()
