"""The four sections of the steady-state page: which figure where. No maths."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from deq.figures.steady_states.flow import flow_field
from deq.figures.steady_states.iteration_and_ode import evals_over_tol, iteration_and_ode
from deq.figures.steady_states.lambda_plane import lambda_plane
from deq.figures.steady_states.phase_portrait import portrait
from deq.figures.steady_states.step_size import euler_path, steps_over_h
from pages.parts.fixed_points import controls as map_controls
from pages.parts.look import hero
from pages.parts.look.chart import Panel
from pages.parts.look.downloads import columns
from pages.parts.shared import pace
from pages.parts.steady_states import captions, code, controls, words
from pages.parts.steady_states.lesson import flowing, stepping
from pages.parts.steady_states.solver_lesson import JUMPS, MOST, deep, price, walk

Place = Any  # a container or a column


@dataclass(frozen=True)
class Section:
    """What a section shows."""

    settings: str  # what it depends on
    verdict: str
    readouts: Mapping[str, str]
    main: Panel
    code: str
    prints: str  # what the code prints
    file: str  # the name of its files
    title: str  # of the picture
    table: Callable[[], str]  # makes the CSV
    # Shows the other figures, below the main one or in the column at its right.
    more: Callable[[Place, Place], None] | None = None
    # Widths of the main figure and that column; without, it is the column of the controls.
    split: tuple[float, ...] = ()


def show(name: str, narrow: bool, theme: str | None) -> Section:
    """Show a section and return it."""
    stage, right = st.columns(hero.SPLIT, gap="medium")
    with right, st.container(key="controls", gap="small"):
        section = SECTIONS[name](narrow, theme)
    below = place = stage.container(gap="xsmall")
    with below:
        hero.verdict(section.verdict)
        hero.readouts(section.readouts)
        if section.split:
            place, right = st.columns(section.split, gap="small")
    section.main.show(place)
    if section.more is not None:
        pace.let_go()
        with pace.figures():
            section.more(below, right)
    hero.take_home(
        section.code, section.prints, section.file, section.table,
        section.main.figure, section.title, section.verdict,
    )  # fmt: skip
    return section


def flow(narrow: bool, theme: str | None) -> Section:
    """dx/dt = g(x) − x."""
    choice = map_controls.which_map()
    result = flowing(choice)
    figure = flow_field(
        result.t, result.courses, result.iterates, result.x, result.speed,
        view=result.view, points=result.points.points, stacked=narrow, theme=theme,
    )  # fmt: skip
    alt, shows = words.flow_alt(result), captions.flow_shows(result)
    names = ["t", *(f"x from {x!r}" for x in result.courses[:, 0].tolist())]
    return Section(
        repr(choice),
        words.flow_verdict(result),
        words.flow_readouts(result),
        Panel(figure, "flow-field", 520 if narrow else 510, alt, shows, name="flow", fit="hero"),
        code.flow_code(choice, round(float(result.t[-1]))),
        code.flow_prints(result),
        "flow",
        f"dx/dt = {choice.text} − x",
        lambda: columns(names, result.t, *result.courses),
    )


def step(narrow: bool, theme: str | None) -> Section:
    """Euler's step h."""
    choice = map_controls.which_map()
    first = stepping(choice, 1.0)
    h = controls.step(first.best, first.limit)
    result = stepping(choice, h)
    exact = result.flowing
    verdict = words.step_verdict(result)
    figure = euler_path(
        result.t, result.exact, result.states, h, view=exact.view, iterates=exact.iterates,
        limit=exact.goal.x if exact.goal else float("nan"), theme=theme,
    )  # fmt: skip
    alt = f"Euler's steps beside the exact flow. {verdict}"

    def more(below: Place, right: Place) -> None:
        points = exact.points.points[:12]
        slopes = [p.slope for p in points]
        chosen = points.index(exact.goal) if exact.goal in points else 0
        plane = lambda_plane(slopes, h=h, chosen=chosen, theme=theme)
        Panel(plane, "plane", 262, captions.plane_alt(result), captions.PLANE_SHOWS).show(right)
        costs = steps_over_h(
            result.hs, result.counts, h, result.steps,
            best=result.best, limit=result.limit, theme=theme,
        )  # fmt: skip
        alt = f"Steps until |g(x) − x| < 10⁻⁶ against h. {verdict}"
        Panel(costs, "costs", 200, alt, captions.cost_shows(result)).show(below)

    return Section(
        f"{choice} {h}",
        verdict,
        words.step_readouts(result),
        Panel(figure, "euler", 262, alt, captions.step_shows(result)),
        code.step_code(choice, h),
        code.step_prints(result),
        "steps",
        f"Euler's step on {choice.text}",
        lambda: columns(["h", "steps"], result.hs, result.counts),
        more,
        split=(1.35, 1),
    )


