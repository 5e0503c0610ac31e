"""The four sections of the steady-state page: controls in, figures out. No maths."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from deq.figures import standalone_page
from deq.figures.flow import flow_field
from deq.figures.lambda_plane import lambda_plane
from deq.figures.portrait import portrait
from deq.figures.step_size import euler_path, steps_over_h
from deq.figures.walk import evals_over_tol, jump_and_walk
from pages.parts import pace, scalar_controls, steady_code, steady_controls
from pages.parts import steady_words as words
from pages.parts.chart import chart
from pages.parts.steady_lesson import flowing, stepping
from pages.parts.steady_race import JUMPS, MOST, deep, price, walk

# The controls beside the figures.
_SPLIT = [3.4, 1]


def flow_section(narrow: bool, theme: str | None) -> str:
    """dx/dt = g(x) − x; returns what the picture depends on."""
    stage, side = st.columns(_SPLIT, gap="medium")
    with side, st.container(key="controls", gap="small"):
        choice = scalar_controls.which_map()
    found = flowing(choice)
    figure = flow_field(
        found.t,
        found.courses,
        found.iterates,
        found.x,
        found.speed,
        view=found.view,
        points=found.points.points,
        stacked=narrow,
        theme=theme,
    )
    with stage, st.container(gap="xsmall"):
        _verdict(words.flow_verdict(found))
        _readouts(words.flow_readouts(found))
        with st.container(key="flow-field"):
            chart(
                figure,
                "flow",
                height=520 if narrow else 510,
                alt=words.flow_alt(found),
                theme=theme,
            )
        st.caption(words.FLOW_SHOWS)
    _take_home(
        steady_code.flow_code(choice),
        "flow",
        lambda: words.table(
            ["t", *(f"x from {x!r}" for x in found.courses[:, 0].tolist())], found.t, *found.courses
        ),
        lambda: standalone_page(
            figure, f"dx/dt = {choice.text} − x", words.flow_verdict(found), theme=theme
        ),
    )
    return repr(choice)


def step_section(narrow: bool, theme: str | None) -> str:
    """Euler's step h; returns what the picture depends on."""
    stage, side = st.columns(_SPLIT, gap="medium")
    with side, st.container(key="controls", gap="small"):
        choice = scalar_controls.which_map()
        first = stepping(choice, 1.0)
        h = steady_controls.step(first.best, first.limit)
    found = stepping(choice, h)
    now = found.flowing
    figure = euler_path(
        found.t,
        found.exact,
        found.states,
        h,
        view=now.view,
        iterates=now.iterates,
        limit=now.goal.x if now.goal else float("nan"),
        theme=theme,
    )
    with stage, st.container(gap="xsmall"):
        _verdict(words.step_verdict(found))
        _readouts(words.step_readouts(found))
        left, right = st.columns([1.35, 1], gap="small")
        with left, st.container(key="euler", gap="xsmall"):
            chart(
                figure,
                "euler",
                height=262,
                alt=f"Euler's steps beside the exact flow. {words.step_verdict(found)}",
                theme=theme,
            )
            st.caption(words.STEP_SHOWS)
        with right, st.container(key="plane", gap="xsmall"):
            slopes = [p.slope for p in now.points][:12]
            chosen = now.points.points.index(now.goal) if now.goal in now.points.points[:12] else 0
            chart(
                lambda_plane(slopes, h=h, chosen=chosen, theme=theme),
                "plane",
                height=262,
                alt="The λ-plane: iteration's unit disc, Euler's disc, and the half-plane in which "
                "the flow settles, with λ of each equilibrium.",
                theme=theme,
            )
            st.caption(words.PLANE_SHOWS)
        with st.container(key="costs", gap="xsmall"):
            chart(
                steps_over_h(
                    found.hs,
                    found.counts,
                    h,
                    found.steps,
                    best=found.best,
                    limit=found.limit,
                    theme=theme,
                ),
                "costs",
                height=200,
                alt=f"Steps until |g(x) − x| < 10⁻⁶ against h. {words.step_verdict(found)}",
                theme=theme,
            )
            st.caption(words.COST_SHOWS)
    _take_home(
        steady_code.step_code(choice, h),
        "steps",
        lambda: words.table(["h", "steps"], found.hs, found.counts),
        lambda: standalone_page(
            figure, f"Euler's step on {choice.text}", words.step_verdict(found), theme=theme
        ),
    )
    return f"{choice} {h}"


