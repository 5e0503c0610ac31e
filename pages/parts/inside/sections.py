"""The figures of each section of the page inside one equilibrium, one function each. No maths."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import plotly.graph_objects as go

from deq.figures.draw.over_time import probabilities_over_time
from deq.figures.draw.trajectory import trajectory
from deq.figures.inside.channels import channel_maps
from deq.figures.inside.curves import Curve, curves
from deq.figures.inside.many_paths import many_paths
from deq.figures.inside.sensitivity import sensitivity_maps
from deq.figures.inside.smudge import smudged
from deq.figures.shared.classes import class_columns
from deq.figures.steady_states.lambda_plane import lambda_plane
from pages.parts.inside.lesson import Result
from pages.parts.look import alts
from pages.parts.shared.engine import engine

TALL, SHORT = 470, 230
Chart = tuple[go.Figure, str, int, str]  # what `chart` takes: figure, name, height, alt text


class View(NamedTuple):
    """What a section shows."""

    main: Chart
    numbers: Mapping[str, Any]  # columns of the CSV
    heading: str = ""  # of the other figures, which stand beside the main one
    others: tuple[Chart, ...] = ()  # without a heading they stand below it


@dataclass(frozen=True)
class Setup:
    """What it is made from: a result, its verdict, the screen and its theme."""

    result: Result
    verdict: str
    narrow: bool
    theme: str | None

    def path(self, t: Any, *, settled: bool, clock: str = "t") -> go.Figure:
        """The states of the result on the map."""
        machine, result = engine(), self.result.values
        return trajectory(
            result.points,
            t,
            result.probabilities,
            machine.cloud,
            explained=machine.model.explained,
            settled=settled,
            clock=clock,
            theme=self.theme,
        )

    def curves(self, *some: Curve, across: str, up: str, **options: Any) -> go.Figure:
        """Curves over time, steps or amount."""
        return curves(some, across=across, up=up, theme=self.theme, **options)


def eigenvalues(setup: Setup) -> View:
    """The plane of λ, and iteration against its prediction."""
    spectrum, verdict = setup.result.values, setup.verdict
    steps = range(len(spectrum.distances))
    rates = setup.curves(
        Curve("predicted", steps, spectrum.predicted, "accent", 2, "dash", at=0.5),
        Curve("observed", steps, spectrum.distances, "picard", at=0.2),
        across="steps of iteration",
        up="‖z − z*‖ (log scale)",
    )
    values = spectrum.values
    alt = alts.course("Distance from z*", "the steps of iteration", steps, spectrum.distances)
    return View(
        (
            lambda_plane(values, chosen=-1, theme=setup.theme),
            "plane",
            TALL,
            f"The largest {len(values)} eigenvalues in the complex plane. {verdict}",
        ),
        {"real": values.real, "imaginary": values.imag},
        "Iteration, and what the largest |λ| predicts",
        ((rates, "rates", TALL - 40, f"{alt} {verdict}"),),
    )


def kick(setup: Setup) -> View:
    """The path on the map, and the distance over time."""
    result, verdict, settled = setup.result.values, setup.verdict, setup.result.scene.converged
    path = setup.path(result.t, settled=settled and result.returned)
    what = "‖z − z*‖" if settled else "distance from the flow without a kick"
    times, decay = result.decay
    decays = [Curve("e⁻ᵗ", times, decay, "muted", 2, "dash", at=0.6)] if settled else []
    alt = alts.course(what, "solver time", result.t, result.distances)
    distance = setup.curves(
        *decays,
        Curve("", result.t, result.distances, "ode", 3),
        across="solver time t",
        up=f"{what} (log scale)",
        marks=[(float(result.t[result.index]), "kick")],
    )
    return View(
        (path, "kicked", TALL, f"The state's path on the map. {verdict}"),
        {"t": result.t, "distance": result.distances},
        "How far from z\\*" if settled else "How far apart",
        ((distance, "kick-distance", TALL - 40, f"{alt} {verdict}"),),
    )


def channels(setup: Setup) -> View:
    """The state as tiles, the residual, and the probabilities."""
    flow = setup.result.values
    residual = setup.curves(
        Curve("‖f(z) − z‖", flow.t, flow.residuals, "ode", at=0.6),
        across="solver time t",
        up="residual (log scale)",
    )
    shares = probabilities_over_time(flow.t, flow.probabilities, theme=setup.theme)
    alt = f"All 64 channels of the state, 7×7 each. {setup.verdict}"
    falls = alts.course("Residual", "solver time", flow.t, flow.residuals)
    decides = alts.shares("solver time", flow.t, flow.probabilities)
    numbers = {f"z{k}": column for k, column in enumerate(flow.z.flatten(1).T)}
    return View(
        (channel_maps(flow.t, flow.z, theme=setup.theme), "channels", TALL + 90, alt),
        {"t": flow.t, **numbers},
        "The residual, and what is read",
        (
            (residual, "channel-residual", SHORT, falls),
            (shares, "channel-opinions", SHORT, decides),
        ),
    )


def depth(setup: Setup) -> View:
    """Shares of the digits and distance from z*, over k."""
    result = setup.result.values
    layers = range(len(result.distances))
    path = setup.path(layers, settled=setup.result.scene.converged, clock="k")
    shares = probabilities_over_time(
        layers, result.probabilities, clock="layers k", theme=setup.theme
    )
    distance = setup.curves(
        Curve("", layers, result.distances, "picard", 3),
        across="layers k",
        up="‖z − z*‖ (log scale)",
    )
    decides = alts.shares("the number of layers", layers, result.probabilities)
    nears = alts.course(
        "Distance from the equilibrium", "the number of layers", layers, result.distances
    )
    return View(
        (path, "layers", TALL, f"The state after each layer. {setup.verdict}"),
        {"k": layers, "distance": result.distances, **_probabilities(result)},
        "What k layers read, and how far they are from z\\*",
        (
            (shares, "depth-shares", SHORT, decides),
            (distance, "depth-distance", SHORT, nears),
        ),
    )


def starts(setup: Setup) -> View:
    """Twenty paths on the map, and their distances."""
    result = setup.result.values
    paths = many_paths(
        result.t, result.points, engine().cloud, target=result.target, theme=setup.theme
    )
    distances = setup.curves(
        *(Curve("", result.t, far, "ode", 1.5) for far in result.distances.T),
        across="solver time t",
        up="‖z − z*‖ (log scale)",
    )
    alt = alts.course(
        "Largest distance of a flow from the equilibrium", "solver time",
        result.t, result.distances.amax(1),
    )  # fmt: skip
    numbers = {f"start {n}": far for n, far in enumerate(result.distances.T)}
    return View(
        (paths, "starts-paths", TALL + 30, setup.verdict),
        {"t": result.t, **numbers},
        "How far each is from z\\*",
        ((distances, "starts-distance", TALL - 30, alt),),
    )


def smudge(setup: Setup) -> View:
    """Map, picture and reading, over the amount; and how far z* moved."""
    result = setup.result.values
    figure = smudged(result, engine().cloud, stacked=setup.narrow, theme=setup.theme)
    moved = setup.curves(
        Curve("of the injected input x", result.amounts, result.x_shift, "muted", 2, at=0.2),
        Curve("of z*", result.amounts, result.z_shift, "accent", 3),
        across="amount",
        up="moved by",
        log=False,
    )
    moves = alts.course("How far z* has moved", "the amount", result.amounts, result.z_shift)
    numbers = {"amount": result.amounts, "moved": result.z_shift, "driven": result.x_shift}
    return View(
        (figure, "smudge-path", 820 if setup.narrow else TALL, setup.verdict),
        {**numbers, **_probabilities(result)},
        others=((moved, "moved", SHORT, moves),),
    )


def sensitivity(setup: Setup) -> View:
    """The picture, and two gradients."""
    result, narrow = setup.result.values, setup.narrow
    figure = sensitivity_maps(setup.result.scene.image, result, stacked=narrow, theme=setup.theme)
    rows, places = zip(*(divmod(k, 28) for k in range(28 * 28)), strict=True)
    numbers = {
        "row": rows,
        "column": places,
        "implicit": result.implicit.flatten(),
        "unrolled": result.unrolled.flatten(),
    }
    height = 1080 if narrow else TALL - 60
    return View((figure, "sensitivity", height, setup.verdict), numbers)


def _probabilities(result: Any) -> dict[str, Any]:
    shares = result.probabilities.T  # (10 or 11, A)
    return dict(zip(class_columns(len(shares)), shares, strict=True))


VIEWS: Mapping[str, Callable[[Setup], View]] = {
    "eigenvalues": eigenvalues,
    "kick": kick,
    "channels": channels,
    "depth": depth,
    "starts": starts,
    "smudge": smudge,
    "sensitivity": sensitivity,
}
