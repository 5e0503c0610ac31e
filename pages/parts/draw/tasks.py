"""What the Draw page lets people try, and where to read on."""

from __future__ import annotations

from functools import partial

from pages.parts.draw.controls import GROWTH
from pages.parts.shared.tasks import Try


def _example(name: str) -> None:
    from pages.parts.pad.pad import put_example  # the canvas can only be imported in the app

    put_example(name)


TRY = (
    Try(
        "Stroke by stroke",
        {},
        "Press **Clear** under the pad and draw a 4 in two strokes. After which stroke does the "
        "path end in the region of the 4?",
    ),
    Try(
        "Between 4 and 9",
        {},
        "Press **Play**. Which digits does the point show on its way? How sure is the network at "
        "last, and what else could it be?",
        partial(_example, "4 or 9"),
    ),
    Try(
        "A scribble",
        {},
        "Does the state converge? Does the network name a digit? **Convergence is not "
        "confidence.**",
        partial(_example, "scribble"),
    ),
    Try(
        "Draw a smiley",
        {},
        "Here is one. Does the state converge? What does the network call it, and how sure is it?",
        partial(_example, "smiley"),
    ),
    Try(
        "A random start",
        {"start": "random", "seed": 1},
        "The path begins elsewhere. Does it end in the same place as from zero? Change the seed, "
        "under **More**, and look again.",
    ),
    Try(
        "Picard in place of the ODE",
        {"solver": "Picard"},
        "Read the number of evaluations, in the line below the map. Then choose ODE dopri5 again: "
        "how many does it spend for the same equilibrium?",
    ),
    Try(
        "A loose tolerance",
        {"tol": "1e-1"},
        "Read the digit and the number of evaluations. Then set the tolerance to 1e-5: does the "
        "digit change, and what do the further decimals cost?",
    ),
    Try(
        "When did it become a 3?",
        {"play": GROWTH},
        "Press **Play**: the example is drawn again, and the map shows its equilibrium at every "
        "step. Why does the equilibrium never jump? While x, as which the network encodes the "
        "drawing, changes a little, z\\* moves a little: ‖Δz\\*‖ ≤ ‖Δx‖ / (1 − κ), since the layer "
        "shrinks distances by κ.",
        partial(_example, "3"),
    ),
)
READ = """
* Bai, Kolter, Koltun: *[Deep equilibrium models](https://arxiv.org/abs/1909.01377)* (2019). The
  network as a fixed point.
* Chen, Rubanova, Bettencourt, Duvenaud: *[Neural ordinary differential
  equations](https://arxiv.org/abs/1806.07366)* (2018).
* Pal, Edelman, Rackauckas: *[Continuous deep equilibrium
  models](https://arxiv.org/abs/2201.12240)* (2023). The steady state of an ODE.
* Dormand, Prince: *[A family of embedded Runge–Kutta
  formulae](https://doi.org/10.1016/0771-050X%2880%2990013-3)* (1980). The solver dopri5.
* Anderson: *[Iterative procedures for nonlinear integral
  equations](https://doi.org/10.1145/321296.321305)* (1965).

Example strokes: Alpaydin and Alimoglu, *[Pen-based recognition of handwritten
digits](https://doi.org/10.24432/C5MG6K)* (1998), CC BY 4.0.
"""