def why_section(narrow: bool, theme: str | None) -> str:
    """tanh(w z + 0.3) by both; returns what the picture depends on."""
    stage, side = st.columns(_SPLIT, gap="medium")
    with side, st.container(key="controls", gap="small"):
        w, method, tol = steady_controls.race()
    found = walk(w, method, tol)
    figure = jump_and_walk(
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
        _verdict(words.walk_verdict(found))
        _readouts(words.walk_readouts(found))
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
    with pace.after_the_digit(newcomer=False):  # here: after the hero
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
    _take_home(
        steady_code.walk_code(w, method, tol),
        "steps",
        lambda: words.table(["t", "x"], found.run.t, found.run.x),
        lambda: standalone_page(
            figure, f"z = tanh({w:g} z + 0.3)", words.walk_verdict(found), theme=theme
        ),
    )
    return f"{w} {method} {tol}"


def depth_section(narrow: bool, theme: str | None) -> str:
    """Layers and their equilibrium; returns what the picture depends on."""
    stage, side = st.columns(_SPLIT, gap="medium")
    with side, st.container(key="controls", gap="small"):
        gain, seed, start = steady_controls.layers()
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
        _verdict(words.deep_verdict(found))
        _readouts(words.deep_readouts(found))
        with st.container(key="portrait"):
            chart(
                figure,
                "portrait",
                height=900 if narrow else 540,
                alt=f"Phase portrait of a layer of two numbers. {words.deep_verdict(found)}",
                theme=theme,
            )
        st.caption(words.depth_shows(found))
    with side, st.container(key="plane", gap="xsmall"):
        chart(
            lambda_plane(found.eigenvalues, chosen=-1, brief=True, theme=theme),
            "plane",
            height=240,
            alt=f"Eigenvalues of the layer's Jacobian at z*; the largest |λ| is {found.radius:.2f}",
            theme=theme,
            camera=False,
        )
        st.caption(words.EIGEN_SHOWS)
    _take_home(
        steady_code.deep_code(gain, seed),
        "layers",
        lambda: words.table(
            ["k", "z1", "z2", "distance"],
            range(len(found.layers)),
            found.layers[:, 0],
            found.layers[:, 1],
            found.distances,
        ),
        lambda: standalone_page(
            figure, f"gain {gain:g}, seed {seed}", words.deep_verdict(found), theme=theme
        ),
    )
    return f"{gain} {seed} {start}"


SECTIONS: Mapping[str, tuple[Callable[[bool, str | None], str], str]] = {
    "Flow": (flow_section, "flow-field"),
    "Euler step": (step_section, "euler"),
    "Why an ODE": (why_section, "jump"),
    "Depth": (depth_section, "portrait"),
}
"""By section: what shows it, and the container of its hero."""


def _verdict(said: str) -> None:
    st.markdown(f"**{said.replace('*', chr(92) + '*')}**")


def _readouts(numbers: Mapping[str, str]) -> None:
    with st.container(key="scalar-readouts", horizontal=True, gap="large"):
        for label, value in numbers.items():
            st.metric(label, value, width="content")


def _take_home(code: str, name: str, csv: Callable[[], str], page: Callable[[], str]) -> None:
    """The code box, and two files that are made when they are asked for."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.markdown("**The same in six lines of `deq`**")
        st.code(code, language="python")
    with right, st.container(gap="small"):
        st.markdown("**Take it home**")
        files: list[tuple[str, Any, str, str, str]] = [
            ("Numbers (CSV)", csv, f"{name}.csv", "text/csv", ":material/table:"),
            ("Picture (HTML)", page, f"{name}.html", "text/html", ":material/animation:"),
        ]
        with st.container(horizontal=True):
            for label, make, file, kind, icon in files:
                st.download_button(
                    label, make, file, kind, icon=icon, on_click="ignore", key=f"download-{label}"
                )
        st.caption("A still PNG: the camera in the corner of each figure.")