def why(narrow: bool, theme: str | None) -> Section:
    """tanh(w x + 0.3) by iteration and by the ODE."""
    w, method, tol = controls.race()
    result = walk(w, method, tol)
    verdict = words.walk_verdict(result)
    figure = iteration_and_ode(
        result.jumps.xs[: JUMPS + 1], result.run.t, result.run.x, result.curve,
        limit=result.limit, view=(-1.1, 1.1), method=method, theme=theme,
    )  # fmt: skip
    alt = f"Iterates of g(x) = tanh({w:g} x + 0.3) and the ODE by {method}. {verdict}"

    def more(below: Place, right: Place) -> None:
        left, right = below.columns(2, gap="medium")
        draw = partial(evals_over_tol, chosen=method, now=tol, most=MOST, theme=theme)
        solvers = dict.fromkeys(["Picard", "dopri5", "dopri8", "bosh3", method])
        here = {name: price(w, name) for name in solvers}
        costs = captions.prices({name: evals for name, (_, evals) in here.items()}, tol)
        alt = f"Evaluations against the tolerance for this map, one line a solver. {costs}"
        shows = f"{captions.PRICE_SHOWS} {costs}"
        Panel(draw(here), "prices", 205, alt, shows, captions.PRICE_TITLE).show(left)
        calm = {name: price("calm", name) for name in ("Picard", method)}
        costs = captions.times(calm[method][1], calm["Picard"][1], tol)
        alt = f"Evaluations against the tolerance on a contractive layer. {costs}"
        shows = f"{captions.CALM_SHOWS} {costs}"
        Panel(draw(calm), "calm", 205, alt, shows, captions.CALM_TITLE).show(right)

    return Section(
        f"{w} {method} {tol}",
        verdict,
        words.walk_readouts(result),
        Panel(figure, "jump", 265, alt, captions.walk_shows(result)),
        code.walk_code(w, method, tol),
        code.walk_prints(result),
        "steps",
        f"g(x) = tanh({w:g} x + 0.3)",
        lambda: columns(["t", "x"], result.run.t, result.run.x),
        more,
    )


def depth(narrow: bool, theme: str | None) -> Section:
    """Layers and their equilibrium."""
    gain, seed, start = controls.layers()
    result = deep(gain, seed, start)
    verdict = words.deep_verdict(result)
    figure = portrait(
        result.grid, result.grid, result.field, result.courses, result.layers, result.distances,
        result.z, radius=result.radius, settles=result.settles, stacked=narrow, theme=theme,
    )  # fmt: skip
    alt = f"Phase portrait of a layer of two numbers. {verdict}"
    numbers = range(len(result.layers)), *result.layers.T, result.distances

    def more(below: Place, right: Place) -> None:
        plane = lambda_plane(result.eigenvalues, chosen=-1, brief=True, theme=theme)
        alt = (
            "Eigenvalues of the layer's Jacobian at z*: "
            f"{words.deep_readouts(result)['Eigenvalues λ there']}; the largest |λ| is "
            f"{result.radius:.2f}."
        )
        Panel(plane, "plane", 240, alt, captions.EIGEN_SHOWS, camera=False).show(right)

    return Section(
        f"{gain} {seed} {start}",
        verdict,
        words.deep_readouts(result),
        Panel(
            figure,
            "portrait",
            900 if narrow else 540,
            alt,
            captions.depth_shows(result),
            fit="hero",
        ),
        code.deep_code(gain, seed, start),
        code.deep_prints(result),
        "layers",
        f"gain {gain:g}, seed {seed}",
        lambda: columns(["k", "z1", "z2", "distance"], *numbers),
        more,
    )


SECTIONS: Mapping[str, Callable[[bool, str | None], Section]] = {
    "Flow": flow,
    "Euler step": step,
    "Why an ODE": why,
    "Depth": depth,
}
