"""The pictures of the page inside one equilibrium, one function a view. No maths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from deq.figures.draw.over_time import probabilities_over_time
from deq.figures.draw.trajectory import trajectory
from deq.figures.inside.channels import channel_maps
from deq.figures.inside.curves import Curve, curves
from deq.figures.inside.many_paths import many_paths
from deq.figures.inside.sensitivity import sensitivity_maps
from deq.figures.inside.smudge import smudged
from deq.figures.steady_states.lambda_plane import lambda_plane
from pages.parts.inside.lesson import Found
from pages.parts.shared.chart import chart
from pages.parts.shared.engine import Engine

Columns = Mapping[str, Iterable[Any]]
TALL, SMALL = 470, 230


def _beside(share: float = 1.35) -> tuple[Any, Any]:
    left, right = st.columns([share, 1], gap="medium")
    return left, right


def _path(
    result: Any, t: Any, machine: Engine, *, settled: bool, theme: str | None, clock: str = "t"
) -> go.Figure:
    """The states of a result on the map."""
    return trajectory(
        result.points,
        t,
        result.probabilities,
        machine.cloud,
        explained=machine.model.explained,
        settled=settled,
        clock=clock,
        theme=theme,
    )


def eigenvalues(
    found: Found, _: Engine, said: str, theme: str | None, *, narrow: bool
) -> tuple[go.Figure, Columns]:
    """The plane of λ, and iteration against its prediction."""
    spectrum = found.result
    left, right = _beside()
    plane = lambda_plane(spectrum.values, chosen=-1, theme=theme)
    with left:
        chart(plane, "plane", height=TALL, alt=said, theme=theme)
    steps = range(len(spectrum.distances))
    with right:
        st.markdown("**Iteration, and what the largest |λ| predicts**")
        chart(
            curves(
                [
                    Curve("predicted", steps, spectrum.predicted, "accent", 2, "dash", at=0.5),
                    Curve("observed", steps, spectrum.distances, "picard", at=0.2),
                ],
                across="steps of iteration",
                up="‖z − z*‖ (log scale)",
                theme=theme,
            ),
            "rates",
            height=TALL - 40,
            alt=f"Distance from z* over the steps, and the predicted straight line. {said}",
            theme=theme,
        )
    columns = {"real": spectrum.values.real.tolist(), "imaginary": spectrum.values.imag.tolist()}
    return plane, columns


def kick(
    found: Found, machine: Engine, said: str, theme: str | None, *, narrow: bool
) -> tuple[go.Figure, Columns]:
    """The path on the map, and the distance over time."""
    result = found.result
    left, right = _beside()
    settled = found.scene.settled and result.returned
    path = _path(result, result.t, machine, settled=settled, theme=theme)
    with left:
        chart(path, "kicked", height=TALL, alt=f"The state's path on the map. {said}", theme=theme)
    what = "‖z − z*‖" if found.scene.settled else "distance from the flow that was not kicked"
    figure = curves(
        [Curve("", result.t, result.distances, "ode", 3)],
        across="solver time t",
        up=f"{what} (log scale)",
        marks=[(float(result.t[result.at]), "kick")],
        theme=theme,
    )
    with right:
        st.markdown("**How far from z\\***" if found.scene.settled else "**How far apart**")
        chart(figure, "kick-distance", height=TALL - 40, alt=said, theme=theme)
    return path, {"t": result.t.tolist(), "distance": result.distances.tolist()}


def channels(
    found: Found, machine: Engine, said: str, theme: str | None, *, narrow: bool
) -> tuple[go.Figure, Columns]:
    """The state as tiles, and the residual."""
    flow = found.result
    left, right = _beside()
    figure = channel_maps(flow.t, flow.z, theme=theme)
    with left:
        chart(
            figure,
            "channels",
            height=TALL + 90,
            alt=f"All 64 channels of the state, 7×7 each. {said}",
            theme=theme,
        )
    with right:
        st.markdown("**How far it still is from rest**")
        chart(
            curves(
                [Curve("‖f(z) − z‖", flow.t, flow.residuals, "ode", at=0.6)],
                across="solver time t",
                up="residual (log scale)",
                theme=theme,
            ),
            "channel-residual",
            height=SMALL,
            alt="Residual over solver time.",
            theme=theme,
        )
        chart(
            probabilities_over_time(flow.t, flow.probabilities, theme=theme),
            "channel-opinions",
            height=SMALL,
            alt="Probability of each digit over solver time.",
            theme=theme,
        )
    rows = flow.z.flatten(1).tolist()
    columns = {f"z{k}": column for k, column in enumerate(zip(*rows, strict=True))}
    return figure, {"t": flow.t.tolist(), **columns}


def depth(
    found: Found, machine: Engine, said: str, theme: str | None, *, narrow: bool
) -> tuple[go.Figure, Columns]:
    """Shares of the digits and distance from z*, over k."""
    result = found.result
    layers = range(len(result.distances))
    left, right = _beside()
    path = _path(result, layers, machine, settled=found.scene.settled, clock="k", theme=theme)
    with left:
        chart(path, "layers", height=TALL, alt=f"The state after each layer. {said}", theme=theme)
    with right:
        st.markdown("**What k layers read, and how far they are from z\\***")
        chart(
            probabilities_over_time(layers, result.probabilities, clock="layers k", theme=theme),
            "depth-shares",
            height=SMALL,
            alt="Probability of each digit over the number of layers.",
            theme=theme,
        )
        chart(
            curves(
                [Curve("", layers, result.distances, "picard", 3)],
                across="layers k",
                up="‖z − z*‖ (log scale)",
                theme=theme,
            ),
            "depth-distance",
            height=SMALL,
            alt="Distance from the equilibrium over the number of layers.",
            theme=theme,
        )
    columns = {f"p{k}": result.probabilities[:, k].tolist() for k in range(10)}
    return path, {"k": list(layers), "distance": result.distances.tolist(), **columns}


def starts(
    found: Found, machine: Engine, said: str, theme: str | None, *, narrow: bool
) -> tuple[go.Figure, Columns]:
    """Twenty paths on the map, and their distances."""
    result = found.result
    left, right = _beside()
    figure = many_paths(result.t, result.points, machine.cloud, target=result.target, theme=theme)
    with left:
        chart(figure, "walkers", height=TALL + 30, alt=said, theme=theme)
    with right:
        st.markdown("**How far each is from z\\***")
        chart(
            curves(
                [Curve("", result.t, far, "ode", 1.5) for far in result.distances.T],
                across="solver time t",
                up="‖z − z*‖ (log scale)",
                theme=theme,
            ),
            "starts-distance",
            height=TALL - 30,
            alt="Distance of each flow from the equilibrium over time.",
            theme=theme,
        )
    columns = {f"start {n}": far.tolist() for n, far in enumerate(result.distances.T)}
    return figure, {"t": result.t.tolist(), **columns}


def smudge(
    found: Found, machine: Engine, said: str, theme: str | None, *, narrow: bool
) -> tuple[go.Figure, Columns]:
    """Map, picture and reading, over the amount; and how far z* moved."""
    result = found.result
    figure = smudged(result, machine.cloud, stacked=narrow, theme=theme)
    chart(figure, "spoilt", height=820 if narrow else TALL, alt=said, theme=theme)
    chart(
        curves(
            [
                Curve("of the injected input x", result.amounts, result.driven, "muted", 2, at=0.2),
                Curve("of z*", result.amounts, result.moved, "accent", 3),
            ],
            across="amount",
            up="moved by",
            log=False,
            theme=theme,
        ),
        "moved",
        height=SMALL,
        alt="How far the injected input and the equilibrium have moved, over the amount.",
        theme=theme,
    )
    columns = {f"p{k}": result.probabilities[:, k].tolist() for k in range(10)}
    moved = {"amount": result.amounts.tolist(), "moved": result.moved.tolist()}
    return figure, {**moved, "driven": result.driven.tolist(), **columns}


def sensitivity(
    found: Found, _: Engine, said: str, theme: str | None, *, narrow: bool
) -> tuple[go.Figure, Columns]:
    """The picture, and two gradients."""
    result = found.result
    figure = sensitivity_maps(found.scene.image, result, stacked=narrow, theme=theme)
    chart(figure, "sensitivity", height=1080 if narrow else TALL - 60, alt=said, theme=theme)
    place = [divmod(k, 28) for k in range(28 * 28)]
    return figure, {
        "row": [row for row, _ in place],
        "column": [column for _, column in place],
        "implicit": result.implicit.flatten().tolist(),
        "unrolled": result.unrolled.flatten().tolist(),
    }


VIEWS = {
    "eigenvalues": eigenvalues,
    "kick": kick,
    "channels": channels,
    "depth": depth,
    "starts": starts,
    "smudge": smudge,
    "sensitivity": sensitivity,
}
