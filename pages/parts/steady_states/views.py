"""Flow and Euler's step: the first two sections of the steady-state page. No maths."""

from __future__ import annotations

import streamlit as st

from deq.figures.steady_states.flow import flow_field
from deq.figures.steady_states.lambda_plane import lambda_plane
from deq.figures.steady_states.step_size import euler_path, steps_over_h
from pages.parts.fixed_points import controls as map_controls
from pages.parts.shared import hero as pieces
from pages.parts.shared import pace
from pages.parts.shared.chart import chart
from pages.parts.steady_states import code, controls, words
from pages.parts.steady_states.lesson import flowing, stepping


def flow_section(narrow: bool, theme: str | None) -> str:
    """dx/dt = g(x) − x; returns what the picture depends on."""
    stage, side = st.columns(pieces.SPLIT, gap="medium")
    with side, st.container(key="controls", gap="small"):
        choice = map_controls.which_map()
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
        pieces.verdict(words.flow_verdict(found))
        pieces.readouts(words.flow_readouts(found))
        with st.container(key="flow-field"):
            chart(
                figure,
                "flow",
                height=520 if narrow else 510,
                alt=words.flow_alt(found),
                theme=theme,
            )
        st.caption(words.flow_shows(found))
    pieces.take_home(
        code.flow_code(choice),
        "flow",
        lambda: words.table(
            ["t", *(f"x from {x!r}" for x in found.courses[:, 0].tolist())], found.t, *found.courses
        ),
        figure,
        f"dx/dt = {choice.text} − x",
        words.flow_verdict(found),
    )
    return repr(choice)


def step_section(narrow: bool, theme: str | None) -> str:
    """Euler's step h; returns what the picture depends on."""
    stage, side = st.columns(pieces.SPLIT, gap="medium")
    with side, st.container(key="controls", gap="small"):
        choice = map_controls.which_map()
        first = stepping(choice, 1.0)
        h = controls.step(first.best, first.limit)
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
        pieces.verdict(words.step_verdict(found))
        pieces.readouts(words.step_readouts(found))
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
        below = st.container(key="costs", gap="xsmall")
    with pace.after_the_answer():
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
        with below:
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
    pieces.take_home(
        code.step_code(choice, h),
        "steps",
        lambda: words.table(["h", "steps"], found.hs, found.counts),
        figure,
        f"Euler's step on {choice.text}",
        words.step_verdict(found),
    )
    return f"{choice} {h}"
