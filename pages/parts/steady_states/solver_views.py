"""Why an ODE, and depth: the last two sections of the steady-state page. No maths."""

from __future__ import annotations

import streamlit as st

from deq.figures.steady_states.iteration_and_ode import evals_over_tol, iteration_and_ode
from deq.figures.steady_states.lambda_plane import lambda_plane
from deq.figures.steady_states.phase_portrait import portrait
from pages.parts.shared import hero as pieces
from pages.parts.shared import pace
from pages.parts.shared.chart import chart
from pages.parts.steady_states import code, controls, words
from pages.parts.steady_states.solver_lesson import JUMPS, MOST, deep, price, walk


def why_section(narrow: bool, theme: str | None) -> str:
    """tanh(w z + 0.3) by both; returns what the picture depends on."""
    stage, side = st.columns(pieces.SPLIT, gap="medium")
    with side, st.container(key="controls", gap="small"):
        w, method, tol = controls.race()
    found = walk(w, method, tol)
    figure = iteration_and_ode(
        found.jumps.xs[: JUMPS + 1],
        found.run.t,
        found.run.x,
        found.curve,
        limit=found.limit,
        view=(-1.1, 1.1),
        method=method,
        theme=theme,
    )
    with stage, st.container(gap="xsmall"):
        pieces.verdict(words.walk_verdict(found))
        pieces.readouts(words.walk_readouts(found))
        with st.container(key="jump"):
            chart(
                figure,
                "jump",
                height=265,
                alt=f"Iterates of tanh({w:g} z + 0.3) and the ODE. {words.walk_verdict(found)}",
                theme=theme,
            )
        st.caption(words.WALK_SHOWS)
        left, right = st.columns(2, gap="medium")
    with pace.after_the_answer():
        solvers = list(dict.fromkeys(["Picard", "dopri5", "dopri8", "bosh3", method]))
        prices = {name: price(w, name) for name in solvers}
        with left, st.container(key="prices", gap="xsmall"):
            st.markdown("**What it costs here**")
            chart(
                evals_over_tol(prices, chosen=method, now=tol, most=MOST, theme=theme),
                "prices",
                height=205,
                alt="Evaluations against the tolerance for this map, one line a solver.",
                theme=theme,
            )
            st.caption(words.PRICE_SHOWS)
        ordinary = {name: price("calm", name) for name in ("Picard", method)}
        with right, st.container(key="calm", gap="xsmall"):
            st.markdown("**And on an ordinary layer of 50 numbers, ‖W‖ = 0.5**")
            chart(
                evals_over_tol(ordinary, chosen=method, now=tol, most=MOST, theme=theme),
                "calm",
                height=205,
                alt="Evaluations against the tolerance on a contractive layer: iteration needs "
                "about a tenth of the ODE's.",
                theme=theme,
            )
            counted = words.times(ordinary[method][1], ordinary["Picard"][1], tol)
            st.caption(f"{words.CALM_SHOWS} {counted}")
    pieces.take_home(
        code.walk_code(w, method, tol),
        "steps",
        lambda: words.table(["t", "x"], found.run.t, found.run.x),
        figure,
        f"z = tanh({w:g} z + 0.3)",
        words.walk_verdict(found),
    )
    return f"{w} {method} {tol}"


def depth_section(narrow: bool, theme: str | None) -> str:
    """Layers and their equilibrium; returns what the picture depends on."""
    stage, side = st.columns(pieces.SPLIT, gap="medium")
    with side, st.container(key="controls", gap="small"):
        gain, seed, start = controls.layers()
    found = deep(gain, seed, start)
    figure = portrait(
        found.grid,
        found.grid,
        found.field,
        found.courses,
        found.layers,
        found.distances,
        found.z,
        radius=found.radius,
        settles=found.settles,
        stacked=narrow,
        theme=theme,
    )
    with stage, st.container(gap="xsmall"):
        pieces.verdict(words.deep_verdict(found))
        pieces.readouts(words.deep_readouts(found))
        with st.container(key="portrait"):
            chart(
                figure,
                "portrait",
                height=900 if narrow else 540,
                alt=f"Phase portrait of a layer of two numbers. {words.deep_verdict(found)}",
                theme=theme,
            )
        st.caption(words.depth_shows(found))
    with pace.after_the_answer(), side, st.container(key="plane", gap="xsmall"):
        chart(
            lambda_plane(found.eigenvalues, chosen=-1, brief=True, theme=theme),
            "plane",
            height=240,
            alt=f"Eigenvalues of the layer's Jacobian at z*; the largest |λ| is {found.radius:.2f}",
            theme=theme,
            camera=False,
        )
        st.caption(words.EIGEN_SHOWS)
    pieces.take_home(
        code.deep_code(gain, seed),
        "layers",
        lambda: words.table(
            ["k", "z1", "z2", "distance"],
            range(len(found.layers)),
            found.layers[:, 0],
            found.layers[:, 1],
            found.distances,
        ),
        figure,
        f"gain {gain:g}, seed {seed}",
        words.deep_verdict(found),
    )
    return f"{gain} {seed} {start}"
